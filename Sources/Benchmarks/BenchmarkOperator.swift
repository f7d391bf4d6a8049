internal import KubeAPI
internal import Reconcilers

/// The operator's part for one kind within this process: its informers, its loop, its events.
struct BenchmarkOperator: Sendable {
    let api: CountedAPI
    let informers: InformerSet
    let controller: Controller
    let recorder: EventRecorder
    let metrics: MetricRegistry

    init(_ client: KubeClient, for fleet: BenchmarkFleet) {
        api = CountedAPI(client)
        informers = InformerSet(source: client)
        metrics = MetricRegistry()
        recorder = EventRecorder(
            api: client, gate: .alwaysOpen(),
            options: .init(reportingController: "quartermaster.dev/bench", reportingInstance: "bench"))
        let environment = ReconcilerEnvironment(
            api: api, informers: informers, gate: .alwaysOpen(), events: recorder,
            seal: Seal(key: secretBytes(Seal.keyLength)), metrics: metrics)
        var options = Controller.Options()
        options.workers = fleet.workers
        options.resync = nil
        controller = fleet.subject.controller(in: environment, options: options)
    }

    /// How many reconciles have ended.
    var reconciles: Int64 {
        metrics.exposition().split(separator: "\n").filter { $0.hasPrefix("controller_runtime_reconcile_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int64($0) } }.reduce(0, +)
    }

    /// Runs the caches, then `body`; within it `controller.run()` is the body's to start.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informers.run() }
            group.addTask { try await recorder.run() }
            defer { group.cancelAll() }
            try await informers.waitUntilSynced()
            try await body()
        }
    }

    /// Runs the loop while `body` runs.
    func whileReconciling(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Waits until nothing is queued or worked on, and nothing was written for so long.
    func waitUntilQuiet(for time: Duration = .seconds(3)) async throws {
        while controller.queue.depth > 0 || !controller.queue.keysInProgress.isEmpty || api.sinceLastWrite < time {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
