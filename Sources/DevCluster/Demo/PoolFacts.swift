internal import KubeAPI

/// What the demo needs to know of a RegionalWorkerPool; read from the object as the API server gives it, with defaults.
struct PoolFacts: Sendable {
    static let kind = "RegionalWorkerPool"
    static let childLabel = "quartermaster.dev/regionalworkerpool"

    struct Region: Sendable {
        var name: String
        /// What a node of the region gets.
        var labels: [String: String]
        var taints: [Taint]
        var regionLabelKey: String
        var deployment: String
    }

    let object: DynamicObject

    var key: ObjectKey { object.key }

    /// The regions, each with the pool's node settings and what it overrides of them.
    var regions: [Region] {
        let spec = object["spec"]
        return (spec?["regions"]?.array ?? []).map { region in
            let name = region["name"]?.string ?? ""
            func setting(_ field: String) -> JSONValue? { region["nodes"]?[field] ?? spec?["nodes"]?[field] }
            let labelKey = setting("regionLabelKey")?.string ?? "region"
            var labels = [labelKey: name]
            for (key, value) in setting("labels")?.object ?? [:] { labels[key] = value.string }
            let told = (object[path: "status", "regions"]?.array ?? []).first { $0["name"]?.string == name }
            return Region(
                name: name, labels: labels, taints: Taint.all(in: setting("taints")),
                regionLabelKey: labelKey, deployment: told?["deployment"]?.string ?? "\(object.name)-\(name)")
        }
    }

    /// Why the pool is not Ready yet; `nil` where it is, as of its last change.
    var shortcoming: String? {
        let conditions = object[path: "status", "conditions"]?.array ?? []
        let ready = conditions.first { $0["type"]?.string == "Ready" }
        guard let ready, object[path: "status", "observedGeneration"]?.integer == object.generation else {
            return "the operator has not looked at it yet"
        }
        if ready["status"]?.string == "True" { return nil }
        return "\(ready["reason"]?.string ?? ""): \(ready["message"]?.string ?? "")"
    }
}

/// What people may change on a node.
struct NodeLooks: Sendable, Hashable {
    var labels: [String: String]
    var annotations: [String: String]
    var taints: Set<Taint>

    init(_ node: DynamicObject) {
        labels = node.labels
        annotations = node.annotations
        taints = Set(node.taints)
    }
}

extension DynamicObject {
    var taints: [Taint] { Taint.all(in: self[path: "spec", "taints"]) }
}
