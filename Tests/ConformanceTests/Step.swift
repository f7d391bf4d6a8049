import Foundation
import KubeAPI

/// One line of a case, its variables already in place.
struct Step: Sendable {
    enum Action: Sendable {
        case request
        case watch
        case events
        case different([JSONValue])
        case compact
        case broken(String)
    }

    var action = Action.request
    var method = "GET"
    var path = ""
    var headers: [(String, String)] = []
    var body: [UInt8]?
    /// Empty for the administrator, `nobody` for a request without credentials.
    var user = ""
    var wantedStatus: Int?
    var answer: JSONValue?
    /// Of the raw body.
    var text: JSONValue?
    var wantedHeaders: [(name: String, pattern: JSONValue)] = []
    var keep: [(name: String, path: String)] = []
    var isEventual = false
    var watchName = "watch"
    var events: [JSONValue] = []
    var endsWatch = false

    private let namespace: String

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

    private static let contentTypes = [
        "json": "application/json", "yaml": "application/yaml", "merge": "application/merge-patch+json",
        "strategic": "application/strategic-merge-patch+json", "jsonpatch": "application/json-patch+json",
        "apply": "application/apply-patch+yaml",
    ]

    private static let forms = [
        "table": "application/json;as=Table;v=v1;g=meta.k8s.io",
        "metadata": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "metadataList": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
        "aggregated": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    ]

    init(_ json: JSONValue, namespace: String) throws {
        self.namespace = namespace
        guard let fields = json.object else { throw CaseError("a step is an object, not \(json)") }
        for (word, value) in fields { try read(word, value) }
    }

    private mutating func read(_ word: String, _ value: JSONValue) throws {
        switch word {
        case _ where Self.methods.contains(word):
            method = word
            path = path(value.string ?? "")
        case "WATCH":
            action = .watch
            path = path(value.string ?? "")
        case "EVENTS":
            action = .events
            events = value.array ?? []
        case "DIFFERENT": action = .different(value.array ?? [])
        case "COMPACT": action = .compact
        case "unreadable": action = .broken(value.string ?? "")
        case "of", "name": watchName = value.string ?? ""
        case "ends": endsWatch = value.bool ?? false
        case "as": user = value.string ?? ""
        case "type":
            let type = value.string ?? ""
            headers.append(("Content-Type", Self.contentTypes[type] ?? type))
        case "accept":
            let form = value.string ?? ""
            headers.append(("Accept", Self.forms[form] ?? form))
        case "headers": headers += value.object?.map { ($0.key, $0.value.string ?? "\($0.value)") } ?? []
        case "body": body = value.serialized()
        case "raw": body = Array((value.string ?? "").utf8)
        case "status": wantedStatus = value.integer.map(Int.init)
        case "answer": answer = value
        case "text": text = value
        case "header": wantedHeaders = value.object?.map { ($0.key, $0.value) } ?? []
        case "keep": keep = value.object?.map { ($0.key, $0.value.string ?? "") } ?? []
        case "eventually": isEventual = value.bool ?? false
        case "why": break
        default: throw CaseError("`\(word)` is no word of a step")
        }
    }

    /// `configmaps/a` and `apps/v1 deployments/a` stand for paths in the case's namespace.
    private func path(_ text: String) -> String {
        guard !text.hasPrefix("/") else { return text }
        let parts = text.split(separator: " ", maxSplits: 1)
        let root = parts.count == 2 ? "/apis/\(parts[0])" : "/api/v1"
        return "\(root)/namespaces/\(namespace)/\(parts.last ?? "")"
    }

    /// What is wrong with an answer.
    func problems(of reply: Reply) -> [String] {
        var problems: [String] = []
        let status = wantedStatus ?? (method == "POST" ? 201 : 200)
        if reply.status != status { problems.append("status \(reply.status), wanted \(status)") }
        if let answer { problems += Expectation.differences(answer, reply.json) }
        if let text { problems += Expectation.differences(text, .string(reply.text), at: "body") }
        for (name, pattern) in wantedHeaders {
            let values = reply.headers.values(name)
            let value: JSONValue? =
                pattern.array == nil
                ? values.first.map(JSONValue.string) : .array(values.map(JSONValue.string))
            problems += Expectation.differences(pattern, value, at: "header \(name)")
        }
        return problems
    }
}
