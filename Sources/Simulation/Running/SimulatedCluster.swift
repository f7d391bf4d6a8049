internal import KubeAPI

/// The cluster as the simulation sees it: informers for what is observed, one client for what is written.
final class SimulatedCluster: Sendable {
    let client: KubeClient
    let informers: InformerSet
    let nodes: Informer
    let pods: Informer
    private let others: [ResourceType: Informer]
    private let events: @Sendable (SimulatedEvent) -> Void

    static let byNamespace = Indexer.namespace
    static let byNode = Indexer("node") { $0.value(at: "spec", "nodeName")?.string.map { [$0] } ?? [] }
    /// By the UID of the controller; those without one stand under their namespace.
    static let byController = Indexer("controller") { object in
        [object.ownerReferences.first { $0.controller == true }?.uid ?? orphans(of: object.key.namespace)]
    }

    /// - Parameters:
    ///   - types: observed beside nodes and pods.
    ///   - events: hands an event to whoever writes it; must not block.
    init(client: KubeClient, types: [ResourceType], events: @escaping @Sendable (SimulatedEvent) -> Void) {
        self.client = client
        self.events = events
        informers = InformerSet(source: client)
        nodes = informers.informer(Selection(.node))
        pods = informers.informer(
            Selection(.pod), indexers: [Self.byNamespace, Self.byNode, Self.byController])
        var others: [ResourceType: Informer] = [:]
        for type in types {
            others[type] = informers.informer(Selection(type), indexers: [Self.byNamespace, Self.byController])
        }
        self.others = others
    }

    /// The informer of a type that the cluster was made with.
    func informer(_ type: ResourceType) -> Informer {
        switch type {
        case .node: return nodes
        case .pod: return pods
        default:
            guard let informer = others[type] else { preconditionFailure("\(type.qualifiedName) are not observed") }
            return informer
        }
    }

    func get(_ type: ResourceType, _ key: ObjectKey) -> DynamicObject? {
        informer(type).store.get(key)?.dynamic()
    }

    /// The objects that an owner controls, and those of its namespace that nobody controls.
    func dependents(_ type: ResourceType, of owner: DynamicObject) -> [DynamicObject] {
        let store = informer(type).store
        return [owner.uid, Self.orphans(of: owner.namespace)].flatMap {
            store.list(index: Self.byController.name, value: $0).map { $0.dynamic() }
        }
    }

    func objects(_ type: ResourceType, in namespace: String) -> [DynamicObject] {
        informer(type).store.list(index: Self.byNamespace.name, value: namespace).map { $0.dynamic() }
    }

    /// Carries writes out, one after the other.
    ///
    /// What is gone already, or another object by now, needs no deletion; a patch of what is gone ends the series, as
    /// the watch will tell.
    /// - Throws: `APIError`, a conflict among them, which the caller tries again with a newer state.
    func perform(_ writes: [SimulatedWrite]) async throws {
        for write in writes {
            do {
                try await perform(write)
            } catch let error as APIError where error.isNotFound && write.isPatch {
                return
            }
        }
    }

    private func perform(_ write: SimulatedWrite) async throws {
        switch write {
        case .create(let object, let type):
            do {
                record(try await client.create(object, as: type), as: type)
            } catch let error as APIError where error.isAlreadyExists {
                return
            }
        case .patch(let type, let key, let patch, let subresource):
            record(try await client.patch(type, key, .merge(patch), subresource: subresource), as: type)
        case .delete(let type, let key, let uid, let gracePeriod):
            try await delete(type, key, uid: uid, gracePeriod: gracePeriod)
        case .bind(let pod, let uid, let node):
            try await bind(pod, uid: uid, to: node)
        case .event(let event):
            events(event)
        }
    }

    /// Creates a pod of a controller and shows it to readers at once, so that the next look does not make it again.
    func create(pod: DynamicObject) async throws -> DynamicObject {
        let created = try await client.create(pod, as: .pod)
        pods.recordWrite(created)
        return created
    }

    private func record(_ object: DynamicObject, as type: ResourceType) {
        switch type {
        case .node: nodes.recordWrite(object)
        case .pod: pods.recordWrite(object)
        default: others[type]?.recordWrite(object)
        }
    }

    private func delete(_ type: ResourceType, _ key: ObjectKey, uid: String, gracePeriod: Int?) async throws {
        let options = KubeAPI.DeleteOptions(
            uid: uid, propagationPolicy: .background, gracePeriodSeconds: gracePeriod)
        do {
            try await client.delete(type, key, options: options)
        } catch let error as APIError where error.isConflict || error.isNotFound {
            // It is gone, or another object has the name by now.
            return
        }
    }

    private func bind(_ pod: ObjectKey, uid: String, to node: String) async throws {
        let binding = DynamicObject(
            [
                "apiVersion": "v1", "kind": "Binding",
                "metadata": [
                    "name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(uid),
                ],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
            ] as JSONObject)
        _ = try await client.create(binding, subresource: "binding", of: .pod, pod)
    }

    private static func orphans(of namespace: String) -> String { "/" + namespace }
}
