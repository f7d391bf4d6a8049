package import KubeAPI

/// What a reconcile has seen and done: the input of the status.
package struct PoolObservation: Sendable {
    package var pool: RegionalWorkerPool
    /// The enabled regions, in the order of the list.
    package var regions: [RegionObservation]
    /// Whether the operator's configuration lets pools of this namespace claim nodes.
    package var mayClaimNodes = true
    /// Whether the operator's configuration lets the pool have its monitoring where it wants it.
    package var mayMonitor = true
    package var surroundings = PoolSurroundings.assumed
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

    package init(pool: RegionalWorkerPool, regions: [RegionObservation]) {
        self.pool = pool
        self.regions = regions
    }
}

/// A region as it is seen.
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
    /// A claimed node that is not ready.
    package var unready: UnreadyNode?
    package var now = Timestamp.now()
    /// What the region's pods ask for and the operator's configuration does not let them have.
    package var refusal: String?
    /// What scales the region, as it was found.
    package var scalers: RegionScalers?
    /// What is to become of it.
    package var plan: ScalerPlan

    package struct UnreadyNode: Sendable, Hashable {
        package var name: String
        /// What follows the name: `is not ready: …`.
        package var problem: String = "is not ready"
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

    /// A region that nothing scales.
    package init(region: Region) {
        self.region = region
        plan = ScalerPlan(for: region, by: .fixed, live: nil, isKEDAServed: false)
    }
}
