internal import KubeAPI

/// Paths that are no resource: health, version, discovery, OpenAPI.
struct SystemPaths: Sendable {
    let core: APICore

    func serve(_ request: HTTPServerRequest, user: UserInfo, _ responder: HTTPResponder) {
        guard request.method == "GET" || request.method == "HEAD" else { return notFound(responder) }
        let segments = request.segments
        switch segments.first {
        case "healthz", "livez", "readyz":
            let isVerbose = request.parameter("verbose") != nil
            let name = segments[0]
            text(isVerbose ? "[+]ping ok\n\(name) check passed\n" : "ok", responder)
        case "version" where segments.count == 1: json(Self.version, request, responder)
        case "api", "apis": discovery(segments, request, responder)
        default: notFound(responder)
        }
    }

    /// The version that the server's answers are modelled on.
    private static let version: JSONValue = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2+embedded", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux/amd64",
    ]

    private func discovery(_ segments: [String], _ request: HTTPServerRequest, _ responder: HTTPResponder) {
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
        guard let document else { return notFound(responder) }
        json(document, request, responder)
    }

    private func json(_ json: JSONValue, _ request: HTTPServerRequest, _ responder: HTTPResponder) {
        let isHead = request.method == "HEAD"
        responder.respond(
            status: 200, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")],
            body: isHead ? [] : json.serialized())
    }

    private func text(_ text: String, _ responder: HTTPResponder) {
        responder.respond(
            status: 200,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
            body: Array(text.utf8))
    }

    private func notFound(_ responder: HTTPResponder) {
        responder.respond(
            status: 404,
            headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
            body: Array("404 page not found\n".utf8))
    }
}
