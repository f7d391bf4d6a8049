internal import KubeAPI

/// CronJobs by their Jobs.
struct CronJobController: SimulationController {
    let controller = SimulatedController.cronJobs
    let workers = 1
    let cluster: SimulatedCluster
    let now: @Sendable () -> Timestamp

    func observe(_ queue: WorkQueue<ObjectKey>) {
        cluster.informer(.cronJob).addHandler { queue.add($0.key) }
        cluster.informer(.job).addHandler { queue.addController(of: $0.object, kind: "CronJob") }
    }

    func sync(_ key: ObjectKey) async throws -> Duration? {
        guard let cronJob = cluster.get(.cronJob, key) else { return nil }
        let decision = CronJobDecision.decide(
            cronJob: cronJob, jobs: cluster.dependents(.job, of: cronJob), now: now())
        try await cluster.perform(decision.writes)
        return decision.checkAgain
    }
}
