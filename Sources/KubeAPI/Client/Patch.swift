/// A change to an object. Source: Kubernetes API concepts, "Patching API objects".
package enum Patch: Sendable, Hashable {
    /// RFC 6902.
    case json([JSONValue])
    /// RFC 7386: lists are replaced, `null` removes.
    case merge(JSONValue)
    /// Lists are merged by their keys; for built-in kinds only.
    case strategicMerge(JSONValue)
    /// Server-side apply: the fields that the writer wants, and no others. `force` takes over what others own.
    case apply(JSONValue, force: Bool)

    var contentType: String {
        switch self {
        case .json: "application/json-patch+json"
        case .merge: "application/merge-patch+json"
        case .strategicMerge: "application/strategic-merge-patch+json"
        // The media type says YAML; JSON is YAML.
        case .apply: "application/apply-patch+yaml"
        }
    }

    var body: JSONValue {
        switch self {
        case .json(let operations): .array(operations)
        case .merge(let document), .strategicMerge(let document), .apply(let document, _): document
        }
    }

    var query: [(String, String)] {
        if case .apply(_, force: true) = self { [("force", "true")] } else { [] }
    }
}
