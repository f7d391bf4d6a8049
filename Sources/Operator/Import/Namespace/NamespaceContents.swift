internal import KubeAPI
internal import Reconcilers

/// The objects of a namespace that an import looks at. Secrets are not among them.
struct NamespaceContents {
    let namespace: DynamicObject
    private let byKind: [String: [DynamicObject]]

    init(namespace: DynamicObject, objects: [DynamicObject]) {
        self.namespace = namespace
        byKind = Dictionary(grouping: objects, by: \.kind)
    }

    /// - Throws: `ImportedEnvironment.Failure` where there is no such namespace; `APIError`.
    init(of namespace: String, asking client: KubeClient) async throws {
        guard let object = try await client.find(.namespace, ObjectKey(name: namespace)) else {
            throw ImportedEnvironment.Failure("there is no namespace \(namespace)")
        }
        var objects: [DynamicObject] = []
        for type in Self.types {
            do {
                let items = try await client.listAll(type, namespace: namespace).items
                objects += items.map { item in
                    var item = item
                    item["kind"] = .string(type.kind)
                    return item
                }
            } catch let error as APIError where error.isNotFound {
                continue  // A server that does not serve the type has none of them.
            }
        }
        self.init(namespace: object, objects: objects)
    }

    private static let types: [ResourceType] = [
        .deployment, .service, .ingress, .persistentVolumeClaim, .configMap, .horizontalPodAutoscaler,
        .podDisruptionBudget,
        .networkPolicy, .resourceQuota, .limitRange, .cronJob, .job,
        ResourceType(group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets"),
        ResourceType(group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets"),
    ]

    var name: String { namespace.name }

    /// Those of a kind that nothing else in the namespace has made, by name.
    func all(_ kind: String) -> [DynamicObject] {
        (byKind[kind] ?? []).filter { !$0.isBeingDeleted && $0.ownerReferences.isEmpty }.sorted { $0.name < $1.name }
    }

    func find(_ kind: String, _ name: String) -> DynamicObject? { (byKind[kind] ?? []).first { $0.name == name } }

    /// Services whose pods have these labels; that of the given name comes first.
    func services(for labels: [String: String], named name: String) -> [DynamicObject] {
        let all = self.all("Service").filter { service in
            let selector = service[path: "spec", "selector"]?.stringMap ?? [:]
            return !selector.isEmpty && selector.allSatisfy { labels[$0.key] == $0.value }
        }
        return all.filter { $0.name == name } + all.filter { $0.name != name }
    }
}

extension JSONValue {
    /// An object's strings.
    var stringMap: [String: String] {
        Dictionary(
            (object ?? [:]).compactMap { key, value in value.string.map { (key, $0) } }, uniquingKeysWith: { $1 })
    }
}

extension DynamicObject {
    /// Whether the operator has made it, as it says itself.
    var isOfTheOperator: Bool { labels[LabelKey.managedBy] == LabelKey.manager }
}
