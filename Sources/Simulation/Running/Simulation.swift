package import KubeAPI

/// Plays what a cluster does beside its API server: nodes, kubelets, scheduler and the controllers of workloads.
///
/// Everything goes through the API, so the same simulation runs on the embedded server and on any other; there
/// `SimulatedController.nodesOnly` plays only what a bare control plane lacks.
///
/// ```swift
/// var options = SimulationOptions()
/// options.regions = ["eu-central", "us-east"]
/// try await Simulation(client: client, options: options).run() // until the task is cancelled
/// ```
package final class Simulation: Sendable {
    private let options: SimulationOptions
    private let cluster: SimulatedCluster
    private let recorder: EventRecorder
    private let nodePart: NodeController
    private let loops: [SimulationLoop]

    /// - Parameters:
    ///   - client: should not be rate-limited, or a roll-out takes as long as the limit makes it.
    ///   - now: wall-clock time, for what is written into objects.
    package init(
        client: KubeClient, options: SimulationOptions, log: Logger = .disabled,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now, time: TimeSource = TimeSource()
    ) {
        self.options = options
        let recorder = EventRecorder(
            api: client, gate: .alwaysOpen(),
            options: .init(reportingController: "quartermaster.dev/simulation", reportingInstance: "simulation"),
            logger: log, time: time, wallClock: now)
        self.recorder = recorder
        cluster = SimulatedCluster(client: client, types: Self.types(for: options.controllers)) { event in
            recorder.record(EventOccurrence(event))
        }
        nodePart = NodeController(cluster: cluster, options: options, now: now)
        let parts: [any SimulationController] = [
            nodePart, KubeletController(cluster: cluster, options: options, now: now, time: time),
            SchedulerController(cluster: cluster, now: now), DecidingController.deployments(cluster, now: now),
            ReplicaSetController(cluster: cluster, now: now),
            StatefulSetController(cluster: cluster), JobController(cluster: cluster, options: options, now: now),
            DecidingController.cronJobs(cluster, now: now), DisruptionBudgetController(cluster: cluster, now: now),
            PodCollectionController(cluster: cluster, options: options),
            TaintEvictionController(cluster: cluster, now: now),
        ]
        loops = parts.filter { options.controllers.contains($0.controller) }.map {
            SimulationLoop($0, log: log, time: time)
        }
    }

    /// Simulates until the task is cancelled.
    ///
    /// - Throws: `APIError` where the nodes cannot be registered, `CancellationError`.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (informers, recorder) = (cluster.informers, recorder)
            group.addTask { try await informers.run() }
            group.addTask { try await recorder.run() }
            try await informers.waitUntilSynced()
            for loop in loops { group.addTask { await loop.run() } }
            if options.controllers.contains(.nodes) { try await nodePart.register() }
            defer { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    /// What the controllers look at, nodes and pods apart.
    private static func types(for controllers: Set<SimulatedController>) -> [ResourceType] {
        var types: [ResourceType] = []
        if controllers.contains(.nodes) { types.append(.lease) }
        if !controllers.isDisjoint(with: [.deployments, .disruptionBudgets]) { types.append(.deployment) }
        if !controllers.isDisjoint(with: [.deployments, .replicaSets, .disruptionBudgets]) {
            types.append(.replicaSet)
        }
        if !controllers.isDisjoint(with: [.statefulSets, .disruptionBudgets]) { types.append(.statefulSet) }
        if !controllers.isDisjoint(with: [.jobs, .cronJobs, .disruptionBudgets]) { types.append(.job) }
        if controllers.contains(.cronJobs) { types.append(.cronJob) }
        if controllers.contains(.disruptionBudgets) { types.append(.podDisruptionBudget) }
        return types
    }
}

extension EventOccurrence {
    fileprivate init(_ event: SimulatedEvent) {
        self.init(
            regarding: ObjectReference(to: event.regarding), type: event.isWarning ? .warning : .normal,
            reason: event.reason, action: event.action, note: event.note)
    }
}
