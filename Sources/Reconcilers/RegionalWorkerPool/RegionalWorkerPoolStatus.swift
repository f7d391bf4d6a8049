internal import KubeAPI

// The status as a pure function of what was observed.
extension PoolObservation {
    /// What the pool's status says; `StatusWriter` adds generation and times.
    package var status: RegionalWorkerPool.Status {
        var status = RegionalWorkerPool.Status()
        status.lastHandledReconcileAt = pool.metadata.annotations?[AnnotationKey.requestedAt]?.cut(to: 256)
        status.regionsReady = "\(regions.count { $0.isReady })/\(regions.count)"
        status.nodes = sum(\.claimed)
        status.replicas = sum(\.desired)
        status.readyReplicas = sum(\.readyPods)
        status.regions = regions.map(\.status)
        status.inventory = inventory
        status.conditions = conditions
        return status
    }

    private var conditions: [Condition] {
        var conditions = Conditions()
        conditions.add(.nodesClaimed, Self.nodeChecks.firstFinding(in: self), orElse: .claimed, "\(places) claimed")
        // A pool that may not claim nodes gets no children either.
        if mayClaimNodes {
            conditions.add(
                .available, regions.compactMap(\.podFinding).mostPressing, orElse: .available, "\(pods) available")
        }
        for finding in [pruneFailed, suspendedWithChanges].compactMap(\.self) { conditions.block(finding) }
        return conditions.assembled(
            ready: pool.spec.suspend ? (.suspended, "suspended; \(pods), \(places)") : (.ready, "\(pods), \(places)"))
    }

    private var places: String { "\(sum(\.claimed).counted("node")) in \(regions.count.counted("region"))" }
    private var pods: String { "\(sum(\.readyPods)) of \(sum(\.desired)) pods" }

    private func sum(_ number: (RegionObservation) -> Int) -> Int { regions.reduce(0) { $0 + number($1) } }

    private static let nodeChecks = Checks<PoolObservation>(
        notPermitted, claimFailed, suspendedUnclaimed, conflictWithinPool, conflictWithPool, noMatchingNodes)

    private static func notPermitted(_ seen: PoolObservation) -> Finding? {
        guard !seen.mayClaimNodes else { return nil }
        return Finding(
            .notPermitted,
            """
            pools in namespace \(seen.pool.metadata.namespace ?? "") may not claim nodes; add the namespace to the \
            operator's --node-pool-namespaces or move the pool
            """, .edit)
    }

    private static func claimFailed(_ seen: PoolObservation) -> Finding? {
        guard let failure = seen.nodeFailures.first else { return nil }
        let others = seen.nodeFailures.count > 1 ? " (and \((seen.nodeFailures.count - 1).counted("other node")))" : ""
        if failure.kind == .contended {
            return Finding(.contended, "\(failure.object)\(others): \(failure.message)", .edit)
        }
        return Finding(
            .claimFailed, "\(failure.object) could not be written\(others): \(failure.message)",
            failure.kind == .refused ? .edit : .wait)
    }

    private static func suspendedUnclaimed(_ seen: PoolObservation) -> Finding? {
        let count = seen.sum { $0.matched - $0.claimed - $0.conflicts.count }
        guard seen.pool.spec.suspend, count > 0 else { return nil }
        return Finding(.suspended, "\(count.counted("node")) not claimed while the pool is suspended", .pause)
    }

    private static func conflictWithinPool(_ seen: PoolObservation) -> Finding? {
        conflict(in: seen) { holder in
            guard case .region(let name) = holder else { return nil }
            return (name, .edit)
        }
    }

    private static func conflictWithPool(_ seen: PoolObservation) -> Finding? {
        conflict(in: seen) { holder in
            guard case .pool(let key) = holder else { return nil }
            return (key.description, .wait)
        }
    }

    private static func conflict(
        in seen: PoolObservation,
        of kind: (RegionObservation.Holder) -> (holder: String, consequence: Finding.Consequence)?
    ) -> Finding? {
        for region in seen.regions {
            let conflicts = region.conflicts.filter { kind($0.holder) != nil }
            guard let first = conflicts.first, let (_, consequence) = kind(first.holder) else { continue }
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

    private static func noMatchingNodes(_ seen: PoolObservation) -> Finding? {
        // A region that wants no pods may well have no nodes: they are often scaled away together.
        let empty = seen.regions.filter { $0.matched == 0 && $0.region.replicas > 0 }
        guard let first = empty.first else { return nil }
        let others = empty.dropFirst().map(\.region.name).joined(separator: ", ")
        return Finding(
            .noMatchingNodes,
            """
            no node matches region \(first.region.name)\(others.isEmpty ? "" : " (nor \(others))"): nodeSelector is \
            \(first.region.nodeSelector.queryString); label a node so or change the selector
            """, .wait)
    }

    private var pruneFailed: Finding? {
        pruneFailures.first.map { failure in
            Finding(.writeFailed, "\(failure.object) is not wanted any more and stays: \(failure.message)", .wait)
        }
    }

    private var suspendedWithChanges: Finding? {
        guard pool.spec.suspend, let first = heldBack.first else { return nil }
        let others = heldBack.count > 1 ? " and \((heldBack.count - 1).counted("other object"))" : ""
        return Finding(
            .suspended, "suspended, and \(first)\(others) would change; set spec.suspend to false to let it go on",
            .pause)
    }
}

extension RegionObservation {
    /// At most so many conflicts are listed; `matched` and `claimed` tell how many there are.
    private static let conflictLimit = 16

    var desired: Int { region.replicas }
    var readyPods: Int { deployment?.status?.readyReplicas ?? 0 }
    var isReady: Bool { podFinding == nil && matched == claimed && (claimed > 0 || desired == 0) }

    fileprivate var status: RegionalWorkerPool.RegionStatus {
        RegionalWorkerPool.RegionStatus(
            name: region.name,
            nodes: .init(
                matched: matched, claimed: claimed, ready: ready,
                conflicts: conflicts.isEmpty
                    ? nil : conflicts.prefix(Self.conflictLimit).map { .init(node: $0.node, heldBy: $0.holder.text) }),
            deployment: deployment == nil ? nil : region.childName,
            desired: desired, ready: readyPods, message: podFinding?.message.cut(to: 4096))
    }
}

extension Int {
    /// `1 node`, `2 nodes`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
