internal import KubeAPI

/// StatefulSets by their pods.
struct StatefulSetController: SimulationController {
    let controller = SimulatedController.statefulSets
    let workers = 2
    let cluster: SimulatedCluster

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.informer(.statefulSet).addHandler { queue.add($0.key) }
        cluster.pods.addHandler { queue.addController(of: $0.object, kind: "StatefulSet") }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let set = cluster.get(.statefulSet, key) else { return nil }
        let plan = StatefulSetDecision.plan(statefulSet: set, pods: cluster.dependents(.pod, of: set))
        try await cluster.perform(plan.writes)
        let refusal = try await cluster.create(pods: plan.creations, of: set)
        let decision = StatefulSetDecision.status(
            statefulSet: cluster.get(.statefulSet, key) ?? set, pods: cluster.dependents(.pod, of: set))
        try await cluster.perform(decision.writes)
        if let refusal { throw refusal }
        return nil
    }
}
