internal import KubeAPI

// The status as a pure function of what was observed.
extension PoolObservation {
    /// What the pool's status says; `StatusWriter` adds generation and times.
    package var status: RegionalWorkerPool.Status {
        var status = RegionalWorkerPool.Status()
        status.lastHandledReconcileAt = pool.pool.metadata.annotations?[AnnotationKey.requestedAt]?.cut(to: 256)
        status.regionsReady = "\(regions.count { $0.isReady })/\(regions.count)"
        status.nodes = sum(\.claimed)
        status.replicas = sum(\.desired)
        status.readyReplicas = sum(\.readyPods)
        status.replicasPerRegion = replicasPerRegion
        status.selector = LabelSelector(matchLabels: pool.pool.podSelector).queryString
        status.scaler = pool.scaler.rawValue
        status.regions = regions.map(\.status)
        status.inventory = inventory.listed(for: RegionalWorkerPool.self)
        status.ledgersSealed = ledgersSealed ? true : nil
        status.conditions = conditions
        return status
    }

    private var conditions: [Condition] {
        var conditions = Conditions()
        conditions.remark = inventory.omission(for: RegionalWorkerPool.self) + confinement
        // Pods that can't reach what they work with don't come up, so this is told before what becomes of them.
        if let unknownPeer { conditions.block(unknownPeer) }
        conditions.add(.nodesClaimed, nodeFinding, orElse: .claimed, "\(places) claimed")
        // A pool that may not claim nodes gets no children either.
        if pool.mayClaimNodes {
            conditions.add(
                .available, regions.compactMap(\.podFinding).mostPressing, orElse: .available, "\(pods) available")
            addScaling(to: &conditions)
            addMonitoring(to: &conditions)
        }
        for finding in [
            wholeFailed, priorityFinding, pruneFailed, pool.spec.suspend ? Finding.heldBack(heldBack) : nil,
        ].compactMap(\.self) {
            conditions.block(finding)
        }
        return conditions.assembled(
            ready: pool.spec.suspend ? (.suspended, "suspended; \(pods), \(places)") : (.ready, "\(pods), \(places)"))
    }

    private var places: String { "\(sum(\.claimed).counted("node")) in \(regions.count.counted("region"))" }
    /// A region that is being scaled down may have more pods than it wants for a while; they make up for nobody else's.
    private var pods: String { "\(sum { min($0.readyPods, $0.desired) }) of \(sum(\.desired)) pods" }

    /// In the unit of `spec.replicas`, which a region with a number of its own does not follow.
    private var replicasPerRegion: Int? {
        let own = pool.scaler == .fixed ? pool.spec.regions.filter { $0.replicas != nil }.map(\.name) : []
        return regions.filter { !own.contains($0.region.name) }.map { $0.deployment?.status?.replicas ?? 0 }.min()
    }

    func sum(_ number: (RegionObservation) -> Int) -> Int { regions.reduce(0) { $0 + number($1) } }

    /// What is about the scalers has a condition of its own.
    private var wholeFailed: Finding? { failures.filter { !$0.isAboutScaler }.mostPressing?.finding }
}

extension RegionObservation {
    /// At most so many conflicts are listed; `matched` and `claimed` tell how many there are.
    private static let conflictLimit = 16

    /// Who scales the region decides, once there is somebody.
    var desired: Int { plan.replicas ?? deployment?.spec.replicas ?? region.minReplicas }
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
