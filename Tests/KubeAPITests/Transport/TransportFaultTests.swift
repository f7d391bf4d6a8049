import Support
import Synchronization
import Testing

@testable import KubeAPI

@Suite("Transport under faults", .timeLimit(.minutes(1)))
struct TransportFaultTests {
    private func makeTransport(
        _ server: LoopbackServer, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        try TransportTests.makeTransport(server, change)
    }

    private func error(_ transport: Transport, _ request: HTTPRequest) async -> TransportError? {
        do {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("A response that is cut in the middle is an error, never a short body", arguments: [true, false])
    func cut(chunked: Bool) async throws {
        let server = try LoopbackServer { _, connection in
            if chunked {
                connection.beginChunks()
                connection.write("64\r\nonly this")
            } else {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
            }
            connection.finish()
        }
        let transport = try makeTransport(server)
        let failure = await error(transport, HTTPRequest(path: "/"))
        #expect(failure?.code == .closed)
        let sink = RecordingSink()
        _ = transport.stream(HTTPRequest(path: "/"), into: sink)
        try await eventually("the stream is over") { sink.isOver }
        #expect(sink.current.status == 200)
        #expect(sink.current.text == "only this")
        #expect(sink.current.error?.code == .closed)
        await transport.shutdown()
        #expect(sink.current.ends.count == 1)
        #expect(sink.current.callsAfterEnd == 0)
    }

    @Test(
        "A write on a reused connection that is reset reaches the server once", arguments: ["POST", "PATCH", "DELETE"])
    func noReplay(method: String) async throws {
        let server = try LoopbackServer { request, connection in
            if request.method == "GET" { connection.respond() } else { connection.reset() }
        }
        let transport = try makeTransport(server)
        _ = try await transport.send(HTTPRequest(path: "/"))
        let failure = await error(transport, HTTPRequest(method: method, path: "/", body: Array("{}".utf8)))
        #expect(failure?.code == .closed)
        #expect(server.requests.filter { $0.method == method }.count == 1)
        await transport.shutdown()
    }

    @Test("A read on a reused connection that is reset is sent again on a new one")
    func replayOfReads() async throws {
        let server = try LoopbackServer { request, connection in
            if connection.number == 1, request.path == "/second" { connection.reset() } else { connection.respond() }
        }
        let transport = try makeTransport(server)
        _ = try await transport.send(HTTPRequest(path: "/first"))
        #expect(try await transport.send(HTTPRequest(path: "/second")).status == 200)
        #expect(server.requests.map(\.path) == ["/first", "/second", "/second"])
        await transport.shutdown()
    }

    @Test("A server that takes the request and says nothing meets the time limit")
    func silentServer() async throws {
        let server = try LoopbackServer { _, connection in connection.waitUntilClosed() }
        let transport = try makeTransport(server)
        let failure = await error(transport, HTTPRequest(path: "/", timeout: .milliseconds(50)))
        #expect(failure?.code == .timeout)
        #expect(failure?.message.contains("127.0.0.1:\(server.port)") == true)
        await transport.shutdown()
    }

    @Test("A stream that falls silent ends after its idle limit and keeps what it got")
    func idleStream() async throws {
        let server = try LoopbackServer { _, connection in
            connection.beginChunks()
            connection.chunk("event")
            connection.waitUntilClosed()
        }
        let transport = try makeTransport(server)
        let sink = RecordingSink()
        _ = transport.stream(HTTPRequest(path: "/", idleTimeout: .seconds(2)), into: sink)
        try await eventually("the stream is over") { sink.isOver }
        #expect(sink.current.text == "event")
        #expect(sink.current.error?.code == .timeout)
        await transport.shutdown()
    }

    @Test("Streams that hang do not hold up other requests")
    func independence() async throws {
        let server = try LoopbackServer { request, connection in
            guard request.path == "/watch" else { return connection.respond() }
            connection.beginChunks()
            connection.waitUntilClosed()
        }
        let transport = try makeTransport(server) { $0.maxConcurrentExchanges = 2 }
        let sinks = (0..<9).map { _ in RecordingSink() }
        for sink in sinks { _ = transport.stream(HTTPRequest(path: "/watch"), into: sink) }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await transport.send(HTTPRequest(path: "/")).status } }
            for try await status in group { #expect(status == 200) }
        }
        #expect(sinks.allSatisfy { !$0.isOver })
        await transport.shutdown()
        #expect(sinks.allSatisfy { $0.current.error?.code == .cancelled && $0.current.ends.count == 1 })
    }

