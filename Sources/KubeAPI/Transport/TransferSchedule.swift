struct TransferID: Sendable, Hashable, Comparable {
    var value: UInt64

    static func < (left: TransferID, right: TransferID) -> Bool { left.value < right.value }
}

/// Which transfers run, which wait for a place, and which have run out of time. Pure: the loop tells it the time.
///
/// Exchanges (`send`) share a number of places, first come, first served. Streams last for hours and always run.
struct TransferSchedule {
    typealias Instant = ContinuousClock.Instant

    enum Kind { case exchange, stream }
    enum Limit: Hashable { case whole, idle }

    private struct Entry {
        var kind: Kind
        var isRunning: Bool
        var deadline: Instant?
        var idleTimeout: Duration?
        var idleDeadline: Instant?

        var nextDeadline: Instant? { [deadline, idleDeadline].compactMap(\.self).min() }
    }

    private var entries: [TransferID: Entry] = [:]
    private var waiting: [TransferID] = []
    private var runningExchanges = 0
    /// No deadline lies before it. It may be too early: activity moves deadlines, and only a sweep notices.
    private var earliest: Instant?
    private let places: Int

    init(places: Int) { self.places = max(1, places) }

    var ids: [TransferID] { entries.keys.sorted() }

    /// The time of the next look at the deadlines.
    var nextSweep: Instant? { earliest }

    /// - Returns: whether the transfer may run at once.
    mutating func add(
        _ id: TransferID, kind: Kind, timeout: Duration?, idleTimeout: Duration?, now: Instant
    ) -> Bool {
        let isRunning = kind == .stream || (runningExchanges < places && waiting.isEmpty)
        let entry = Entry(
            kind: kind, isRunning: isRunning, deadline: timeout.map { now + $0 }, idleTimeout: idleTimeout,
            idleDeadline: idleTimeout.map { now + $0 })
        entries[id] = entry
        if let next = entry.nextDeadline { earliest = earliest.map { min($0, next) } ?? next }
        if !isRunning { waiting.append(id) } else if kind == .exchange { runningExchanges += 1 }
        return isRunning
    }

    /// - Returns: the transfers that may run now because this one is over.
    mutating func remove(_ id: TransferID) -> [TransferID] {
        guard let entry = entries.removeValue(forKey: id) else { return [] }
        if !entry.isRunning {
            waiting.removeAll { $0 == id }
        } else if entry.kind == .exchange {
            runningExchanges -= 1
        }
        var released: [TransferID] = []
        while runningExchanges < places, !waiting.isEmpty {
            let next = waiting.removeFirst()
            entries[next]?.isRunning = true
            runningExchanges += 1
            released.append(next)
        }
        return released
    }

    /// The transfers whose time is over, with the limit that they met.
    ///
    /// - Parameter lastActivity: when the transfer got its last byte, `nil` where it got none.
    mutating func expired(now: Instant, lastActivity: (TransferID) -> Instant?) -> [(TransferID, Limit)] {
        guard let earliest, earliest <= now else { return [] }
        var expired: [(TransferID, Limit)] = []
        var next: Instant?
        for (id, entry) in entries {
            var entry = entry
            if let timeout = entry.idleTimeout, let active = lastActivity(id) {
                entry.idleDeadline = active + timeout
                entries[id] = entry
            }
            if let deadline = entry.deadline, deadline <= now {
                expired.append((id, .whole))
            } else if let deadline = entry.idleDeadline, deadline <= now {
                expired.append((id, .idle))
            } else if let deadline = entry.nextDeadline {
                next = next.map { min($0, deadline) } ?? deadline
            }
        }
        self.earliest = next
        return expired.sorted { $0.0 < $1.0 }
    }
}
