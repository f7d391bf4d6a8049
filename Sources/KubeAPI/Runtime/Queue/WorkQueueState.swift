/// The rules of the work queue, without threads, clocks or metrics: every call is told the time.
///
/// A key is in at most one of three places and perhaps in a fourth: waiting for a time, ready, or neither; and, whatever
/// else, being worked on. While it is worked on it stays where it is: `done` makes it available again.
struct WorkQueueState<Key: Hashable & Sendable>: Sendable {
    struct Item: Sendable {
        var key: Key
        var priority: WorkPriority
        /// From becoming ready until now.
        var waited: Duration
        /// Failed attempts since the last `forget`.
        var retries: Int
    }

    /// That a key is to be worked on.
    private struct PendingEntry {
        var priority: WorkPriority
        /// When it may start.
        var due: Duration
        /// The heap entry that stands for it; others of the same key are out of date.
        var ticket: UInt64 = 0
        var isReady = false
    }

    /// A key that is worked on.
    private struct Attempt {
        var start: Duration
        var priority: WorkPriority
    }

    private struct Entry: Comparable {
        var rank: Duration
        var ticket: UInt64
        var key: Key

        // Tickets grow, so equal ranks keep their order.
        static func < (left: Entry, right: Entry) -> Bool { (left.rank, left.ticket) < (right.rank, right.ticket) }
        static func == (left: Entry, right: Entry) -> Bool { left.ticket == right.ticket }
    }

    private let backOff: BackOff
    private var budget: TokenBucket
    private var pending: [Key: PendingEntry] = [:]
    private var ready = Heap<Entry>()
    private var delayed = Heap<Entry>()
    private var processing: [Key: Attempt] = [:]
    /// How many of the pending keys are ready, by the raw values of their priorities.
    private var readyCounts = [Int](repeating: 0, count: WorkPriority.allCases.count)
    private var failures: [Key: Int] = [:]
    private var nextTicket: UInt64 = 0

    init(backOff: BackOff) {
        self.backOff = backOff
        budget = TokenBucket(perSecond: backOff.rate, burst: backOff.burst)
    }

    /// Keys that a free worker would get now, and those that wait for their own running attempt to end.
    var depth: Int { readyCounts.reduce(0, +) }
    var delayedCount: Int { pending.count - depth }
    func retries(of key: Key) -> Int { failures[key] ?? 0 }
    /// When each running attempt began.
    var processingSince: [Duration] { processing.values.map(\.start) }
    func isInProgress(_ key: Key) -> Bool { processing[key] != nil }
    var keysInProgress: [Key] { Array(processing.keys) }

    /// Whether keys other than this one are ready, or worked on, for more than what the operator has triggered itself.
    func hasPendingWork(beside key: Key) -> Bool {
        let own = pending[key].map { $0.isReady && $0.priority > .selfTriggered ? 1 : 0 } ?? 0
        return readyCounts[(WorkPriority.selfTriggered.rawValue + 1)...].reduce(0, +) > own
            || processing.contains { $0.key != key && $0.value.priority > .selfTriggered }
    }
}

extension WorkQueueState {
    /// Wants the key worked on now. A key that is already wanted stays once, with the higher priority.
    mutating func add(_ key: Key, priority: WorkPriority, now: Duration) {
        add(key, priority: priority, due: now, now: now)
    }

    /// Wants the key worked on after a delay; the earliest of all times wins.
    mutating func add(_ key: Key, after delay: Duration, priority: WorkPriority, now: Duration) {
        add(key, priority: priority, due: now + max(.zero, delay), now: now)
    }

    /// Wants the key worked on again after a failure. Returns the delay.
    mutating func addRateLimited(_ key: Key, priority: WorkPriority, now: Duration) -> Duration {
        let count = failures[key] ?? 0
        failures[key] = count + 1
        let delay = max(backOff.delay(afterFailures: count), budget.reserve(at: now))
        add(key, after: delay, priority: priority, now: now)
        return delay
    }

    /// The key is well: its next failure is its first one.
    mutating func forget(_ key: Key) { failures[key] = nil }

    /// The next key to work on, if one is ready and not being worked on. It must be given back with `done`.
    mutating func next(now: Duration) -> Item? {
        promote(now)
        while let entry = ready.first {
            _ = ready.removeFirst()
            guard let wanted = pending[entry.key], wanted.ticket == entry.ticket else { continue }
            pending[entry.key] = nil
            readyCounts[wanted.priority.rawValue] -= 1
            processing[entry.key] = Attempt(start: now, priority: wanted.priority)
            return Item(
                key: entry.key, priority: wanted.priority, waited: max(.zero, now - wanted.due),
                retries: retries(of: entry.key))
        }
        return nil
    }

    /// The attempt is over. What was wanted meanwhile becomes available. Returns how long the attempt took.
    mutating func done(_ key: Key, now: Duration) -> Duration? {
        guard let attempt = processing.removeValue(forKey: key) else { return nil }
        // While the key was worked on its entry was kept out of the heaps.
        if let wanted = pending[key] { enter(key, wanted) }
        return now - attempt.start
    }

    /// When the next delayed key becomes ready; `nil` where none is delayed.
    mutating func nextDue() -> Duration? {
        while let entry = delayed.first {
            if let wanted = pending[entry.key], wanted.ticket == entry.ticket, !wanted.isReady { return entry.rank }
            _ = delayed.removeFirst()
        }
        return nil
    }

    /// Makes ready what has become due. Returns whether there is work for a free worker.
    mutating func hasWork(now: Duration) -> Bool {
        promote(now)
        while let entry = ready.first {
            if pending[entry.key]?.ticket == entry.ticket { return true }
            _ = ready.removeFirst()
        }
        return false
    }

    private mutating func add(_ key: Key, priority: WorkPriority, due: Duration, now: Duration) {
        guard var wanted = pending[key] else {
            place(key, PendingEntry(priority: priority, due: due), now: now)
            return
        }
        let isEarlier = due < wanted.due
        guard isEarlier || priority > wanted.priority else { return }
        if wanted.isReady { readyCounts[wanted.priority.rawValue] -= 1 }
        wanted.priority = max(priority, wanted.priority)
        if wanted.isReady { readyCounts[wanted.priority.rawValue] += 1 }
        // A ready key keeps the time at which it became ready: it must not lose its place.
        if isEarlier, !wanted.isReady { wanted.due = due }
        place(key, wanted, now: now)
    }

    private mutating func place(_ key: Key, _ wanted: PendingEntry, now: Duration) {
        var wanted = wanted
        if !wanted.isReady, wanted.due <= now {
            wanted.isReady = true
            readyCounts[wanted.priority.rawValue] += 1
        }
        nextTicket += 1
        wanted.ticket = nextTicket
        pending[key] = wanted
        if processing[key] == nil { enter(key, wanted) }
    }

    private mutating func enter(_ key: Key, _ wanted: PendingEntry) {
        let rank = wanted.isReady ? wanted.due + wanted.priority.allowance : wanted.due
        let entry = Entry(rank: rank, ticket: wanted.ticket, key: key)
        if wanted.isReady { ready.insert(entry) } else { delayed.insert(entry) }
    }

    /// Makes delayed keys ready whose time has come.
    mutating func promote(_ now: Duration) {
        while let due = nextDue(), due <= now {
            let key = delayed.removeFirst().key
            guard let wanted = pending[key] else { continue }
            place(key, wanted, now: now)
        }
    }
}
