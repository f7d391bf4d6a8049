/// The rules of leader election by a Lease, without clock and network. Times are monotonic unless called otherwise.
///
/// The safety rests on two clocks that are never compared. The holder counts from the moment before it sent a renewal:
/// the server cannot have stored it earlier. A candidate counts from the moment after it saw the record change. So the
/// holder always stops first, and wall clocks may jump as they like.
///
/// A holder renews by one request, an update of the version that it knows: it can only succeed while nobody else has
/// written. On a slow server the next one goes out as soon as the last is answered, so an answer may take up to half of
/// the renew deadline before the leadership has a gap.
struct LeaseElection: Sendable {
    struct Configuration: Sendable {
        /// Unique for each process, not for each host.
        var identity: String
        /// What others have to see the lease unchanged for before they take it.
        var leaseDuration: Duration = .seconds(15)
        /// How long after sending a renewal its holder still writes. Less than the lease's duration, so that a write
        /// sent in the last moment arrives before another leader starts.
        var renewDeadline: Duration = .seconds(10)
        var retryPeriod: Duration = .seconds(2)
    }

    /// What to do next.
    enum Step: Sendable, Hashable {
        case wait(until: Duration)
        case read
        case create(LeaseRecord)
        /// With the version that was read as the precondition.
        case update(LeaseRecord)
    }

    /// What is known of the lease.
    private enum Knowledge {
        case unknown
        case absent
        /// - seenAt: when this record was first seen.
        case known(LeaseRecord, resourceVersion: String, seenAt: Duration)
    }

    let configuration: Configuration
    /// Until when this process leads; `nil` where it does not.
    private(set) var validUntil: Duration?
    private var lease = Knowledge.unknown
    private var nextAttempt: Duration = .zero
    private var mustRead = true
    private var conflicts = 0
    /// What was sent and not answered yet, the oldest first: the server may have stored it, or may still do so.
    private var unanswered: [(record: LeaseRecord, sentAt: Duration)] = []

    init(configuration: Configuration) { self.configuration = configuration }

    func isLeading(at now: Duration) -> Bool { validUntil.map { now < $0 } ?? false }

    /// Who holds the lease, as far as is known.
    var holder: String? {
        if case .known(let record, _, _) = lease { record.holder } else { nil }
    }

    /// How long to wait for the answer to a request that is sent now. One that hangs leaves time for a second one before
    /// the leadership ends.
    func patience(at now: Duration) -> Duration {
        let half = configuration.renewDeadline / 2
        guard let end = validUntil else { return half }
        return min(half, max(.milliseconds(1), end - now))
    }

    mutating func next(now: Duration, wallClock: Timestamp) -> Step {
        if let end = validUntil, now >= end {
            validUntil = nil
            mustRead = true
        }
        guard now >= nextAttempt else { return .wait(until: min(nextAttempt, validUntil ?? nextAttempt)) }
        if mustRead { return .read }
        switch lease {
        case .unknown: return .read
        case .absent: return .create(claim(after: nil, wallClock))
        case .known(let record, _, let seenAt):
            guard record.holder.isEmpty || isHolder || now >= seenAt + record.duration else { return .read }
            return .update(claim(after: record, wallClock))
        }
    }

    /// Whether this process is the holder, as far as is known.
    var isHolder: Bool { holder == configuration.identity }

    /// Whether there was a look at the lease: without one nothing was written either.
    var hasLooked: Bool {
        if case .unknown = lease { false } else { true }
    }

    /// The record that gives the lease back.
    func releaseRecord(wallClock: Timestamp) -> LeaseRecord? {
        guard isHolder, case .known(var record, _, _) = lease else { return nil }
        record.holder = ""
        // Others need not wait: a released lease is free at once. Zero would be refused.
        record.duration = .seconds(1)
        record.renewTime = wallClock
        return record
    }

