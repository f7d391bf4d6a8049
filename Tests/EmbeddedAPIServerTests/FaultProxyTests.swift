import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@Suite("Fault proxy", .timeLimit(.minutes(2)))
struct FaultProxyTests {
    /// A server behind a proxy, and a connection through it.
    private func run(_ body: (ServerFixture, FaultProxy, Transport) async throws -> Void) async throws {
        try await ServerFixture.run { api in
            let address = try ServerAddress(api.server.url)
            let proxy = try FaultProxy(to: UInt16(address.port))
            var configuration = TransportConfiguration(server: try ServerAddress("https://127.0.0.1:\(proxy.port)"))
            let authority = try #require(api.server.certificateAuthority)
            let pair = try authority.client(.administrator)
            configuration.certificateAuthority = Array(authority.pair.certificate.utf8)
            configuration.clientIdentity = .init(
                certificate: Array(pair.certificate.utf8), key: Array(pair.privateKey.utf8))
            let transport = try Transport(configuration: configuration)
            do {
                try await body(api, proxy, transport)
            } catch {
                await transport.shutdown()
                await proxy.stop()
                throw error
            }
            await transport.shutdown()
            await proxy.stop()
        }
    }

    private let version = HTTPRequest(path: "/version", timeout: .seconds(20))
    /// The first answer takes the server a while, under a sanitizer much more.
    private let openAPI = HTTPRequest(path: "/openapi/v2", timeout: .seconds(300))

    private func status(_ transport: Transport) async throws -> Int { try await transport.send(version).status }

    @Test("What passes through it arrives, large answers too")
    func forwards() async throws {
        try await run { (api, _, transport) async throws in
            let direct = try await api.transport.send(openAPI)
            let proxied = try await transport.send(openAPI)
            #expect(proxied.body.count > 100_000 && proxied.body == direct.body)
        }
    }

    @Test("Half-open connections bring neither answer nor end; healed ones are reset, new ones work")
    func swallows() async throws {
        try await run { (_, proxy, transport) async throws in
            #expect(try await status(transport) == 200)
            proxy.set(.swallow)
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(path: "/version", timeout: .milliseconds(300)))
            }
            #expect(error?.code == .timeout)
            proxy.heal(resets: true)
            #expect(try await status(transport) == 200)
        }
    }

    @Test("Refused connections are an error at once")
    func refuses() async throws {
        try await run { (_, proxy, transport) async throws in
            proxy.set(.refuse)
            // Which error depends on how far the connection gets.
            await #expect(throws: TransportError.self) { try await transport.send(version) }
            proxy.heal(resets: false)
            #expect(try await status(transport) == 200)
        }
    }

    @Test("A cut after some bytes breaks an answer off in its middle")
    func cuts() async throws {
        try await run { (_, proxy, transport) async throws in
            #expect(try await status(transport) == 200)
            // More than one record of TLS, so that a part of the answer can be read.
            proxy.cut(afterBytes: 50_000)
            let error = await #expect(throws: TransportError.self) {
                try await transport.send(openAPI)
            }
            #expect(error?.code == .closed)
            #expect(try await status(transport) == 200)
        }
    }
}
