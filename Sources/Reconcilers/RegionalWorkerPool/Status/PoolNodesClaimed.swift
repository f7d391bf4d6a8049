internal import KubeAPI

// Why the nodes of a pool are not all claimed: ordered pure checks.
extension PoolObservation {
    /// `nil` where every node that a region matches is claimed.
    var nodeFinding: Finding? { Self.nodeChecks.firstFinding(in: self) }

    private static let nodeChecks = Checks<PoolObservation>(
        notPermitted, claimFailed, suspendedUnclaimed, lockedOut, conflictWithinPool, conflictWithPool, taintPending,
        noMatchingNodes)

    private static func notPermitted(_ observed: PoolObservation) -> Finding? {
        guard !observed.pool.mayClaimNodes else { return nil }
        return Finding(
            .notPermitted,
            """
            pools in namespace \(observed.pool.namespace) may not claim nodes; add the namespace to the \
            operator's --node-pool-namespaces or move the pool
            """, .edit)
    }

    private static func claimFailed(_ observed: PoolObservation) -> Finding? {
        guard let failure = observed.nodeFailures.mostPressing else { return nil }
        let others =
            observed.nodeFailures.count > 1 ? " (and \((observed.nodeFailures.count - 1).counted("other node")))" : ""
        if failure.kind == .contended {
            return Finding(.contended, "\(failure.object)\(others): \(failure.message)", .edit)
        }
        return Finding(
            .claimFailed, "\(failure.object) could not be written\(others): \(failure.message)",
            failure.kind == .refused ? .edit : .wait)
    }

    private static func suspendedUnclaimed(_ observed: PoolObservation) -> Finding? {
        let count = observed.sum { $0.matched - $0.claimed - $0.conflicts.count }
        guard observed.pool.spec.suspend, count > 0 else { return nil }
        return Finding(.suspended, "\(count.counted("node")) not claimed while the pool is suspended", .pause)
    }

    private static func lockedOut(_ observed: PoolObservation) -> Finding? {
        observed.lockOut.map { Finding(.lockOut, $0.message, .edit) }
    }

    private static func taintPending(_ observed: PoolObservation) -> Finding? {
        guard let first = observed.pendingTaints.first else { return nil }
        let others = observed.pendingTaints.count - 1
        return Finding(
            .taintPending,
            """
            taint \(first.taint)\(others > 0 ? " (and \(others.counted("other taint")))" : "") waits until the pods of region \
            \(first.region) tolerate it: \(first.toleratingPods) of \(first.pods) do
            """, .wait)
    }

    /// The list of regions is the user's, so only the user can tell the two apart.
    private static func conflictWithinPool(_ observed: PoolObservation) -> Finding? {
        conflict(in: observed, .edit) { if case .region = $0 { true } else { false } }
    }

    /// Once the other pool lets go of the node, it is claimed.
    private static func conflictWithPool(_ observed: PoolObservation) -> Finding? {
        conflict(in: observed, .wait) { if case .pool = $0 { true } else { false } }
    }

    private static func conflict(
        in observed: PoolObservation, _ consequence: Finding.Consequence,
        where isMeant: (RegionObservation.Holder) -> Bool
    ) -> Finding? {
        for region in observed.regions {
            let conflicts = region.conflicts.filter { isMeant($0.holder) }
            guard let first = conflicts.first else { continue }
            let others = conflicts.count > 1 ? " (and \((conflicts.count - 1).counted("other node")))" : ""
            return Finding(
                .nodeConflict,
                """
                Node \(first.node)\(others) matches region \(region.region.name) but is held by \
                \(first.holder.text); narrow one of the two node selectors
                """, consequence)
        }
        return nil
    }

    private static func noMatchingNodes(_ observed: PoolObservation) -> Finding? {
        // A region that wants no pods may well have no nodes: they are often scaled away together.
        let empty = observed.regions.filter { $0.matched == 0 && $0.desired > 0 }
        guard let first = empty.first else { return nil }
        let others = empty.dropFirst().map(\.region.name).joined(separator: ", ")
        return Finding(
            .noMatchingNodes,
            """
            no node matches region \(first.region.name)\(others.isEmpty ? "" : " (nor \(others))"): nodeSelector is \
            \(first.region.nodeSelector.queryString); label a node so or change the selector
            """, .wait)
    }
}
