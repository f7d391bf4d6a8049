internal import Synchronization

/// The keys that wait for a worker.
///
/// - A key stands once, however often it is added, and is never worked on twice at the same time: added while it is
///   worked on, it comes once more afterwards.
/// - A user's change goes before the initial list and self-triggered passes, and those before a resync, with ageing
///   (`WorkPriority.allowance`).
/// - A failed key comes back after an exponential delay, all failed keys together within an overall rate.
///
/// `run()` has to run for delayed keys to come back.
package final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    /// A key to work on. Give it back with `done` in any case.
    package struct Item: Sendable {
        package var key: Key
        package var priority: WorkPriority
        /// How often the key has failed in a row before this attempt.
        package var retries: Int
    }

    private struct State {
        var queue: WorkQueueState<Key>
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
        var nextWaiter: UInt64 = 0
        var isShutDown = false
    }

    private let time: TimeSource
    private let metrics: WorkQueueMetrics
    private let state: Mutex<State>
    private let scheduleChanged = Signal()
    private let attemptEnded = Signal()

    /// - Parameters:
    ///   - name: the value of the label `name` of the metrics.
    ///   - time: the clock, replaced in tests.
    package init(
        name: String, backOff: BackOff = BackOff(), metrics: MetricRegistry = MetricRegistry(),
        time: TimeSource = TimeSource()
    ) {
        self.time = time
        self.metrics = WorkQueueMetrics(registry: metrics, name: name)
        state = Mutex(State(queue: WorkQueueState(backOff: backOff)))
        self.metrics.observe(
            registry: metrics, depth: { [weak self] in self?.depth }, running: { [weak self] in self?.runningTimes })
    }

    /// Keys that are ready, or will be as soon as their running attempt ends.
    package var depth: Int { state.withLock { $0.queue.depth } }
    /// Keys that wait for a time.
    package var delayedCount: Int { state.withLock { $0.queue.delayedCount } }
    package func isInProgress(_ key: Key) -> Bool { state.withLock { $0.queue.isInProgress(key) } }
    /// Whether keys other than this one are ready, or worked on, for more than what the operator has triggered itself.
    package func hasPendingWork(beside key: Key) -> Bool { state.withLock { $0.queue.hasPendingWork(beside: key) } }
    /// Keys that are worked on.
    package var keysInProgress: [Key] { state.withLock { $0.queue.keysInProgress } }

    package func add(_ key: Key, priority: WorkPriority = .user) {
        metrics.adds.increment()
        change { $0.add(key, priority: priority, now: time.now) }
    }

    /// Adds the key after a delay. Of several times the earliest counts.
    package func add(_ key: Key, after delay: Duration, priority: WorkPriority = .user) {
        guard delay > .zero else { return add(key, priority: priority) }
        metrics.adds.increment()
        change { $0.add(key, after: delay, priority: priority, now: time.now) }
    }

    /// Adds a key that has failed. Returns the delay, for the log.
    @discardableResult
    package func addRateLimited(_ key: Key, priority: WorkPriority = .user) -> Duration {
        metrics.adds.increment()
        metrics.retries.increment()
        return change { $0.addRateLimited(key, priority: priority, now: time.now) }
    }

    /// Ends the exponential delay: the key's next failure counts as its first.
    package func forget(_ key: Key) { state.withLock { $0.queue.forget(key) } }

    /// The next key, as soon as there is one; `nil` after `shutDown` or when the task is cancelled.
    package func next() async -> Item? {
        while !Task.isCancelled {
            let now = time.now
            let (item, isShutDown) = state.withLock { state in
                (state.isShutDown ? nil : state.queue.next(now: now), state.isShutDown)
            }
            if let item {
                metrics.waited.observe(item.waited)
                // One add wakes one worker; where several keys are ready the next worker has to hear of it too.
                wakeWorkers()
                return Item(key: item.key, priority: item.priority, retries: item.retries)
            }
            if isShutDown { return nil }
            await waitForWork()
        }
        // This worker may have been woken for a key that it does not take any more.
        wakeWorkers()
        return nil
    }

    /// The attempt for the key is over, whatever came of it.
    package func done(_ key: Key) {
        if let worked = change({ $0.done(key, now: time.now) }) { metrics.worked.observe(worked) }
        attemptEnded.raise()
    }

    package var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Hands out nothing more. Running attempts go on; what is added is kept, for a `resume` by a later leader.
    package func shutDown() {
        let waiters = state.withLock { state in
            state.isShutDown = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Hands out keys again after a `shutDown`.
    package func resume() {
        state.withLock { $0.isShutDown = false }
        wakeWorkers()
    }

    /// Waits until no key is worked on, for at most `limit`. Returns the keys that still are. One caller at a time.
    package func drained(within limit: Duration) async -> [Key] {
        let deadline = time.now + limit
        while true {
            let left = keysInProgress
            if left.isEmpty || time.now >= deadline || Task.isCancelled { return left }
            await attemptEnded.wait(until: deadline, on: time)
        }
    }

    /// Brings delayed keys back in time, until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            let now = time.now
            // Due keys are brought back also where no worker is free to take them: what is left is in the future.
            let due = state.withLock { state in
                state.queue.promote(now)
                return state.queue.nextDue()
            }
            wakeWorkers()
            await scheduleChanged.wait(until: due, on: time)
        }
    }

    private var runningTimes: [Duration] {
        let now = time.now
        return state.withLock { $0.queue.processingSince }.map { now - $0 }
    }

    private func change<Result: Sendable>(_ body: (inout WorkQueueState<Key>) -> Result) -> Result {
        let (result, isEarlier) = state.withLock { state in
            let before = state.queue.nextDue()
            let result = body(&state.queue)
            let after = state.queue.nextDue()
            return (result, after.map { after in before.map { after < $0 } ?? true } ?? false)
        }
        wakeWorkers()
        if isEarlier { scheduleChanged.raise() }
        return result
    }

    /// Wakes one worker if there is work.
    private func wakeWorkers() {
        let now = time.now
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isShutDown, !state.waiters.isEmpty, state.queue.hasWork(now: now) else { return nil }
            return state.waiters.removeFirst().continuation
        }
        waiter?.resume()
    }

    private func waitForWork() async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = time.now
                let hasWork = state.withLock { state in
                    if state.isShutDown || Task.isCancelled || state.queue.hasWork(now: now) { return true }
                    state.waiters.append((id, continuation))
                    return false
                }
                if hasWork { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume()
        }
    }
}
