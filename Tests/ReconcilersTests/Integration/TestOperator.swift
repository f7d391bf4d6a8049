import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

/// The operator's part for pools, running against a cluster for the length of a test.
final class TestOperator: Sendable {
    let controller: Controller
    let reconciler: any Reconciler
    let events: CollectedEvents
    let requests: RecordedRequests
    let metrics: MetricRegistry
    let informers: InformerSet

    private init(
        controller: Controller, reconciler: any Reconciler, events: CollectedEvents, requests: RecordedRequests,
        metrics: MetricRegistry, informers: InformerSet
    ) {
        self.controller = controller
        self.reconciler = reconciler
        self.events = events
        self.requests = requests
        self.metrics = metrics
        self.informers = informers
    }

    /// Runs the operator while `body` runs. Returning from it is a clean shutdown.
    ///
    /// - Parameter dyingAfter: with a number nothing is written after so many writes, as if the process had been killed.
    static func run(
        on cluster: TestCluster, permissions: Permissions = Permissions(),
        dyingAfter writes: Int? = nil, _ body: (TestOperator) async throws -> Void
    ) async throws {
        try await run(
            on: cluster, permissions: permissions, dyingAfter: writes,
            making: { environment in
                (
                    RegionalWorkerPool.controller(in: environment),
                    PoolReconciler(environment)
                )
            }, body)
    }

    /// Likewise the operator's part for backups.
    ///
    /// - Parameters:
    ///   - now: the wall clock, by which runs are due.
    ///   - time: by which the queue waits.
    static func runBackups(
        on cluster: TestCluster, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        time: TimeSource = TimeSource(), options: Controller.Options = Controller.Options(),
        permissions: Permissions = Permissions(), _ body: (TestOperator) async throws -> Void
    ) async throws {
        try await run(
            on: cluster, permissions: permissions, time: time,
            making: { environment in
                (
                    BackupPolicy.controller(in: environment, now: now, controllerOptions: options),
                    PolicyReconciler(environment, now: now)
                )
            }, body)
    }

    static func run(
        on cluster: TestCluster, permissions: Permissions = Permissions(),
        time: TimeSource = TimeSource(), dyingAfter writes: Int? = nil,
        making make: (ReconcilerEnvironment) -> (Controller, any Reconciler),
        _ body: (TestOperator) async throws -> Void
    ) async throws {
        var clientOptions = ClientOptions()
        clientOptions.qps = 0
        let client = try KubeClient(configuration: cluster.configuration, options: clientOptions)
        let requests = RecordedRequests(client, namespace: cluster.namespace, dyingAfter: writes)
        let events = CollectedEvents()
        let informers = InformerSet(source: client)
        let environment = ReconcilerEnvironment(
            api: requests, informers: informers, gate: .alwaysOpen(), events: events, seal: .test, time: time,
            permissions: permissions, schemaDelay: .seconds(2))
        let (controller, reconciler) = make(environment)
        let process = TestOperator(
            controller: controller, reconciler: reconciler, events: events, requests: requests,
            metrics: environment.metrics, informers: informers)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informers.run() }
            try await informers.waitUntilSynced()
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await body(process)
        }
        await client.shutdown()
    }

    /// Waits until nothing is queued or worked on, and what was written last has had its second look.
    func settled() async throws {
        var idleSince: ContinuousClock.Instant?
        try await eventually("the queue is empty", within: .seconds(30)) {
            guard controller.queue.depth == 0, controller.queue.keysInProgress.isEmpty else {
                idleSince = nil
                return false
            }
            let now = ContinuousClock.now
            let since = idleSince ?? now
            idleSince = since
            return since.duration(to: now) > .milliseconds(200)
        }
    }
}

/// Keeps events instead of writing them.
final class CollectedEvents: EventSink {
    private let all = Mutex<[ObjectEvent]>([])

    func emit(_ event: ObjectEvent) { all.withLock { $0.append(event) } }

    var collected: [ObjectEvent] { all.withLock { $0 } }

    func messages(_ reason: Reason, about name: String = "pool") -> [String] {
        all.withLock { $0 }.filter { $0.reason == reason && $0.object.name == name }.map(\.message)
    }
}

/// Passes requests on and remembers the writes that went through.
final class RecordedRequests: ObjectAPI {
    private let client: KubeClient
    private let namespace: String
    private let written = Mutex<[(id: UInt64, text: String)]>([])
    private let dryRun = Mutex<[String]>([])
    private let beforePatch = Mutex<(@Sendable (ResourceType, ObjectKey) async throws -> Void)?>(nil)
    /// Writes that are left to it; `nil`: any number.
    private let lifetime: Mutex<Int?>

    init(_ client: KubeClient, namespace: String, dyingAfter writes: Int? = nil) {
        self.client = client
        self.namespace = namespace
        lifetime = Mutex(writes)
    }

    /// Whether there was a write too many.
    var isDead: Bool { lifetime.withLock { $0 ?? 0 } < 0 }

    private func live() throws {
        try lifetime.withLock { writes in
            guard let left = writes else { return }
            writes = left - 1
            if left <= 0 { throw NotLeaderError() }
        }
    }

    /// Writes to objects of this test, as `PATCH nodes qm-1-a`.
    var writes: [String] { written.withLock { $0.map(\.text) }.filter { $0.contains(namespace) } }

    /// Patches that were only tried, as `deployments qm-1-shop/web`.
    var trials: [String] { dryRun.withLock { $0 }.filter { $0.contains(namespace) } }

    func forgetTrials() { dryRun.withLock { $0 = [] } }

    func forgetWrites() { written.withLock { $0 = [] } }

    /// Called once, between the operator's read and its next patch.
    func interfereOnce(_ action: @escaping @Sendable (ResourceType, ObjectKey) async throws -> Void) {
        beforePatch.withLock { $0 = action }
    }

    /// Noted before it is sent, so that whoever sees on the server what it did finds it here; forgotten where it fails.
    private func noting<Result>(
        _ verb: String, _ type: ResourceType, _ key: ObjectKey, _ write: () async throws -> Result
    ) async throws -> Result {
        try live()
        let id = UInt64.random(in: .min ... .max)
        written.withLock { $0.append((id, "\(verb) \(type.plural) \(key)")) }
        do {
            return try await write()
        } catch {
            written.withLock { $0.removeAll { $0.id == id } }
            throw error
        }
    }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject { try await client.get(type, key) }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try await noting("CREATE", type, object.key) {
            try await client.create(object, as: type, options: options)
        }
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await noting("UPDATE", type, object.key) {
            try await client.update(object, as: type, subresource: subresource, options: options)
        }
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        if options.dryRun {
            dryRun.withLock { $0.append("\(type.plural) \(key)") }
            return try await client.patch(type, key, patch, subresource: subresource, options: options)
        }
        let action = beforePatch.withLock { action in
            defer { if type == .node { action = nil } }
            return type == .node ? action : nil
        }
        try await action?(type, key)
        return try await noting("PATCH", type, key) {
            try await client.patch(type, key, patch, subresource: subresource, options: options)
        }
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try await noting("DELETE", type, key) { try await client.delete(type, key, options: options) }
    }
}

/// Everything that needs a server.
@Suite("On an API server", .oneAtATimeOnASharedCluster)
struct IntegrationTests {}
