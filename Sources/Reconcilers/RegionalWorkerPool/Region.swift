package import KubeAPI

/// A region of a pool with everything that it takes from the pool: what the builders and the node claims work with.
package struct Region: Sendable, Hashable {
    package let name: String
    package let nodeSelector: LabelSelector
    /// Pods wanted where nothing scales the region.
    package let replicas: Int
    /// The fewest pods that the region can have, once it has them.
    package let minReplicas: Int
    /// The most pods that the region can ever have.
    package let maxReplicas: Int
    package let runtime: RegionalWorkerPool.Runtime
    /// Labels for the nodes, the region's own and the pool's name among them. Keys that the selector looks at are not here: they are
    /// what makes a node belong to the region, and the operator must not write them.
    package let nodeLabels: [String: String]
    package let taints: [Taint]
    package let onRelease: RegionalWorkerPool.ReleasePolicy
    package let env: [JSONObject]
    /// The name of the region's children.
    package let childName: String
    /// The region's Deployment as something that is scaled.
    package var target: ScaleTarget {
        ScaleTarget(
            .deployment, named: childName, replicas: replicas, minReplicas: minReplicas, maxReplicas: maxReplicas)
    }
    /// The labels that select the region's pods. They must never change: a Deployment's selector cannot.
    package let podSelector: [String: String]
    /// Every label that the pods get beside those of the template.
    package let podLabels: [String: String]

    init(_ spec: RegionalWorkerPool.RegionSpec, of pool: RegionalWorkerPool) {
        let poolName = pool.metadata.name ?? ""
        let settings = pool.spec.nodes
        name = spec.name
        nodeSelector = spec.nodeSelector
        replicas = spec.replicas ?? pool.spec.replicas
        let scaling = pool.spec.scaling.flatMap { $0.engine == .fixed ? nil : $0 }
        minReplicas = scaling.map { spec.minReplicas ?? $0.minReplicas } ?? replicas
        maxReplicas = scaling.map { spec.maxReplicas ?? $0.maxReplicas } ?? replicas
        runtime = spec.runtime ?? pool.spec.runtime
        let named = (spec.nodes?.labels ?? settings.labels)
            .merging([spec.nodes?.regionLabelKey ?? settings.regionLabelKey: spec.name]) { _, region in region }
            .filter { !spec.nodeSelector.keys.contains($0.key) }
        // A namespace has no dots, so no two pools have one value.
        let claimant = ChildName.labelValue("\(pool.metadata.namespace ?? "").\(poolName)")
        nodeLabels = named.merging([LabelKey.claimedBy: claimant]) { _, claimant in claimant }
        taints = spec.nodes?.taints ?? settings.taints
        onRelease = spec.nodes?.onRelease ?? settings.onRelease
        env = spec.env ?? []
        childName = pool.childName(ofRegion: spec.name)
        podSelector = [
            LabelKey.regionalWorkerPool: ChildName.labelValue(poolName), LabelKey.region: spec.name,
        ]
        // Not the inherited ones: a change of those must not replace every pod.
        podLabels = pool.childLabels.merging(podSelector) { $1 }
    }
}
