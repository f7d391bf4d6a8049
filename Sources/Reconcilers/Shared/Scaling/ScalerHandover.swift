internal import KubeAPI

/// Looks at what scales workloads, and does what has to be done before the children of their owner are written.
struct ScalerHandover: Sendable {
    /// Owns the number of pods of a workload that is scaled, until a scaler changes the number.
    static let fieldManager = "quartermaster-scaling"

    private let autoscalers: Informer
    private let scaledObjects: Informer
    /// Scalers of others, in outline. Those that carry our label are among the children.
    private let others: [Informer]
    private let client: FencedClient

    init(_ environment: ReconcilerEnvironment) {
        autoscalers = environment.children(.horizontalPodAutoscaler)
        scaledObjects = environment.children(.scaledObject)
        for informer in [autoscalers, scaledObjects] { informer.store.add([.scaleTarget]) }
        let notOurs = LabelSelector(
            matchExpressions: [.init(key: LabelKey.managedBy, operator: .notIn, values: [LabelKey.manager])])
        let types = [ResourceType.horizontalPodAutoscaler, .scaledObject, .verticalPodAutoscaler]
        others = types.map { type in
            environment.informers.informer(
                Selection(type, labelSelector: notOurs), indexers: [.scaleTarget], isOptional: type.isOptional,
                trim: ForeignObjects.outline)
        }
        client = environment.client
    }

    var isKEDAServed: Bool { scaledObjects.isServed }

    /// - Parameters:
    ///   - replicas: the pods that the live workload wants; `nil` where there is none.
    ///   - isMade: whether the operator has made an object for the owner; asked where no controller tells.
    func find(
        _ target: ScaleTarget, in namespace: String, replicas: Int?, ownerUID: String,
        isMade: (CachedObject, ResourceType) -> Bool
    ) -> LiveScalers {
        let key = ObjectKey(namespace: namespace, name: target.name)
        let value = Indexer.scaleTarget(namespace, target.name)
        var found: [String: CachedObject] = [:]
        var made: Set<String> = []
        for informer in [autoscalers, scaledObjects] + others {
            // One of ours whose label somebody has taken away is among those of others, and still ours.
            if let named = informer.store.get(key), isMade(named, informer.selection.type) { made.insert(named.uid) }
            let scaling = informer.store.list(index: Indexer.scaleTarget.name, value: value)
            for object in scaling + [informer.store.get(key)].compactMap(\.self) where found[object.uid] == nil {
                found[object.uid] = object
            }
        }
        return LiveScalers(
            of: target, in: namespace, ownerUID: ownerUID, replicas: replicas,
            objects: found.values.map { $0.dynamic() }, isMade: { made.contains($0.uid) })
    }

    /// Wakes the owners of what a scaler of somebody else scales, or did.
    ///
    /// - Parameter owners: by the namespace and the name of a workload.
    func wake(_ controller: Controller, owners: @escaping @Sendable (String, String) -> [ObjectKey]) {
        for informer in [autoscalers, scaledObjects] + others {
            controller.watches(informer) { event in
                var states = [event.object]
                if case .updated(let old, _) = event { states.append(old) }
                let names = Set(states.compactMap(\.scaleTargetName))
                return names.flatMap { owners(event.key.namespace, $0) }
            }
        }
    }

    /// Clears the way for the scaler of a workload. A crash after any of these lines leaves the pods as they are.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func prepare(_ plan: ScalerPlan, for target: ScaleTarget, in namespace: String) async throws {
        let key = ObjectKey(namespace: namespace, name: target.name)
        if let replicas = plan.firstReplicas {
            // Before there is an autoscaler: one that finds 0 takes it for a wish to be left alone.
            try await begin(target.type, key, with: replicas)
        }
        if let orphan = plan.orphan {
            try await client.delete(.horizontalPodAutoscaler, orphan.key, expecting: orphan.uid, recordsEnd: true)
        }
    }

    private func begin(_ type: ResourceType, _ key: ObjectKey, with replicas: Int) async throws {
        let body: JSONValue = [
            "apiVersion": .string(type.apiVersion),
            "kind": .string(type.kind),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            "spec": ["replicas": .integer(Int64(replicas))],
        ]
        try await client.patch(type, key, .apply(body, force: true), fieldManager: Self.fieldManager)
    }
}

extension Indexer {
    /// Scalers by the workload that they name.
    fileprivate static let scaleTarget = Indexer("scaleTarget") { object in
        object.scaleTargetName.map { [scaleTarget(object.key.namespace, $0)] } ?? []
    }

    fileprivate static func scaleTarget(_ namespace: String, _ name: String) -> String { "\(namespace)/\(name)" }
}

extension CachedObject {
    fileprivate var scaleTargetName: String? {
        (value(at: "spec", "scaleTargetRef", "name") ?? value(at: "spec", "targetRef", "name"))?.string
    }
}

extension LiveScalers {
    /// As the API server tells them, for who has no caches.
    ///
    /// - Throws: `APIError`.
    static func all(in namespace: String, isKEDAServed: Bool, asking client: KubeClient) async throws -> [DynamicObject]
    {
        var scalers = try await client.list(.horizontalPodAutoscaler, namespace: namespace).items
        if isKEDAServed { scalers += try await client.list(.scaledObject, namespace: namespace).items }
        return scalers
    }

    static func isKEDAServed(asking client: KubeClient) async throws -> Bool {
        let type = ResourceType.scaledObject
        return try await client.resourceType(apiVersion: type.apiVersion, kind: type.kind) != nil
    }
}
