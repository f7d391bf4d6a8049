import Support
import Testing

@testable import KubeAPI

@Suite("Transport", .timeLimit(.minutes(1)))
struct TransportTests {
    static func makeTransport(
        _ server: LoopbackServer, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        var configuration = TransportConfiguration(server: try ServerAddress(server.url))
        // A machine with much else to do may not run the transport's thread for seconds; libcurl then takes a connection that was
        // made long ago for one that was not made in time.
        configuration.connectTimeout = .seconds(50)
        change(&configuration)
        return try Transport(configuration: configuration)
    }

    @Test("A request arrives as it was given and its response comes back whole")
    func exchange() async throws {
        let server = try LoopbackServer { _, connection in
            connection.respond(
                201, [("X-Reply", "yes"), ("Warning", "299 - \"a\""), ("warning", "299 - \"b\"")], "done")
        }
        let transport = try Self.makeTransport(server)
        let response = try await transport.send(
            HTTPRequest(
                method: "PATCH", path: "/api/v1/x?dryRun=All", headers: [("Content-Type", "text/x"), ("X-Empty", "")],
                body: Array("hello".utf8)))
        #expect(response.status == 201)
        #expect(response.headers["x-reply"] == "yes")
        #expect(response.headers.values("Warning") == ["299 - \"a\"", "299 - \"b\""])
        #expect(String(decoding: response.body, as: UTF8.self) == "done")
        let request = try #require(server.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.path == "/api/v1/x?dryRun=All")
        #expect(request.text == "hello")
        #expect(request.headers["Content-Type"] == "text/x")
        #expect(request.headers["X-Empty"]?.isEmpty == true)
        #expect(request.headers["Expect"] == nil)
        #expect(request.headers["Accept-Encoding"] == nil)
        await transport.shutdown()
    }

    @Test("Every method is sent with the body that belongs to it", arguments: ["GET", "HEAD", "POST", "PUT", "DELETE"])
    func methods(method: String) async throws {
        let server = try LoopbackServer { request, connection in
            connection.respond(200, [], request.method == "HEAD" ? "" : request.text)
        }
        let transport = try Self.makeTransport(server)
        let withoutBody = try await transport.send(HTTPRequest(method: method, path: "/"))
        #expect(withoutBody.body.isEmpty)
        let bodies: [[UInt8]] = method == "HEAD" ? [] : [[], Array(repeating: 0x61, count: 3_000_000)]
        for body in bodies where method != "GET" || !body.isEmpty {
            let response = try await transport.send(HTTPRequest(method: method, path: "/", body: body))
            #expect(response.body == body)
        }
        #expect(Set(server.requests.map(\.method)) == [method])
        await transport.shutdown()
    }

    @Test("The base path of the server's URL stands before every path")
    func basePath() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let transport = try Transport(
            configuration: TransportConfiguration(server: try ServerAddress("\(server.url)/k8s/clusters/c-1/")))
        _ = try await transport.send(HTTPRequest(path: "/version"))
        #expect(server.requests.map(\.path) == ["/k8s/clusters/c-1/version"])
        await transport.shutdown()
    }

    @Test("Requests one after the other share a connection")
    func reuse() async throws {
        let server = try LoopbackServer { _, connection in connection.respond() }
        let transport = try Self.makeTransport(server)
        for _ in 0..<5 { _ = try await transport.send(HTTPRequest(path: "/")) }
        #expect(server.connectionCount == 1)
        await transport.shutdown()
    }
}
