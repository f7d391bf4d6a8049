import EmbeddedAPIServer
import KubeAPI
import Support
import Synchronization
import Testing

@Suite("HTTP server")
struct HTTPServerTests {
    /// Starts a server with a handler, and a connection to it.
    private func run(
        _ options: HTTPServerOptions = .init(), handler: @escaping HTTPServer.Handler,
        _ body: (Transport) async throws -> Void
    ) async throws {
        let server = try HTTPServer(options: options, handler: handler)
        let port = try server.start()
        let transport = try Transport(configuration: .init(server: try ServerAddress("http://127.0.0.1:\(port)")))
        do {
            try await body(transport)
        } catch {
            await transport.shutdown()
            await server.stop()
            throw error
        }
        await transport.shutdown()
        await server.stop()
    }

    @Test("A request arrives with method, decoded path and query, headers and body")
    func request() async throws {
        let seen = Mutex<HTTPServerRequest?>(nil)
        try await run { request, responder in
            seen.withLock { $0 = request }
            responder.respond(status: 201, headers: [("X-Answer", "yes")], body: Array("done".utf8))
        } _: { transport in
            let reply = try await transport.send(
                HTTPRequest(
                    method: "PATCH", path: "/a%2Fb/c?x=1%202&x=3+4&flag", headers: [("X-Ask", "why")],
                    body: Array("body".utf8)))
            #expect(reply.status == 201)
            #expect(reply.headers["x-answer"] == "yes")
            #expect(reply.body == Array("done".utf8))
        }
        let request = try #require(seen.withLock { $0 })
        #expect(request.method == "PATCH")
        #expect(request.segments == ["a/b", "c"])
        #expect(request.query.map(\.value) == ["1 2", "3 4", ""])
        #expect(request.header("x-ask") == "why")
        #expect(request.body == Array("body".utf8))
        #expect(request.peer == .anonymous)
    }

    @Test("A stream is written from any thread, and its order kept")
    func streaming() async throws {
        try await run { _, responder in
            responder.start(status: 200, headers: [("Content-Type", "text/plain")])
            DetachedWriter.write(1...100, to: responder)
        } _: { transport in
            let reply = try await transport.send(HTTPRequest(path: "/"))
            let wanted = (1...100).map { "\($0)\n" }.joined()
            #expect(String(decoding: reply.body, as: UTF8.self) == wanted)
        }
    }

    @Test("A client that goes away is noticed")
    func disconnect() async throws {
        let isOpen = Mutex(false)
        let isClosed = Mutex(false)
        try await run { _, responder in
            responder.onClose { isClosed.withLock { $0 = true } }
            responder.start(status: 200)
            responder.write(Array("first\n".utf8))
            isOpen.withLock { $0 = true }
        } _: { transport in
            let recorder = WatchRecorder()
            let handle = transport.stream(HTTPRequest(path: "/"), into: recorder)
            try await eventually("the stream is open") { recorder.status == 200 && isOpen.withLock { $0 } }
            handle.cancel()
            try await eventually("the server notices") { isClosed.withLock { $0 } }
        }
    }

    @Test("A body beyond the limit is 413")
    func bodyLimit() async throws {
        try await run(.init(maximumBodyBytes: 1000)) { _, responder in
            responder.respond(status: 200, text: "ok")
        } _: { transport in
            let small = HTTPRequest(method: "POST", path: "/", body: [UInt8](repeating: 0, count: 1000))
            let accepted = try await transport.send(small)
            #expect(accepted.status == 200)
            let large = HTTPRequest(method: "POST", path: "/", body: [UInt8](repeating: 0, count: 1001))
            let refused = try await transport.send(large)
            #expect(refused.status == 413)
        }
    }

