internal import KubeAPI

extension RegionalWorkerPool {
    /// The PodDisruptionBudget of a region.
    static func budget(for region: Region, of pool: RegionalWorkerPool) -> PodDisruptionBudget? {
        guard region.maxReplicas > 1 else { return nil }  // one pod: a budget would only block drains
        return PodDisruptionBudget(
            metadata: .child(of: pool, named: region.childName, labels: [LabelKey.region: region.name]),
            spec: .init(
                minAvailable: pool.spec.disruption.minAvailable,
                maxUnavailable: pool.spec.disruption.maxUnavailable,
                selector: .matching(region.podSelector),
                unhealthyPodEvictionPolicy: .alwaysAllow))
    }
}