    private func claim(after old: LeaseRecord?, _ wallClock: Timestamp) -> LeaseRecord {
        var record = LeaseRecord(
            holder: configuration.identity, duration: configuration.leaseDuration, acquireTime: wallClock,
            renewTime: wallClock)
        guard let old else { return record }
        let isRenewal = old.holder == configuration.identity
        record.transitions = isRenewal ? old.transitions : old.transitions + 1
        if isRenewal { record.acquireTime = old.acquireTime }
        return record
    }
}

// MARK: What came of a step

extension LeaseElection {
    /// The lease as the server has it; `nil` where there is none.
    ///
    /// - Parameter pause: until the next look at a lease that somebody else holds.
    mutating func didRead(_ found: (record: LeaseRecord, resourceVersion: String)?, now: Duration, pause: Duration) {
        guard let found else {
            lease = .absent
            mustRead = false
            nextAttempt = now
            return
        }
        observe(found.record, found.resourceVersion, now: now)
        // Somebody has taken it: by force, or because we were too slow.
        if !isHolder { validUntil = nil }
        guard case .known(let record, _, let seenAt) = lease else { return }
        let isFree = isHolder || record.holder.isEmpty || now >= seenAt + record.duration
        // While another holds it, each attempt begins with a look.
        mustRead = !isFree
        nextAttempt = isFree ? now : now + pause
    }

    /// Our record goes out.
    ///
    /// - Parameter sentAt: taken before the request is sent.
    mutating func willWrite(_ record: LeaseRecord, sentAt: Duration) {
        unanswered.removeAll { $0.sentAt + configuration.renewDeadline <= sentAt }
        unanswered.append((record, sentAt))
    }

    /// Our record is stored.
    ///
    /// - Parameters:
    ///   - sentAt: taken before the request was sent.
    ///   - pause: from the sending until the next renewal.
    mutating func didWrite(
        _ record: LeaseRecord, resourceVersion: String, sentAt: Duration, now: Duration, pause: Duration
    ) {
        lease = .known(record, resourceVersion: resourceVersion, seenAt: now)
        validUntil = sentAt + configuration.renewDeadline
        unanswered = []
        conflicts = 0
        mustRead = false
        // An answer that came too late still tells that the lease is ours: it is renewed at once.
        nextAttempt = isLeading(at: now) ? max(now, sentAt + pause) : now
    }

    /// The lease has changed since it was read, or was made or deleted by somebody else. The leader looks at once: it
    /// may have been an edit by hand, or a renewal of its own that arrived late. A candidate has lost the race.
    mutating func didConflict(now: Duration, pause: Duration) {
        mustRead = true
        conflicts += 1
        nextAttempt = isLeading(at: now) && conflicts == 1 ? now : now + pause
    }

    /// A request failed, or was given up. A renewal is sent again with the same version: if the server has stored it,
    /// that is a conflict. Everybody else begins with a look.
    ///
    /// - Parameters:
    ///   - startedAt: taken before the request was sent.
    ///   - pause: from the sending until the next attempt.
    mutating func didFail(startedAt: Duration, now: Duration, pause: Duration) {
        if !isHolder { mustRead = true }
        nextAttempt = max(now, startedAt + pause)
    }

    private mutating func observe(_ record: LeaseRecord, _ resourceVersion: String, now: Duration) {
        // The version changes with any edit, the record with each renewal only.
        if case .known(let known, _, let seenAt) = lease, known == record {
            lease = .known(record, resourceVersion: resourceVersion, seenAt: seenAt)
            return
        }
        lease = .known(record, resourceVersion: resourceVersion, seenAt: now)
        // A write of ours whose answer was lost: that it is there is the answer. Of two that are alike, which the wall
        // clock can bring about, the first counts.
        guard let sent = unanswered.first(where: { $0.record == record }) else { return }
        validUntil = max(validUntil ?? .zero, sent.sentAt + configuration.renewDeadline)
        unanswered = []
    }
}
