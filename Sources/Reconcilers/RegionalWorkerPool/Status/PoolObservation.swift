package import KubeAPI

/// What a pass has found and done: the status follows from it.
package struct PoolObservation: Sendable {
    package var pool: ResolvedPool
    /// The enabled regions, in the order of the list.
    package var regions: [RegionObservation]
    /// Why the nodes have not been given new taints.
    package var lockOut: LockOut?
    /// Taints that wait for pods.
    package var pendingTaints: [PendingTaint] = []
    /// Nodes that could not be written.
    package var nodeFailures: [WriteFailure] = []
    /// Children of the pool as a whole that could not be written, but for those of its monitoring.
    package var failures: [WriteFailure] = []
    package var monitoringFailures: [WriteFailure] = []
    /// Which APIs of the Prometheus operator are missing.
    package var missingMonitoring: Finding?
    /// What is wrong with the PriorityClass that the pool names.
    package var priorityFinding: Finding?
    /// A component that the pool connects to and can't reach.
    package var unknownPeer: Finding?
    /// What is to be said of the environment that the pool shares its namespace with; empty: nothing.
    package var confinement = ""
    /// Children that are not wanted any more and could not be deleted.
    package var pruneFailures: [WriteFailure] = []
    /// What would be written if the pool were not suspended, as `Deployment workers-eu`.
    package var heldBack: [String] = []
    package var inventory: [InventoryEntry] = []
    /// Whether every node that the pool holds has a sealed ledger.
    package var ledgersSealed = false

    package init(_ pool: ResolvedPool) {
        self.pool = pool
        regions = zip(pool.regions, pool.plans).map { RegionObservation(region: $0, plan: $1, of: pool) }
        inventory = pool.recorded
    }
}

/// A region as it was found.
package struct RegionObservation: Sendable {
    package var region: Region
    package var matched = 0
    package var claimed = 0
    /// Claimed nodes whose kubelet reports that it is well.
    package var ready = 0
    package var conflicts: [Conflict] = []
    package var failures: [WriteFailure] = []
    /// Those of `failures` that are about what scales the region.
    package var scalerFailures: [WriteFailure] = []
    package var deployment: Deployment?
    /// Those of its pods that are not ready or were restarted.
    package var pods: [Pod] = []
    /// Why nodes of those pods are not ready, by their names.
    package var nodeProblems: [String: String] = [:]
    /// Pods of the region that run on nodes which its selector does not match, by the node.
    package var misplaced: [Misplaced] = []
    /// A claimed node that is not ready.
    package var unready: UnreadyNode?
    package var now = Timestamp.now()
    /// What the region's pods ask for and the operator's configuration does not let them have.
    package var refusal: String?
    /// What scales the region, as it was found.
    package var scalers: LiveScalers?
    /// What is to become of it.
    package var plan: ScalerPlan

    package struct UnreadyNode: Sendable, Hashable {
        package var name: String
        /// What follows the name: `is not ready: …`.
        package var problem: String = "is not ready"
    }

    package struct Misplaced: Sendable, Hashable {
        package var node: String
        package var pods: [String]
        /// Whose the node is by now; `nil`: nobody's.
        package var holder: Holder?
    }

    package struct Conflict: Sendable, Hashable {
        package var node: String
        package var holder: Holder
    }

    package enum Holder: Sendable, Hashable {
        case pool(ObjectKey)
        /// A region of this pool that stands before this one.
        case region(String)

        package var text: String {
            switch self {
            case .pool(let key): "RegionalWorkerPool \(key)"
            case .region(let name): "region \(name) of this pool"
            }
        }
    }

    fileprivate init(region: Region, plan: ScalerPlan, of pool: ResolvedPool) {
        self.region = region
        self.plan = plan
        scalers = pool.inputs.scalers[region.name]
        refusal = pool.refusals[region.name]
    }
}

extension PoolObservation: KindObservation {
    /// Adds what became of the nodes.
    mutating func add(_ nodes: NodeClaims.Outcome) {
        nodeFailures = nodes.failures
        heldBack += nodes.heldBack
        ledgersSealed =
            nodes.isSealed || pool.pool.status?.observedGeneration ?? 0 <= 0
            || pool.pool.status?.ledgersSealed == true
        lockOut = nodes.lockOut
        pendingTaints = nodes.pendingTaints
        for index in regions.indices {
            guard let tally = nodes.tallies[regions[index].region.name] else { continue }
            regions[index].matched = tally.matched
            regions[index].claimed = tally.claimed
            regions[index].ready = tally.ready
            regions[index].unready = tally.unready.map { .init(name: $0) }
            regions[index].conflicts = tally.conflicts
        }
    }

    /// Adds what became of the children.
    mutating func add(_ children: ChildWriter.Result) {
        inventory = children.inventory
        pruneFailures += children.pruneFailures
        heldBack += children.heldBack
        missingMonitoring = children.monitoringFinding
        for failure in children.failures { add(failure.failure, to: failure.part) }
    }

    /// - Parameter part: a region, or the monitoring; what is about none of them is about the pool.
    mutating func add(_ failure: WriteFailure, to part: String) {
        if part == ResolvedPool.monitoringPart { return monitoringFailures.append(failure) }
        guard let index = regions.firstIndex(where: { $0.region.name == part }) else { return failures.append(failure) }
        if failure.isAboutScaler {
            regions[index].scalerFailures.append(failure)
        } else {
            regions[index].failures.append(failure)
        }
    }

    /// Everything that could not be written.
    var allFailures: [WriteFailure] {
        nodeFailures + pruneFailures + failures + monitoringFailures
            + regions.flatMap { $0.failures + $0.scalerFailures }
    }
}
