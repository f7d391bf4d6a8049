internal import KubeAPI

/// What a pool does with a node: pure, so that it can be decided again for a node that has changed meanwhile.
struct ClaimRules: Sendable {
    enum Verdict: Sendable {
        /// None of our business, or nothing that we may touch.
        case leave
        /// Ours: claim it, or keep it claimed.
        case claim(WantedClaim)
        /// Held by the pool and not wanted any more.
        case release
    }

    private let key: ObjectKey
    private let pool: NodeClaim.Pool?
    private let regions: [Region]
    private let ownership: NodeOwnership
    /// What the nodes of a region must not be given yet, by the region's name.
    var holds: [String: TaintHold] = [:]
    /// Whether no node may be given a new taint.
    var isLockedOut = false

    /// A pool that may not claim nodes wants none.
    init(_ resolved: ResolvedPool, ownership: NodeOwnership) {
        let pool = resolved.pool
        key = pool.key
        self.pool = NodeClaim.Pool(
            uid: pool.metadata.uid ?? "", namespace: pool.metadata.namespace ?? "", name: pool.metadata.name ?? "")
        regions = resolved.mayClaimNodes ? resolved.regions : []
        self.ownership = ownership
    }

    /// A pool that gives everything back.
    init(releasing pool: ObjectKey, ownership: NodeOwnership) {
        key = pool
        self.pool = nil
        regions = []
        self.ownership = ownership
    }

    /// The node with its ledger, where that counts.
    func trusting(_ node: NodeSnapshot) -> NodeSnapshot { ownership.trusting(node) }

    /// Whether the node carries a ledger in the pool's name that the operator has not written.
    func rejectsLedger(of node: NodeSnapshot) -> Bool { node.unproven?.claim.pool.key == key }

    /// Whether the node's ledger, if it is the pool's, is sealed.
    func isSealed(_ node: NodeSnapshot) -> Bool { node.claim?.pool.key != key || node.isSealed }

    /// - Parameter node: as `trusting` gives it.
    func verdict(on node: NodeSnapshot) -> Verdict {
        let isOurs = node.claim?.pool.key == key
        guard node.claim == nil || isOurs, !node.isBeingDeleted else { return .leave }
        if let wanted = wanted(of: node) { return .claim(wanted) }
        return isOurs ? .release : .leave
    }

    /// Whether the pool matches the node or holds it: others are neither written nor counted.
    func mayConcern(_ node: NodeSnapshot) -> Bool {
        node.claim?.pool.key == key || regions.contains { $0.nodeSelector.matches(node.baseLabels) }
    }

    private func wanted(of node: NodeSnapshot) -> WantedClaim? {
        guard let pool, let owner = ownership.owner(of: node.baseLabels), owner.pool.uid == pool.uid,
            let region = regions.first(where: { $0.name == owner.region })
        else { return nil }
        return WantedClaim(pool: pool, region: region, withheld: withheld(of: region, on: node))
    }

    private func withheld(of region: Region, on node: NodeSnapshot) -> [Taint] {
        if isLockedOut { return region.taints }
        return holds[region.name]?.withheld(mayHavePods: holds(node, for: region)) ?? []
    }

    /// Whether the pool holds the node for this region: then pods of it may run there.
    private func holds(_ node: NodeSnapshot, for region: Region) -> Bool {
        node.claim?.pool.key == key && node.claim?.region == region.name
    }

    /// Counts a node, as it is after the writes, for every region that it matches.
    func count(_ node: NodeSnapshot, in tallies: inout [String: NodeClaims.Tally]) {
        let baseLabels = node.baseLabels
        for region in regions {
            let isClaimed = holds(node, for: region)
            guard isClaimed || region.nodeSelector.matches(baseLabels) else { continue }
            tallies[region.name, default: .init()].matched += 1
            if isClaimed {
                tallies[region.name]?.claimed += 1
                tallies[region.name]?.ready += node.isReady ? 1 : 0
                if !node.isReady {
                    let before = tallies[region.name]?.unready
                    tallies[region.name]?.unready = min(before ?? node.name, node.name)
                }
                tallies[region.name]?.carriedTaints.formUnion(node.claim?.taints.map(\.taint) ?? [])
            } else if let holder = holder(of: node, insteadOf: region) {
                tallies[region.name]?.conflicts.append(.init(node: node.name, holder: holder))
            }
        }
    }

    /// Who has, or is to have, a node that a region matches.
    private func holder(of node: NodeSnapshot, insteadOf region: Region) -> RegionObservation.Holder? {
        if let other = node.claim?.pool.key, other != key { return .pool(other) }
        guard let owner = ownership.owner(of: node.baseLabels) else { return nil }
        if owner.pool.key != key { return .pool(owner.pool.key) }
        return owner.region == region.name ? nil : .region(owner.region)
    }
}
