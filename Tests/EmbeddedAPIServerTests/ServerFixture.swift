import EmbeddedAPIServer
import KubeAPI
import Support

/// A server and a connection to it, for the length of one test.
struct ServerFixture {
    let server: EmbeddedAPIServer
    let transport: Transport

    /// Starts a server, as administrator of which `body` sends its requests.
    static func run(
        _ options: EmbeddedAPIServerOptions = .init(), as user: UserInfo? = .administrator,
        _ body: (ServerFixture) async throws -> Void
    ) async throws {
        let server = try EmbeddedAPIServer(options: options)
        try server.start()
        let fixture = ServerFixture(server: server, transport: try transport(to: server, as: user))
        do {
            try await body(fixture)
        } catch {
            await fixture.transport.shutdown()
            await server.stop()
            throw error
        }
        await fixture.transport.shutdown()
        await server.stop()
    }

    /// A connection of its own; without a user there is no client certificate.
    static func transport(to server: EmbeddedAPIServer, as user: UserInfo?) throws -> Transport {
        var configuration = TransportConfiguration(server: try ServerAddress(server.url))
        if let authority = server.certificateAuthority {
            configuration.certificateAuthority = Array(authority.pair.certificate.utf8)
            if let user {
                let pair = try authority.client(user)
                configuration.clientIdentity = .init(
                    certificate: Array(pair.certificate.utf8), key: Array(pair.privateKey.utf8))
            }
        }
        return try Transport(configuration: configuration)
    }

    /// Sends a request; a JSON answer is parsed.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        headers: [(String, String)] = []
    ) async throws -> Reply {
        var headers = headers
        if body != nil { headers.append(("Content-Type", type)) }
        let request = HTTPRequest(
            method: method, path: path, headers: headers, body: body?.serialized(), timeout: .seconds(20))
        let response = try await transport.send(request)
        let json = try? JSONValue.parse(response.body)
        return Reply(
            status: response.status, headers: response.headers, json: json ?? .null,
            text: String(decoding: response.body, as: UTF8.self))
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Reply {
        try await send("GET", path, headers: headers)
    }

    func create(_ collection: String, _ object: JSONValue) async throws -> Reply {
        try await send("POST", collection, object)
    }

    struct Reply {
        var status: Int
        var headers: HTTPHeaders
        var json: JSONValue
        var text: String

        var message: String { json["message"]?.string ?? "" }
        var reason: String { json["reason"]?.string ?? "" }
        var resourceVersion: String { json[path: ["metadata", "resourceVersion"]]?.string ?? "" }
        var names: [String] {
            json["items"]?.array?.compactMap { $0[path: ["metadata", "name"]]?.string } ?? []
        }
    }

    /// Follows a watch.
    func watch(_ path: String) -> WatchRecorder {
        let recorder = WatchRecorder()
        let handle = transport.stream(HTTPRequest(path: path), into: recorder)
        recorder.attach(handle)
        return recorder
    }
}

let configMaps = "/api/v1/namespaces/default/configmaps"

func configMap(_ name: String, _ data: JSONValue = ["a": "1"], labels: JSONValue? = nil) -> JSONValue {
    var object: JSONValue = [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data,
    ]
    if let labels { object[path: ["metadata", "labels"]] = labels }
    return object
}
