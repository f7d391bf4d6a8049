internal import KubeAPI

/// Why a namespace that is being deleted is still there, in the words of the real namespace controller.
struct NamespaceConditions {
    /// What is left in the namespace.
    var content: [(resource: GroupResource, objects: [StoredObject])]
    var now: Timestamp

    /// The conditions of the namespace, with the times of those that have not changed.
    func merged(into old: [JSONValue]) -> JSONValue {
        .array(
            conditions.map { condition in
                var condition = condition
                let before = old.first { $0["type"] == condition["type"] }
                condition["lastTransitionTime"] =
                    before?["status"] == condition["status"]
                    ? before?["lastTransitionTime"] : .string(now.rfc3339)
                return condition
            })
    }

    private var conditions: [JSONValue] {
        let finalizers = finalizers
        return [
            Self.condition(
                "NamespaceDeletionDiscoveryFailure", nil, "ResourcesDiscovered",
                "All resources successfully discovered"),
            Self.condition(
                "NamespaceDeletionGroupVersionParsingFailure", nil, "ParsedGroupVersions",
                "All legacy kube types successfully parsed"),
            Self.condition(
                "NamespaceDeletionContentFailure", nil, "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"),
            Self.condition(
                "NamespaceContentRemaining", remaining, content.isEmpty ? "ContentRemoved" : "SomeResourcesRemain",
                "All content successfully removed"),
            Self.condition(
                "NamespaceFinalizersRemaining", finalizers,
                finalizers == nil ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                "All content-preserving finalizers finished"),
        ]
    }

    /// - Parameter problem: `nil` where there is none, and `words` are the message.
    private static func condition(_ type: String, _ problem: String?, _ reason: String, _ words: String) -> JSONValue {
        [
            "type": .string(type), "status": problem == nil ? "False" : "True", "reason": .string(reason),
            "message": .string(problem ?? words),
        ]
    }

    private var remaining: String? {
        let parts = content.map { entry in
            "\(entry.resource.plural).\(entry.resource.group) has \(entry.objects.count) resource instances"
        }
        return parts.isEmpty ? nil : "Some resources are remaining: \(parts.sorted().joined(separator: ", "))"
    }

    private var finalizers: String? {
        var counts: [String: Int] = [:]
        for finalizer in content.flatMap(\.objects).flatMap(\.finalizers) { counts[finalizer, default: 0] += 1 }
        let parts = counts.map { "\($0.key) in \($0.value) resource instances" }
        return parts.isEmpty
            ? nil
            : "Some content in the namespace has finalizers remaining: \(parts.sorted().joined(separator: ", "))"
    }
}
