import Support
import Synchronization
import Testing

@testable import KubeAPI

@Suite("Writes at the last moment", .timeLimit(.minutes(1)))
struct WriteAdmissionTests {
    private let key = ObjectKey(namespace: "shop", name: "web")

    /// Lets writes through until it is closed, as a `WriteGate` does whose lease runs out.
    private final class Door: WriteAdmission {
        private let isOpen = Atomic(true)

        func close() { isOpen.store(false, ordering: .releasing) }

        func check() throws {
            guard isOpen.load(ordering: .acquiring) else { throw NotLeaderError() }
        }
    }

    @Test("A write that has waited for the rate limit until the lease has run out is not sent")
    func rateLimit() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let (clock, door) = (ManualClock(), Door())
        let client = try KubeClient.fixture(server) { options in
            (options.qps, options.burst) = (1, 1)
            (options.clock, options.writeAdmission) = (clock, door)
        }
        _ = try await client.create(.configMap("first"), as: .configMap)
        let second = Task { try await client.create(.configMap("second"), as: .configMap) }
        try await clock.waitUntilSleeping()
        door.close()
        clock.advance(by: .seconds(1))
        await #expect(throws: NotLeaderError.self) { try await second.value }
        #expect(server.requests.map(\.method) == ["POST"])
        await client.shutdown()
    }

    @Test("A write that the server has put off is not sent again once the lease has run out", arguments: [429, 503])
    func putOff(status: Int) async throws {
        let server = try LoopbackServer { _, connection in connection.respond(status, [("Retry-After", "7")]) }
        let (clock, door) = (ManualClock(), Door())
        let client = try KubeClient.fixture(server) { ($0.clock, $0.writeAdmission) = (clock, door) }
        let write = Task { try await client.patch(.configMap, key, .apply([:], force: true)) }
        try await clock.waitUntilSleeping()
        door.close()
        clock.advance(by: .seconds(7))
        await #expect(throws: NotLeaderError.self) { try await write.value }
        #expect(server.requests.count == 1)
        await client.shutdown()
    }

    @Test("A write that waits for a connection until the lease has run out is not sent, a read is")
    func connection() async throws {
        // Takes connections and requests, and answers nothing before it is told to.
        let hold = Gate()
        let server = try LoopbackServer { _, connection in
            hold.wait()
            connection.respond()
        }
        let door = Door()
        var configuration = TransportConfiguration(server: try ServerAddress(server.url))
        configuration.maxConcurrentExchanges = 1
        let transport = try Transport(configuration: configuration)
        async let first = transport.send(HTTPRequest(path: "/first"))
        try await eventually("the first request is there") { server.requests.count == 1 }
        let second = Task {
            try await transport.send(
                HTTPRequest(method: "DELETE", path: "/second", maySend: { (try? door.check()) != nil }))
        }
        async let third = transport.send(HTTPRequest(path: "/third"))
        door.close()
        hold.open()
        #expect(try await first.status == 200)
        let error = await #expect(throws: TransportError.self) { try await second.value }
        #expect(error?.code == .withheld)
        #expect(try await third.status == 200)
        #expect(server.requests.map(\.path) == ["/first", "/third"])
        await transport.shutdown()
    }

    @Test("Reads are not asked about, and writes pass while the lease is valid")
    func open() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let door = Door()
        let client = try KubeClient.fixture(server) { $0.writeAdmission = door }
        try await client.delete(.configMap, key)
        door.close()
        _ = try? await client.get(.configMap, key)
        #expect(server.requests.map(\.method) == ["DELETE", "GET"])
        await client.shutdown()
    }
}
