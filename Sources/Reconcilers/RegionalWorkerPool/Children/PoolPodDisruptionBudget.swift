internal import KubeAPI

extension ResolvedPool {
    /// The PodDisruptionBudget of a region.
    func disruptionBudget(of region: Region) throws -> DesiredChild? {
        guard region.maxReplicas > 1 else { return nil }  // one pod: a budget would only block drains
        let budget = PodDisruptionBudget(
            metadata: .child(of: pool, named: region.childName, labels: [LabelKey.region: region.name]),
            spec: .init(
                minAvailable: spec.disruption.minAvailable,
                maxUnavailable: spec.disruption.maxUnavailable,
                selector: .matching(region.podSelector),
                unhealthyPodEvictionPolicy: .alwaysAllow))
        return try DesiredChild(budget, part: region.name)
    }
}
