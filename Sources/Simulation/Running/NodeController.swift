internal import KubeAPI

/// Heartbeats of the simulated nodes.
struct NodeController: SimulationController {
    let controller = SimulatedController.nodes
    let workers = 2
    let cluster: SimulatedCluster
    let options: SimulationOptions
    let now: @Sendable () -> Timestamp

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.nodes.addHandler { event in
            // Its own renewals come back as changes of the Lease, which is not looked at here.
            if case .deleted = event { return }
            queue.add(event.key)
        }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let node = cluster.get(.node, key).map(NodeFacts.init), node.isSimulated else { return nil }
        let lease = cluster.get(.lease, ObjectKey(namespace: NodeHeartbeat.leaseNamespace, name: node.name))
        let decision = NodeHeartbeat.decide(node: node, lease: lease, now: now(), options: options)
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }

    /// Brings the nodes of the options into the cluster; those that are there already stay as they are.
    func register() async throws {
        let templates =
            NodeTemplate.templates(regions: options.regions, perRegion: options.nodesPerRegion)
            + NodeTemplate.templates(regions: ["system"], perRegion: options.systemNodes)
        try await cluster.perform(templates.map { .create($0.node, .node) })
    }
}
