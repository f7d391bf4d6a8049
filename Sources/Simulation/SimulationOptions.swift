internal import KubeAPI

/// One controller of the simulation, to be switched on or off.
package enum SimulatedController: String, Sendable, CaseIterable {
    case nodes
    case kubelet
    case scheduler
    case deployments
    case replicaSets = "replicasets"
    case statefulSets = "statefulsets"
    case jobs
    case cronJobs = "cronjobs"
    case disruptionBudgets = "disruptionbudgets"
    /// Deletes the pods of nodes that are gone.
    case podCollection = "podcollection"
    /// Deletes the pods that do not tolerate a `NoExecute` taint of their node.
    case taintEviction = "tainteviction"
}

extension Set<SimulatedController> {
    /// A whole cluster: for the embedded API server.
    package static let all = Set(SimulatedController.allCases)
    /// What a cluster with a control plane of its own lacks.
    package static let nodesOnly: Set<SimulatedController> = [.nodes, .kubelet]
}

/// What is simulated, and how fast.
package struct SimulationOptions: Sendable {
    package var controllers: Set<SimulatedController> = .all
    /// Each gives nodes `<region>-node-1` and on, spread over two zones.
    package var regions: [String] = []
    package var nodesPerRegion = 2
    /// Nodes `system-node-1` and on, in a region of their own: for what no pool of workers is to push aside.
    package var systemNodes = 0
    /// Of each node.
    package var capacity = NodeCapacity()
    /// How often a node renews its Lease.
    package var leaseInterval: Duration = .seconds(10)
    /// How often a node repeats its status without a change.
    package var statusInterval: Duration = .seconds(300)
    /// From a pod's arrival on its node to running containers.
    package var startUp: Duration = .milliseconds(150)
    /// From a pod's deletion to the end of its containers; never beyond its grace period.
    package var shutDown: Duration = .milliseconds(150)
    /// How long containers that are to end run; a pod's annotation overrides it.
    package var run: Duration = .milliseconds(300)
    /// The wait after a failed pod of a Job; doubles with every one, up to six minutes.
    package var jobBackOff: Duration = .seconds(1)
    /// How long the pods of a vanished node stay.
    package var podCollectionDelay: Duration = .seconds(1)

    package init() {}
}

/// What a simulated node has.
package struct NodeCapacity: Sendable, Hashable {
    package var cpu = "8"
    package var memory = "32Gi"
    package var pods = "110"

    package init() {}
}
