import EmbeddedAPIServer
import Support
import Testing

@testable import KubeAPI

@Suite("Transport over TLS", .timeLimit(.minutes(1)))
struct TransportTLSTests {
    private let authority: CertificateAuthority

    init() throws { authority = try CertificateAuthority() }

    /// Answers with the name in the client's certificate; `/hang` is never answered.
    private func withServer(
        names: [String] = ["127.0.0.1"], signedBy signer: CertificateAuthority? = nil,
        _ body: (TransportConfiguration) async throws -> Void
    ) async throws {
        let pair = try (signer ?? authority).server(names: names)
        let tls = HTTPServerTLS(
            certificateChain: Array(pair.certificate.utf8), privateKey: Array(pair.privateKey.utf8),
            clientAuthority: Array(authority.pair.certificate.utf8))
        let server = try HTTPServer(options: HTTPServerOptions(tls: tls)) { request, responder in
            if request.path == "/hang" { return }
            let name = if case .verified(let name, _) = request.peer { name } else { "nobody" }
            responder.respond(status: 200, headers: [("X-Host", request.header("Host") ?? "")], body: Array(name.utf8))
        }
        let port = try server.start()
        var configuration = TransportConfiguration(server: try ServerAddress("https://127.0.0.1:\(port)"))
        configuration.certificateAuthority = Array(authority.pair.certificate.utf8)
        do {
            try await body(configuration)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private func identity(_ name: String) throws -> TransportConfiguration.ClientIdentity {
        let pair = try authority.client(UserInfo(name: name))
        return .init(certificate: Array(pair.certificate.utf8), key: Array(pair.privateKey.utf8))
    }

    private func get(_ configuration: TransportConfiguration) async throws -> HTTPResponse {
        let transport = try Transport(configuration: configuration)
        let result: Result<HTTPResponse, any Error>
        do {
            result = .success(try await transport.send(HTTPRequest(path: "/")))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        return try result.get()
    }

    private func expectRefusal(_ configuration: TransportConfiguration, _ wantCause: String) async {
        let error = await #expect(throws: TransportError.self) { try await get(configuration) }
        #expect(error?.code == .tls)
        #expect(error?.message == "the certificate of \(configuration.server) is not accepted: \(wantCause)")
    }

    @Test("A certificate of the right authority is accepted, ours is seen by the server")
    func mutual() async throws {
        try await withServer { configuration in
            var configuration = configuration
            #expect(try await get(configuration).body == [UInt8]("nobody".utf8))
            configuration.clientIdentity = try identity("admin")
            #expect(try await get(configuration).body == [UInt8]("admin".utf8))
        }
    }

    @Test("Another authority's certificate is refused, unless nothing is to be checked")
    func unknownAuthority() async throws {
        try await withServer(signedBy: try CertificateAuthority()) { configuration in
            let wantCause = "it is not signed by the configured certificate authority"
            await expectRefusal(configuration, wantCause)
            var configuration = configuration
            configuration.certificateAuthority = nil
            await expectRefusal(configuration, wantCause)
            configuration.skipsVerification = true
            let response = try await get(configuration)
            #expect(response.status == 200)
        }
    }

    @Test("An expired certificate is called that")
    func expired() async throws {
        let old = try CertificateAuthority(now: .now() + .seconds(-20 * 365 * 86400))
        try await withServer(signedBy: old) { configuration in
            var configuration = configuration
            configuration.certificateAuthority = Array(old.pair.certificate.utf8)
            await expectRefusal(configuration, "it has expired; renew it, or check this machine's clock")
        }
    }

    @Test("A certificate for another name is refused, and accepted under that name")
    func serverName() async throws {
        try await withServer(names: ["kubernetes.default.svc"]) { configuration in
            await expectRefusal(
                configuration, "it is for another name; check the server's address and tls-server-name")
            var configuration = configuration
            configuration.tlsServerName = "kubernetes.default.svc"
            let response = try await get(configuration)
            #expect(response.headers["X-Host"] == configuration.server.description)
        }
    }

    @Test("A rotated client certificate is presented by the next request, on the same transport")
    func rotation() async throws {
        try await withServer { configuration in
            var configuration = configuration
            configuration.clientIdentity = try identity("before")
            let transport = try Transport(configuration: configuration)
            var names: [String] = []
            for name in ["before", "after", "after"] {
                configuration.clientIdentity = name == names.last ? configuration.clientIdentity : try identity(name)
                transport.update(configuration)
                let response = try await transport.send(HTTPRequest(path: "/"))
                names.append(String(decoding: response.body, as: UTF8.self))
            }
            #expect(names == ["before", "after", "after"])
            #expect(transport.openedConnections == 2)
            await transport.shutdown()
        }
    }

    @Test("Where the server has HTTP/1.1 only, requests that hang do not hold up others")
    func independence() async throws {
        try await withServer { configuration in
            let transport = try Transport(configuration: configuration)
            let sinks = (0..<9).map { _ in RecordingSink() }
            for sink in sinks { _ = transport.stream(HTTPRequest(path: "/hang"), into: sink) }
            for _ in 0..<20 { #expect(try await transport.send(HTTPRequest(path: "/")).status == 200) }
            #expect(sinks.allSatisfy { !$0.isOver })
            await transport.shutdown()
        }
    }
}
