internal import KubeAPI

/// Looks at what scales the regions of a pool, and does what has to be done before its children are written.
struct ScalerHandover: Sendable {
    /// Owns the number of pods of a Deployment that is scaled, until a scaler changes the number.
    static let fieldManager = "quartermaster-scaling"

    private let autoscalers: Informer
    private let scaledObjects: Informer
    private let deployments: Informer
    private let client: FencedClient

    init(_ environment: ReconcilerEnvironment) {
        autoscalers = environment.children(.horizontalPodAutoscaler)
        scaledObjects = environment.children(.scaledObject)
        deployments = environment.children(.deployment)
        client = environment.client
    }

    var isKEDAServed: Bool { scaledObjects.isServed }

    func scalers(of pool: RegionalWorkerPool) -> [String: RegionScalers] {
        let namespace = pool.metadata.namespace ?? ""
        return Dictionary(
            pool.spec.regions.filter(\.enabled).map { region in
                let key = ObjectKey(namespace: namespace, name: pool.childName(ofRegion: region.name))
                let deployment = deployments.store.whole(key)
                // Another's Deployment of this name is neither scaled nor taken for the pool's.
                let isOwn = deployment?.ownerReferences.contains { $0.uid == pool.metadata.uid } == true
                let replicas = isOwn ? deployment?.value(at: "spec", "replicas")?.integer : nil
                return (
                    region.name,
                    RegionScalers(
                        autoscaler: autoscalers.store.get(key)?.dynamic(),
                        scaledObject: scaledObjects.store.whole(key)?.dynamic(),
                        poolUID: pool.metadata.uid ?? "", replicas: replicas.map(Int.init))
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Clears the way for the scaler of a region. A crash after any of these lines leaves the pods as they are.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func prepare(_ plan: ScalerPlan, for region: Region, of pool: ResolvedPool) async throws {
        let key = ObjectKey(namespace: pool.namespace, name: region.childName)
        if let replicas = plan.firstReplicas {
            // Before there is an autoscaler: one that finds 0 takes it for a wish to be left alone.
            try await begin(key, with: replicas)
        }
        if let orphan = plan.orphan {
            try await client.delete(.horizontalPodAutoscaler, orphan.key, expecting: orphan.uid, recordsEnd: true)
        }
    }

    private func begin(_ key: ObjectKey, with replicas: Int) async throws {
        let body: JSONValue = [
            "apiVersion": .string(ResourceType.deployment.apiVersion),
            "kind": .string(ResourceType.deployment.kind),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            "spec": ["replicas": .integer(Int64(replicas))],
        ]
        try await client.patch(.deployment, key, .apply(body, force: true), fieldManager: Self.fieldManager)
    }
}
