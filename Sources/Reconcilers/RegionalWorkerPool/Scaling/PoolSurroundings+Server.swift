internal import KubeAPI

extension PoolSurroundings {
    /// The surroundings as the API server tells them, for who has no caches.
    ///
    /// - Throws: `APIError`.
    init(of pool: RegionalWorkerPool, asking client: KubeClient) async throws {
        func find(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
            do {
                return try await client.get(type, key)
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        }
        let keda = ResourceType.scaledObject
        isKEDAServed = try await client.resourceType(apiVersion: keda.apiVersion, kind: keda.kind) != nil
        for region in pool.enabledRegions {
            let key = ObjectKey(namespace: pool.metadata.namespace ?? "", name: region.childName)
            let replicas = try await find(.deployment, key)?[path: "spec", "replicas"]?.integer
            scalers[region.name] = RegionScalers(
                autoscaler: try await find(.horizontalPodAutoscaler, key),
                scaledObject: try await find(keda, key), poolUID: pool.metadata.uid ?? "",
                replicas: replicas.map(Int.init))
        }
    }
}