    @Test("No more exchanges run at a time than allowed, and all get their turn")
    func places() async throws {
        let running = Mutex((now: 0, peak: 0))
        let server = try LoopbackServer { _, connection in
            running.withLock { running in
                running.now += 1
                running.peak = max(running.peak, running.now)
            }
            // The answer is the moment from which the client may send the next one.
            running.withLock { $0.now -= 1 }
            connection.respond()
        }
        let transport = try makeTransport(server) { $0.maxConcurrentExchanges = 3 }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { try await transport.send(HTTPRequest(path: "/")).status } }
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.requests.count == 40)
        #expect(server.connectionCount <= 3)
        #expect(running.withLock { $0.peak } <= 3)
        await transport.shutdown()
    }

    @Test("Cancelling a stream ends it exactly once, and again is nothing")
    func cancelledStream() async throws {
        let server = try LoopbackServer { _, connection in
            connection.beginChunks()
            connection.chunk("event")
            connection.waitUntilClosed()
        }
        let transport = try makeTransport(server)
        let sink = RecordingSink()
        let handle = transport.stream(HTTPRequest(path: "/"), into: sink)
        try await eventually("the first event") { sink.current.text == "event" }
        handle.cancel()
        handle.cancel()
        try await eventually("the stream is over") { sink.isOver }
        await transport.shutdown()
        #expect(sink.current.ends.count == 1)
        #expect(sink.current.error?.code == .cancelled)
    }

    @Test("Cancelling a task aborts its exchange, under way or not yet begun", arguments: [true, false])
    func cancelledTask(underWay: Bool) async throws {
        let server = try LoopbackServer { _, connection in connection.waitUntilClosed() }
        let transport = try makeTransport(server)
        let gate = AsyncStream<Void>.makeStream()
        let task = Task {
            if !underWay { for await _ in gate.stream {} }
            return await error(transport, HTTPRequest(path: "/"))
        }
        if underWay { try await eventually("the request has arrived") { !server.requests.isEmpty } }
        task.cancel()
        gate.continuation.finish()
        #expect(await task.value?.code == .cancelled)
        await transport.shutdown()
    }

    @Test("A sink that has had enough ends the transfer")
    func unwillingSink() async throws {
        let server = try LoopbackServer { _, connection in
            connection.respond(200, [], String(repeating: "x", count: 1_000_000))
        }
        let transport = try makeTransport(server)
        let sink = RecordingSink(acceptsUpTo: 1000)
        _ = transport.stream(HTTPRequest(path: "/"), into: sink)
        try await eventually("the stream is over") { sink.isOver }
        #expect(sink.current.error?.code == .cancelled)
        #expect(sink.current.chunks == 1)
        await transport.shutdown()
    }

    @Test("A response over the limit is refused, announced or not", arguments: [true, false])
    func tooLarge(chunked: Bool) async throws {
        let body = String(repeating: "x", count: 5000)
        let server = try LoopbackServer { _, connection in
            guard chunked else { return connection.respond(200, [], body) }
            connection.beginChunks()
            connection.chunk(body)
            connection.endChunks()
        }
        let small = try makeTransport(server) { $0.responseLimit = 4999 }
        #expect(await error(small, HTTPRequest(path: "/"))?.code == .tooLarge)
        await small.shutdown()
        let large = try makeTransport(server) { $0.responseLimit = 5000 }
        #expect(try await large.send(HTTPRequest(path: "/")).body.count == 5000)
        await large.shutdown()
    }

    @Test("After shutdown every request fails at once")
    func afterShutdown() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let transport = try makeTransport(server)
        await transport.shutdown()
        await transport.shutdown()
        #expect(await error(transport, HTTPRequest(path: "/"))?.code == .cancelled)
        let sink = RecordingSink()
        _ = transport.stream(HTTPRequest(path: "/"), into: sink)
        #expect(sink.current.ends.count == 1)
    }

    @Test("Interim responses are passed over, trailers too")
    func interim() async throws {
        let server = try LoopbackServer { _, connection in
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            connection.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n2\r\nok\r\n0\r\nX-T: 2\r\n\r\n")
        }
        let transport = try makeTransport(server)
        let response = try await transport.send(HTTPRequest(path: "/"))
        #expect(response.status == 200)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers["X-A"] == "1")
        #expect(String(decoding: response.body, as: UTF8.self) == "ok")
        await transport.shutdown()
    }

    @Test("The server may compress only what was asked for")
    func gzip() async throws {
        let compressed: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 72, 175, 202, 44, 0, 0, 25, 106, 210, 223, 10,
            0, 0, 0,
        ]
        let server = try LoopbackServer { request, connection in
            guard request.headers["Accept-Encoding"]?.contains("gzip") == true else {
                return connection.respond(200, [], "plain")
            }
            connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(compressed.count)\r\n\r\n")
            connection.write(compressed)
        }
        let transport = try makeTransport(server)
        let plain = try await transport.send(HTTPRequest(path: "/"))
        #expect(String(decoding: plain.body, as: UTF8.self) == "plain")
        let unpacked = try await transport.send(HTTPRequest(path: "/", acceptsGzip: true))
        #expect(String(decoding: unpacked.body, as: UTF8.self) == "hello gzip")
        await transport.shutdown()
    }
}
