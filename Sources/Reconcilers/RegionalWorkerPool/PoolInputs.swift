package import KubeAPI

/// What the children of a pool depend on beside its spec.
package struct PoolInputs: Sendable {
    /// Whether the API server has KEDA's API.
    package var isKEDAServed = true
    package var scalers: [String: LiveScalers] = [:]
    /// The taints that nodes of a region carry by their ledgers, by its name: its pods tolerate them until they are gone,
    /// whatever the spec says by now.
    package var carriedTaints: [String: Set<Taint>] = [:]
    /// By the region: what its pods ask for and the operator's configuration does not let them have.
    package var refusals: [String: String] = [:]

    /// A cluster that has everything and nothing of the pool yet: what `render` shows.
    package static let assumed = PoolInputs()
}

extension PoolInputs {
    /// As the API server tells them, for who has no caches.
    ///
    /// - Throws: `APIError`.
    init(of pool: RegionalWorkerPool, asking client: KubeClient) async throws {
        isKEDAServed = try await LiveScalers.isKEDAServed(asking: client)
        let namespace = pool.metadata.namespace ?? ""
        let found = try await LiveScalers.all(in: namespace, isKEDAServed: isKEDAServed, asking: client)
        for region in pool.spec.regions where region.enabled {
            let target = Region(region, of: pool).target
            let key = ObjectKey(namespace: namespace, name: target.name)
            let replicas = try await client.find(.deployment, key)?[path: "spec", "replicas"]?.integer
            scalers[region.name] = LiveScalers(
                of: target, in: namespace, ownerUID: pool.metadata.uid ?? "", replicas: replicas.map(Int.init),
                objects: found, isMade: { _ in false })
        }
        carriedTaints = try await Self.carriedTaints(of: pool, asking: client)
    }

    /// What the ledgers of the pool's nodes say, sealed or not: this is for a preview, which has no key and does nothing. Who may
    /// not read nodes sees the pods without what is about to go.
    private static func carriedTaints(
        of pool: RegionalWorkerPool, asking client: KubeClient
    ) async throws -> [String: Set<Taint>] {
        var carried: [String: Set<Taint>] = [:]
        do {
            for node in try await client.list(.node).items {
                let text = node.annotations[AnnotationKey.claim]
                guard let claim = text.flatMap(SealedClaim.init(annotation:))?.claim,
                    claim.pool.uid == pool.metadata.uid
                else { continue }
                carried[claim.region, default: []].formUnion(claim.taints.map(\.taint))
            }
        } catch let error as APIError where error.isForbidden {
            return [:]
        }
        return carried
    }
}
