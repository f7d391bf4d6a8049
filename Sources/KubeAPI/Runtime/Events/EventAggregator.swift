/// Decides which occurrences become events. Pure.
///
/// The same thing again within ten minutes is no new event but counts up the first one's series, which is written at
/// most every 30 seconds. New events of one object are limited.
struct EventAggregator: Sendable {
    struct Policy: Sendable {
        /// After so much silence a series is over.
        var window: Duration = .seconds(600)
        /// Between two writes of a series.
        var refresh: Duration = .seconds(30)
        /// New events of one object at once, and thereafter.
        var burst = 25
        var perSecond = 1.0 / 300
        /// Series and objects that are kept in mind.
        var limit = 4096
    }

    enum Decision: Hashable {
        case create
        case counted
        case rateLimited
    }

    struct Series: Sendable {
        var event: ObjectKey
        var count = 1
        var lastObserved: Timestamp
        fileprivate var seenAt: Duration
        fileprivate var writtenCount = 1
        fileprivate var writtenAt: Duration
    }

    private struct Allowance {
        var bucket: TokenBucket
        var usedAt: Duration
    }

    private let policy: Policy
    private var series: [EventOccurrence: Series] = [:]
    private var allowances: [ObjectReference: Allowance] = [:]

    init(policy: Policy = Policy()) { self.policy = policy }

    /// - Parameter event: the name that a new event would get.
    mutating func admit(
        _ occurrence: EventOccurrence, as event: ObjectKey, now: Duration, wallClock: Timestamp
    ) -> Decision {
        if var known = series[occurrence], now - known.seenAt < policy.window {
            known.count += 1
            known.lastObserved = wallClock
            known.seenAt = now
            series[occurrence] = known
            return .counted
        }
        guard takeToken(of: occurrence.regarding, now: now) else { return .rateLimited }
        if series.count >= policy.limit { forgetSilent(now) }
        if series.count < policy.limit {
            series[occurrence] = Series(event: event, lastObserved: wallClock, seenAt: now, writtenAt: now)
        }
        return .create
    }

    /// The series that have counted up and are to be written now.
    mutating func due(now: Duration) -> [(occurrence: EventOccurrence, series: Series)] {
        let due = series.filter { $0.value.count > $0.value.writtenCount && now >= $0.value.writtenAt + policy.refresh }
        for (occurrence, value) in due {
            series[occurrence]?.writtenCount = value.count
            series[occurrence]?.writtenAt = now
        }
        forgetSilent(now)
        return due.map { ($0.key, $0.value) }
    }

    /// When `due` will have something.
    var nextDue: Duration? {
        series.values.filter { $0.count > $0.writtenCount }.map { $0.writtenAt + policy.refresh }.min()
    }

    /// The event of a series is gone from the server, or never got there: the next occurrence makes a new one.
    mutating func forget(_ occurrence: EventOccurrence) { series[occurrence] = nil }

    private mutating func takeToken(of object: ObjectReference, now: Duration) -> Bool {
        if allowances.count >= policy.limit {
            // A bucket that was left alone for its whole burst is full, as a new one would be.
            let idle = Duration.seconds(Double(policy.burst) / policy.perSecond)
            allowances = allowances.filter { now - $0.value.usedAt < idle }
            if allowances.count >= policy.limit { allowances = [:] }
        }
        var allowance =
            allowances[object]
            ?? Allowance(bucket: TokenBucket(perSecond: policy.perSecond, burst: policy.burst), usedAt: now)
        let isThere = allowance.bucket.reserve(at: now) == .zero
        if !isThere { allowance.bucket.release() }
        allowance.usedAt = now
        allowances[object] = allowance
        return isThere
    }

    private mutating func forgetSilent(_ now: Duration) {
        series = series.filter { entry in
            now - entry.value.seenAt < policy.window || entry.value.count > entry.value.writtenCount
        }
    }
}
