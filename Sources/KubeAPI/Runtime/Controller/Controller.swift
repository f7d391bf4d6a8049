internal import Synchronization

/// Calls a reconciler for every object that may have changed.
///
/// ```swift
/// let controller = Controller(name: "pool", reconciler: reconciler)
/// controller.reconciles(pools)
/// controller.watches(deployments) { event in owner(of: event.object) }
/// try await controller.run() // until the task is cancelled
/// ```
/// Changes are collected from the moment a source is added. `run` may be called again after it has ended, for a process
/// that becomes leader once more.
package final class Controller: Sendable {
    package struct Options: Sendable {
        /// Reconciles at the same time.
        package var workers = 4
        /// When an attempt is cancelled.
        package var deadline: Duration = .seconds(120)
        /// How long a cancelled attempt is waited for before its worker goes on without it.
        package var patience: Duration = .seconds(5)
        /// How often every object is looked at again, give or take a tenth; `nil`: never.
        package var resync: Duration? = .seconds(600)
        /// How long running attempts may take to end when the controller stops.
        package var grace: Duration = .seconds(20)
        package var backOff = BackOff()
        /// How long after a change that we have made ourselves, or that comes while the object is worked on, it is looked
        /// at again.
        package var echoDelay: Duration = .milliseconds(100)

        package init() {}
    }

    package let name: String
    package let queue: WorkQueue<ObjectKey>
    let reconciler: any Reconciler
    let options: Options
    let metrics: ControllerMetrics
    let logger: Logger
    let time: TimeSource
    let randomness: Randomness
    /// Attempts under way. Not children of the workers: one that hangs must not take its worker, nor hold up the end.
    let attempts = Mutex<[ObjectKey: Task<Void, Never>]>([:])
    private let primaries = Mutex<[@Sendable () -> [ObjectKey]]>([])

    /// - Parameter name: names the controller in metrics and logs.
    package init(
        name: String, reconciler: any Reconciler, options: Options = Options(),
        metrics: MetricRegistry = MetricRegistry(), logger: Logger = .disabled, time: TimeSource = TimeSource(),
        randomness: Randomness = Randomness()
    ) {
        self.name = name
        self.reconciler = reconciler
        self.options = options
        self.metrics = ControllerMetrics(registry: metrics, controller: name, workers: options.workers)
        self.logger = logger.with("controller", .string(name))
        self.time = time
        self.randomness = randomness
        queue = WorkQueue(name: name, backOff: options.backOff, metrics: metrics, time: time)
    }

    /// Reconciles the objects of this informer: each change brings its key, each resync all keys.
    package func reconciles(_ informer: Informer) {
        primaries.withLock { $0.append { informer.store.keys() } }
        watches(informer, during: { $0.isOfStatusAlone ? .secondLook : .user }, mapping: { [$0.key] })
    }

    /// Reconciles the objects that changes of this informer's objects matter to.
    ///
    /// - Parameter mapping: the keys for a change; called on the informer's task, so it must be quick.
    package func watches(_ informer: Informer, mapping: @escaping @Sendable (InformerEvent) -> [ObjectKey]) {
        // The event of a write of ours may come before its answer, and then looks like somebody else's.
        watches(informer, during: { _ in .secondLook }, mapping: mapping)
    }

    /// - Parameter priority: of what comes while the object is worked on.
    private func watches(
        _ informer: Informer, during priority: @escaping @Sendable (InformerEvent) -> WorkPriority,
        mapping: @escaping @Sendable (InformerEvent) -> [ObjectKey]
    ) {
        informer.addHandler { [queue, options, weak informer] event in
            let isOurs = informer?.isOwnWrite(event.object) ?? false
            for key in mapping(event) {
                let isInProgress = queue.isInProgress(key)
                let priority =
                    isOurs
                    ? WorkPriority.secondLook
                    : event.isInitialList ? .initialList : isInProgress ? priority(event) : .user
                // What an attempt writes comes back in many pieces: one look when they are all there is enough.
                queue.add(key, after: isOurs || isInProgress ? options.echoDelay : .zero, priority: priority)
            }
        }
    }

    /// Reconciles this key.
    package func enqueue(_ key: ObjectKey, priority: WorkPriority = .user) { queue.add(key, priority: priority) }

    /// Works until the task is cancelled, then waits for the attempts under way.
    ///
    /// The caches that the reconciler reads have to be synced before.
    package func run() async throws {
        queue.resume()
        enqueueAll(priority: .initialList)
        await withTaskGroup { group in
            group.addTask { await self.queue.run() }
            group.addTask { await self.resync() }
            for _ in 0..<options.workers {
                group.addTask { await self.work() }
            }
        }
        queue.shutDown()
        await shieldedFromCancellation { await self.drain() }
        try Task.checkCancellation()
    }

    private func enqueueAll(priority: WorkPriority) {
        for keys in primaries.withLock({ $0 }) {
            for key in keys() { queue.add(key, priority: priority) }
        }
    }

    private func resync() async {
        guard let interval = options.resync else { return }
        // The jitter keeps controllers that started together from resyncing together.
        while (try? await time.sleep(for: randomness.jittered(interval, by: 0.1))) != nil {
            enqueueAll(priority: .resync)
        }
    }

    private func drain() async {
        guard await !queue.drained(within: options.grace).isEmpty else { return }
        for attempt in attempts.withLock({ Array($0.values) }) { attempt.cancel() }
        for key in await queue.drained(within: options.patience) {
            logger.error("left behind at shutdown: the reconcile does not end", ["object": .string("\(key)")])
        }
    }
}

extension InformerEvent {
    /// Whether nothing but status and finalizers has changed: what we write to objects that we reconcile.
    fileprivate var isOfStatusAlone: Bool {
        guard case .updated(let old, let new) = self, new.generation > 0 else { return false }
        func rest(_ object: CachedObject) -> JSONObject? {
            var metadata = object.value(at: "metadata")?.object
            metadata?["resourceVersion"] = nil
            metadata?["finalizers"] = nil
            return metadata
        }
        return old.uid == new.uid && rest(old) == rest(new)
    }
}
