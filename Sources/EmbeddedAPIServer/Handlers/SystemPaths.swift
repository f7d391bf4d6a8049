internal import KubeAPI

/// Paths that are no resource: health, version, discovery, OpenAPI.
struct SystemPaths: Sendable {
    let core: APICore

    func serve(_ request: HTTPServerRequest, _ responder: HTTPResponder) throws {
        guard request.method == "GET" || request.method == "HEAD" else { return Self.notFound(responder) }
        let segments = request.segments
        switch segments.first {
        case "healthz", "livez", "readyz":
            let isVerbose = request.parameter("verbose") != nil
            Self.text(isVerbose ? "[+]ping ok\n\(segments[0]) check passed\n" : "ok", responder)
        case "version" where segments.count == 1: json(Self.version, request, responder)
        case "api", "apis": try discovery(segments, request, responder)
        case "openapi": try openAPI(segments, request, responder)
        case nil:
            let paths = ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
            json(["paths": .array(paths.map(JSONValue.string))], request, responder)
        default: Self.notFound(responder)
        }
    }

    /// The version that the server's answers are modelled on.
    private static let version: JSONValue = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2+embedded", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
    ]

    private func discovery(
        _ segments: [String], _ request: HTTPServerRequest, _ responder: HTTPResponder
    ) throws {
        if segments.count == 1, let type = AggregatedDiscovery.mediaType(accept: request.header("Accept")) {
            return aggregated(segments[0], type, request, responder)
        }
        let definitions = core.registry.definitions
        let document: JSONValue? =
            switch (segments[0], segments.count) {
            case ("api", 1): Discovery.coreVersions(serverAddress: "127.0.0.1")
            case ("apis", 1): Discovery.groups(definitions)
            case ("api", 2): Discovery.resources(groupVersion: segments[1], definitions)
            case ("apis", 2): Discovery.group(segments[1], definitions)
            case ("apis", 3): Discovery.resources(groupVersion: "\(segments[1])/\(segments[2])", definitions)
            default: nil
            }
        guard let document else { return Self.notFound(responder) }
        json(document, request, responder)
    }

    private func aggregated(
        _ root: String, _ type: String, _ request: HTTPServerRequest, _ responder: HTTPResponder
    ) {
        let registry = core.registry
        let document = core.documents.document("aggregated/\(root)", revision: registry.revision) {
            AggregatedDiscovery.document(registry.definitions.filter { $0.type.group.isEmpty == (root == "api") })
                .serialized()
        }
        send(document, type, request, responder)
    }

    private func openAPI(_ segments: [String], _ request: HTTPServerRequest, _ responder: HTTPResponder) throws {
        let registry = core.registry
        let path = segments.dropFirst().joined(separator: "/")
        let groupVersion = segments.dropFirst(3).joined(separator: "/")
        let isKnown =
            switch segments.dropFirst().first {
            case "v2": segments.count == 2
            case "v3": segments.count == 2 || registry.definitions.contains { $0.type.apiVersion == groupVersion }
            default: false
            }
        guard isKnown else { return Self.notFound(responder) }
        _ = try ResponseFormat(accept: request.header("Accept"))
        let document = core.documents.document("openapi/\(path)", revision: registry.revision) {
            let definitions = registry.definitions
            if path == "v2" { return OpenAPI.v2(definitions).serialized() }
            if path == "v3" { return OpenAPI.index(definitions, hash: { sha256Hex($0).uppercased() }).serialized() }
            return (OpenAPI.v3(groupVersion: groupVersion, definitions) ?? [:]).serialized()
        }
        send(document, "application/json", request, responder)
    }

    private func send(
        _ document: DocumentCache.Document, _ type: String, _ request: HTTPServerRequest, _ responder: HTTPResponder
    ) {
        var headers = [("Content-Type", type), ("Etag", document.tag), ("Vary", "Accept")]
        headers.append(("Cache-Control", "public"))
        let isKnown = request.header("If-None-Match") == document.tag
        let body = isKnown || request.method == "HEAD" ? [] : document.bytes
        responder.respond(status: isKnown ? 304 : 200, headers: headers.map { ($0.0, $0.1) }, body: body)
    }

    private func json(_ json: JSONValue, _ request: HTTPServerRequest, _ responder: HTTPResponder) {
        let isHead = request.method == "HEAD"
        responder.respond(
            status: 200, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")],
            body: isHead ? [] : json.serialized())
    }

    private static let plain: HTTPResponder.Headers = [
        ("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
    ]

    private static func text(_ text: String, _ responder: HTTPResponder) {
        responder.respond(status: 200, headers: plain, body: Array(text.utf8))
    }

    static func notFound(_ responder: HTTPResponder) {
        responder.respond(status: 404, headers: plain, body: Array("404 page not found\n".utf8))
    }
}
