internal import KubeAPI

/// Faults over HTTP, for a server in another process. Administrators only.
///
/// `POST /embedded/faults` sets one, `GET` lists them, `DELETE` removes all (or `DELETE /embedded/faults/{id}` one);
/// `POST /embedded/compact` forgets the history, `POST /embedded/disconnect` cuts every connection.
struct AdminPaths: Sendable {
    let core: APICore
    let server: HTTPServer

    static let root = "embedded"

    func answer(_ request: HTTPServerRequest) throws -> JSONValue {
        let segments = Array(request.segments.dropFirst())
        switch (request.method, segments.first, segments.count) {
        case ("POST", "faults", 1):
            let rule = try Self.rule(try Self.body(request))
            return ["id": .integer(Int64(core.faults.inject(rule)))]
        case ("GET", "faults", 1):
            return .array(
                core.faults.rules.map { id, rule in
                    [
                        "id": .integer(Int64(id)), "hits": .integer(Int64(core.faults.hits(id))),
                        "effect": .string("\(rule.effect)"),
                    ]
                })
        case ("DELETE", "faults", 1): core.faults.removeAll()
        case ("DELETE", "faults", 2): core.faults.remove(Int(segments[1]) ?? 0)
        case ("POST", "compact", 1): core.store.compact()
        case ("POST", "disconnect", 1): server.execute { [server] in server.cutConnections() }
        default: throw APIFailure.noSuchResource
        }
        return [:]
    }

    private static func body(_ request: HTTPServerRequest) throws -> JSONValue {
        do {
            return try JSONValue.parse(request.body)
        } catch {
            throw APIFailure.badRequest("the fault is no JSON: \(error)")
        }
    }

    /// `{"effect": "refuse", "status": 429, "retryAfterSeconds": 1, "verb": "list", "count": 3}`.
    private static func rule(_ json: JSONValue) throws -> FaultRule {
        FaultRule(
            try effect(json), verb: json["verb"]?.string, resource: json["resource"]?.string,
            namespace: json["namespace"]?.string, name: json["name"]?.string, pathPrefix: json["pathPrefix"]?.string,
            user: json["user"]?.string, probability: json["probability"]?.number ?? 1,
            count: json["count"]?.integer.map(Int.init))
    }

    private static func effect(_ json: JSONValue) throws -> FaultRule.Effect {
        switch json["effect"]?.string {
        case "drop": return .drop
        case "loseAnswer": return .loseAnswer
        case "hang": return .hang
        case "delay": return .delay(.milliseconds(json["milliseconds"]?.integer ?? 1000))
        case "cut": return .cut(afterBytes: Int(json["afterBytes"]?.integer ?? 1))
        case "refuse":
            guard let status = json["status"]?.integer, (400...599).contains(status) else {
                throw APIFailure.badRequest("status: a refusal needs a status of 400 to 599")
            }
            return .refuse(status: Int(status), retryAfterSeconds: json["retryAfterSeconds"]?.integer.map(Int.init))
        default:
            throw APIFailure.badRequest("effect: must be drop, loseAnswer, hang, delay, refuse or cut")
        }
    }
}