    @Test("An answer may come later, and one connection serves many requests")
    func laterAnswers() async throws {
        let pending = Mutex<[HTTPResponder]>([])
        try await run { request, responder in
            if request.path == "/now" { return responder.respond(status: 200, text: "now") }
            pending.withLock { $0.append(responder) }
        } _: { transport in
            async let later = transport.send(HTTPRequest(path: "/later"))
            try await eventually("the request waits") { pending.withLock { $0.count } == 1 }
            for _ in 0..<20 { #expect(try await transport.send(HTTPRequest(path: "/now")).status == 200) }
            for responder in pending.withLock({ $0 }) { responder.respond(status: 202, text: "later") }
            let reply = try await later
            #expect(reply.status == 202)
        }
    }

    @Test("Stopping cuts what is open, and the port can be had again")
    func stop() async throws {
        let server = try HTTPServer(options: .init()) { _, responder in responder.start(status: 200) }
        let port = try server.start()
        let transport = try Transport(configuration: .init(server: try ServerAddress("http://127.0.0.1:\(port)")))
        let recorder = WatchRecorder()
        _ = transport.stream(HTTPRequest(path: "/"), into: recorder)
        try await eventually("the stream is open") { recorder.status == 200 }
        await server.stop()
        try await recorder.waitForEnd()
        let second = try HTTPServer(options: .init(port: port)) { _, responder in
            responder.respond(status: 200, text: "again")
        }
        #expect(try second.start() == port)
        #expect(try await transport.send(HTTPRequest(path: "/")).status == 200)
        await transport.shutdown()
        await second.stop()
    }

    @Test("A port that is taken is one clear line")
    func takenPort() async throws {
        let first = try HTTPServer(options: .init()) { _, _ in }
        let port = try first.start()
        let second = try HTTPServer(options: .init(port: port)) { _, _ in }
        let error = #expect(throws: HTTPServerError.self) { _ = try second.start() }
        #expect(error?.message == "cannot listen on 127.0.0.1:\(port): Address already in use")
        await first.stop()
    }

    @Test(
        "Broken certificates are refused with the reason",
        arguments: [
            ("nonsense", nil, "the server certificate is no PEM certificate"),
            (nil, "nonsense", "the private key is no PEM key, or not the one of the certificate"),
        ] as [(String?, String?, String)])
    func brokenCertificates(_ certificate: String?, _ key: String?, _ reason: String) throws {
        let pair = try CertificateAuthority().server(names: ["localhost"])
        let tls = HTTPServerTLS(
            certificateChain: Array((certificate ?? pair.certificate).utf8),
            privateKey: Array((key ?? pair.privateKey).utf8))
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(options: .init(tls: tls)) { _, _ in }
        }
        #expect(error?.message == "TLS of the HTTP server: \(reason)")
    }

    @Test("The names in a client's certificate reach the handler")
    func clientCertificate() async throws {
        let user = UserInfo(name: "jané", groups: ["dev", "ops"])
        let seen = Mutex<HTTPServerRequest.Peer?>(nil)
        let authority = try CertificateAuthority()
        let pair = try authority.server(names: ["127.0.0.1"])
        let server = try HTTPServer(
            options: .init(
                tls: HTTPServerTLS(
                    certificateChain: Array(pair.certificate.utf8), privateKey: Array(pair.privateKey.utf8),
                    clientAuthority: Array(authority.pair.certificate.utf8)))
        ) { request, responder in
            seen.withLock { $0 = request.peer }
            responder.respond(status: 200, text: "ok")
        }
        let port = try server.start()
        for (signer, wanted) in [
            (authority, HTTPServerRequest.Peer.verified(commonName: "jané", organizations: ["dev", "ops"])),
            (try CertificateAuthority(commonName: "somebody else"), .untrusted),
        ] {
            let client = try signer.client(user)
            var configuration = TransportConfiguration(server: try ServerAddress("https://127.0.0.1:\(port)"))
            configuration.certificateAuthority = Array(authority.pair.certificate.utf8)
            configuration.clientIdentity = .init(
                certificate: Array(client.certificate.utf8), key: Array(client.privateKey.utf8))
            let transport = try Transport(configuration: configuration)
            #expect(try await transport.send(HTTPRequest(path: "/")).status == 200)
            #expect(seen.withLock { $0 } == wanted)
            await transport.shutdown()
        }
        await server.stop()
    }
}
