internal import KubeAPI

/// The keys of labels and taints that a pool sets on nodes: what a ledger of it may name.
package struct ClaimKeys: Sendable, Hashable {
    private struct TaintKey: Hashable {
        var key: String
        var effect: Taint.Effect
    }

    private var labels: Set<String> = []
    private var taints: Set<TaintKey> = []

    /// - Parameter pool: with its regions that are off: they may have been on.
    init(_ pool: RegionalWorkerPool) {
        for region in pool.spec.regions.map({ Region($0, of: pool) }) {
            labels.formUnion(region.nodeLabels.keys)
            taints.formUnion(region.taints.map { TaintKey(key: $0.key, effect: $0.effect) })
        }
    }

    /// The claim without what the pool never sets.
    func bounded(_ claim: NodeClaim) -> NodeClaim {
        var bounded = claim
        bounded.labels = claim.labels.filter { labels.contains($0.key) }
        bounded.taints = claim.taints.filter { taints.contains(TaintKey(key: $0.key, effect: $0.effect)) }
        return bounded
    }
}

/// Keys on nodes that belong to the cluster. The operator neither writes nor removes them, whatever a spec or a ledger says.
enum ReservedNodeKeys {
    private static let labelDomains = ["kubernetes.io", "k8s.io"]
    private static let clusterPrefixes = ["node.kubernetes.io/", "node.cloudprovider.kubernetes.io/"]
    private static let controlPlane: Set = [
        "node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master", "node-role.kubernetes.io/etcd",
    ]

    /// Under `kubernetes.io` and `k8s.io`: those of node restriction among them.
    static func isLabel(_ key: String) -> Bool {
        guard let slash = key.firstIndex(of: "/") else { return false }
        let domain = key[..<slash]
        return labelDomains.contains { domain == $0 || domain.hasSuffix(".\($0)") }
    }

    static func isTaint(_ key: String) -> Bool {
        clusterPrefixes.contains(where: key.hasPrefix) || controlPlane.contains(key)
    }
}
