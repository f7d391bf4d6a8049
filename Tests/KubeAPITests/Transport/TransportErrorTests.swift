import Support
import Testing

@testable import KubeAPI

@Suite("Transport errors", .timeLimit(.minutes(1)))
struct TransportErrorTests {
    private struct UnexpectedSuccess: Error {}

    private func error(
        _ url: String, _ request: HTTPRequest = HTTPRequest(path: "/"),
        _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) async throws -> TransportError {
        var configuration = TransportConfiguration(server: try ServerAddress(url))
        change(&configuration)
        let transport = try Transport(configuration: configuration)
        let result: Result<HTTPResponse, TransportError>
        do {
            result = .success(try await transport.send(request))
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        guard case .failure(let error) = result else { throw UnexpectedSuccess() }
        #expect(!error.message.contains("\n"))
        return error
    }

    @Test("A port where nobody listens is named with the cause")
    func refused() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let port = server.port
        server.stop()
        let error = try await error("https://127.0.0.1:\(port)")
        #expect(error.code == .connect)
        #expect(error.message == "cannot reach 127.0.0.1:\(port): Connection refused")
    }

    @Test("A dead proxy is not taken for a dead server, and its password is not shown")
    func proxyRefused() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let port = server.port
        server.stop()
        let error = try await error("https://10.0.0.1:6443") { $0.proxyURL = "http://me:secret@127.0.0.1:\(port)" }
        #expect(error.code == .connect)
        #expect(error.message == "cannot reach 10.0.0.1:6443 through the proxy: Connection refused")
    }

    @Test("Requests go through the proxy that is given")
    func proxy() async throws {
        let proxy = try LoopbackServer { _, connection in connection.respond(200, [], "through") }
        var configuration = TransportConfiguration(server: try ServerAddress("http://cluster.invalid:6443"))
        configuration.proxyURL = proxy.url
        let transport = try Transport(configuration: configuration)
        let response = try await transport.send(HTTPRequest(path: "/version"))
        #expect(String(decoding: response.body, as: UTF8.self) == "through")
        #expect(proxy.requests.map(\.path) == ["http://cluster.invalid:6443/version"])
        await transport.shutdown()
    }

    @Test("A server that speaks something else is told apart from one that is away")
    func notHTTP() async throws {
        let server = try LoopbackServer { _, connection in
            connection.write("SSH-2.0-OpenSSH_9.2\r\n")
            connection.finish()
        }
        let error = try await error(server.url)
        #expect(error.code == .protocol)
        #expect(error.message.hasPrefix("127.0.0.1:\(server.port) does not speak HTTP"))
    }

    @Test("HTTPS to a port without TLS says so")
    func notTLS() async throws {
        let listener = try LoopbackServer(greeting: "HTTP/1.1 400 Bad Request\r\n\r\n") { _, connection in
            connection.finish()
        }
        let error = try await error("https://127.0.0.1:\(listener.port)")
        #expect(error.code == .tls)
        #expect(
            error.message
                == "no TLS connection to 127.0.0.1:\(listener.port): the server does not speak TLS on this port")
    }

    @Test("A handshake that never comes meets the limit for connecting")
    func hangingHandshake() async throws {
        let server = try LoopbackServer { _, connection in connection.waitUntilClosed() }
        let error = try await error("https://127.0.0.1:\(server.port)") { $0.connectTimeout = .milliseconds(50) }
        #expect(error.code == .timeout)
        #expect(error.message.hasPrefix("cannot reach 127.0.0.1:\(server.port): no connection within"))
    }

    @Test("A certificate authority that is no PEM is named as the cause")
    func brokenAuthority() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let error = try await error("https://127.0.0.1:\(server.port)") { $0.certificateAuthority = Array("no".utf8) }
        #expect(error.code == .tls)
        #expect(error.message.contains("holds no readable PEM certificate"))
    }

    @Test(
        "Requests that would break the protocol are not sent",
        arguments: [
            HTTPRequest(path: "no-slash"), HTTPRequest(path: "/a b"), HTTPRequest(path: "/ü"),
            HTTPRequest(path: "/", headers: [("X-A", "1\r\nX-B: 2")]),
        ])
    func broken(request: HTTPRequest) async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        #expect(try await error(server.url, request).code == .protocol)
        #expect(server.requests.isEmpty)
    }
}
