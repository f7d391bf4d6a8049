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
        /// Begins a trace for each attempt; `nil`: none is recorded.
        package var tracer: Tracer?

        package init() {}
    }

    package let name: String
    package let queue: WorkQueue<ObjectKey>
    private let reconciler: any Reconciler
    private let options: Options
    private let metrics: ControllerMetrics
    private let logger: Logger
    private let time: TimeSource
    private let randomness: Randomness
    /// Attempts under way. Not children of the workers: one that hangs must not take its worker, nor hold up the end.
    private let attempts = Mutex<[ObjectKey: Task<Void, Never>]>([:])
    private let primaries = Mutex<[Informer]>([])

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
        primaries.withLock { $0.append(informer) }
        watches(informer, during: { $0.isOfStatusAlone ? .selfTriggered : .user }, mapping: { [$0.key] })
    }

    /// Reconciles the objects that changes of this informer's objects matter to.
    ///
    /// - Parameter mapping: the keys for a change; called on the informer's task, so it must be quick.
    package func watches(_ informer: Informer, mapping: @escaping @Sendable (InformerEvent) -> [ObjectKey]) {
        // The event of a write of ours may come before its answer, and then looks like somebody else's.
        watches(informer, during: { _ in .selfTriggered }, mapping: mapping)
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
                    ? WorkPriority.selfTriggered
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
        for informer in primaries.withLock({ $0 }) {
            for key in informer.store.keys() { queue.add(key, priority: priority) }
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

// MARK: - Attempts

extension Controller {
    /// One worker.
    private func work() async {
        while let item = await queue.next() {
            metrics.active.add(1)
            await attend(start(item), item.key)
            metrics.active.add(-1)
        }
    }

    private struct Attempt: Sendable {
        var task: Task<Void, Never>
        var ended: Signal
        var hasEnded: @Sendable () -> Bool
    }

    private func start(_ item: WorkQueue<ObjectKey>.Item) -> Attempt {
        let ended = Signal()
        let task = attempts.withLock { attempts in
            let task = Task {
                await self.perform(item)
                // Forgotten before the key is given back: from then on the next attempt may stand there.
                self.attempts.withLock { $0[item.key] = nil }
                self.queue.done(item.key)
                ended.raise()
            }
            attempts[item.key] = task
            return task
        }
        return Attempt(
            task: task, ended: ended,
            hasEnded: { [self] in attempts.withLock { $0[item.key] != task } })
    }

    /// Waits for an attempt, but not for ever.
    private func attend(_ attempt: Attempt, _ key: ObjectKey) async {
        let deadline = time.now + options.deadline
        while !attempt.hasEnded(), !Task.isCancelled, time.now < deadline {
            await attempt.ended.wait(until: deadline, on: time)
        }
        guard !attempt.hasEnded(), !Task.isCancelled else { return }
        attempt.task.cancel()
        metrics.timeouts.increment()
        let patience = deadline + options.patience
        while !attempt.hasEnded(), !Task.isCancelled, time.now < patience {
            await attempt.ended.wait(until: patience, on: time)
        }
        guard !attempt.hasEnded(), !Task.isCancelled else { return }
        logger.error(
            "the reconcile hangs: its worker goes on without it, the object waits until it ends",
            ["object": .string("\(key)")])
    }

    private func perform(_ item: WorkQueue<ObjectKey>.Item) async {
        let identifier = randomness.identifier()
        let logger = logger.with("object", .string("\(item.key)")).with("reconcileID", .string(identifier))
        let span = options.tracer?.begin("reconcile \(name)")
        let subject = span == nil ? [] : attributes(of: item, identifier)
        let start = time.now
        logger.debug("reconcile begins", ["retries": .integer(Int64(item.retries))])
        let result: Result<Outcome, any Error>
        do {
            var context = ReconcileContext()
            context.logger = logger
            context.isSelfTriggered = item.priority <= .selfTriggered
            context.hasPendingWork = { [queue] in queue.hasPendingWork(beside: item.key) }
            let outcome = try await ReconcileContext.$current.withValue(context) {
                try await reconcile(item.key, in: span)
            }
            result = .success(outcome)
        } catch {
            result = .failure(error)
        }
        let duration = time.now - start
        metrics.time.observe(duration)
        let conclusion = conclude(item, result, logger.with("seconds", .number(duration.inSeconds)))
        span?.end(after: duration, subject + conclusion.attributes, error: conclusion.error)
    }

    private func reconcile(_ key: ObjectKey, in span: ActiveSpan?) async throws -> Outcome {
        guard let span else { return try await reconciler.reconcile(key) }
        return try await ActiveSpan.$current.withValue(span) { try await reconciler.reconcile(key) }
    }

    /// What an attempt has come to.
    private struct Conclusion {
        var result: ControllerMetrics.Result
        /// Until the next attempt.
        var delay: Duration?
        var error: String?

        var attributes: [Logger.Field] {
            [("reconcile.outcome", .string(result.rawValue))]
                + (delay.map { [("reconcile.requeue_seconds", .number($0.inSeconds))] } ?? [])
        }
    }

    private func conclude(
        _ item: WorkQueue<ObjectKey>.Item, _ result: Result<Outcome, any Error>, _ logger: Logger
    ) -> Conclusion {
        switch result {
        case .success(.done):
            queue.forget(item.key)
            metrics.count(.success)
            logger.debug("reconcile ended")
            return Conclusion(result: .success)
        case .success(.requeue(let delay)): return requeue(item.key, after: delay, item.priority, logger)
        case .success(.later(let delay)):
            return requeue(item.key, after: delay, min(item.priority, .selfTriggered), logger)
        case .failure(let error): return fail(item, error, logger)
        }
    }

    private func requeue(
        _ key: ObjectKey, after delay: Duration, _ priority: WorkPriority, _ logger: Logger
    ) -> Conclusion {
        queue.forget(key)
        queue.add(key, after: delay, priority: priority)
        metrics.count(.requeueAfter)
        logger.debug("reconcile ended", ["requeueSeconds": .number(delay.inSeconds)])
        return Conclusion(result: .requeueAfter, delay: delay)
    }

    private func fail(_ item: WorkQueue<ObjectKey>.Item, _ error: any Error, _ logger: Logger) -> Conclusion {
        switch error {
        case let error as APIError where error.isConflict:
            return retryQuietly(item, "the object has changed meanwhile", error, logger)
        case is NotLeaderError:
            return retryQuietly(item, "not the leader any more", error, logger)
        case is CancellationError where queue.isShutDown:
            return retryQuietly(item, "stopped", error, logger)
        default:
            metrics.count(.error)
            let delay = queue.addRateLimited(item.key, priority: item.priority)
            let text = error is CancellationError ? "it took longer than its deadline" : "\(error)"
            logger.error("reconcile failed", ["error": .string(text), "retrySeconds": .number(delay.inSeconds)])
            return Conclusion(result: .error, delay: delay, error: text)
        }
    }

    /// Nothing is wrong: no error in the log, none in the metrics. The growing delay stays, against a hot loop.
    private func retryQuietly(
        _ item: WorkQueue<ObjectKey>.Item, _ why: String, _ error: any Error, _ logger: Logger
    ) -> Conclusion {
        metrics.count(.requeue)
        let delay = queue.addRateLimited(item.key, priority: item.priority)
        logger.debug(
            "reconcile again: \(why)", ["error": .string("\(error)"), "retrySeconds": .number(delay.inSeconds)])
        return Conclusion(result: .requeue, delay: delay)
    }

    /// What the span of an attempt says of its object.
    private func attributes(of item: WorkQueue<ObjectKey>.Item, _ identifier: String) -> [Logger.Field] {
        var attributes: [Logger.Field] = [
            ("k8s.object.name", .string(item.key.name)), ("reconcile.id", .string(identifier)),
            ("reconcile.retries", .integer(Int64(item.retries))),
        ]
        if !item.key.namespace.isEmpty { attributes.append(("k8s.namespace.name", .string(item.key.namespace))) }
        for informer in primaries.withLock({ $0 }) {
            attributes.append(("k8s.object.kind", .string(informer.selection.type.kind)))
            guard let object = informer.store.get(item.key) else { continue }
            attributes.append(("k8s.object.generation", .integer(object.generation)))
        }
        return attributes
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
