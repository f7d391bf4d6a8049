import Testing

@testable import KubeAPI

@Suite("Lease rules")
struct LeaseElectionTests {
    private var election = LeaseElection(configuration: .init(identity: "me"))
    private let wall = Timestamp(secondsSinceEpoch: 1_000_000)

    private func foreign(renewedAt second: Int64 = 0, transitions: Int = 4) -> LeaseRecord {
        LeaseRecord(
            holder: "other", duration: .seconds(15), acquireTime: Timestamp(secondsSinceEpoch: 5),
            renewTime: Timestamp(secondsSinceEpoch: second), transitions: transitions)
    }

    /// Reads a lease and answers what the rules want next.
    private mutating func read(_ record: LeaseRecord?, at now: Duration) -> LeaseElection.Step {
        election.didRead(record.map { ($0, "1") }, now: now, pause: .seconds(2))
        return election.next(now: now, wallClock: wall)
    }

    private mutating func lead(sentAt: Duration = .zero, now: Duration = .zero) {
        guard case .create(let record) = read(nil, at: sentAt) else { return }
        election.didWrite(record, resourceVersion: "2", sentAt: sentAt, now: now, pause: .seconds(2))
    }

    @Test("a missing lease is made, with no transition")
    mutating func creation() {
        #expect(election.next(now: .zero, wallClock: wall) == .read)
        let step = read(nil, at: .zero)
        guard case .create(let record) = step else {
            Issue.record("want a creation, got \(step)")
            return
        }
        #expect(
            record
                == LeaseRecord(
                    holder: "me", duration: .seconds(15), acquireTime: wall, renewTime: wall, transitions: 0))
    }

    @Test("a lease held by another is only looked at")
    mutating func standby() {
        #expect(read(foreign(), at: .zero) == .wait(until: .seconds(2)))
        #expect(election.next(now: .seconds(2), wallClock: wall) == .read)
        #expect(!election.isLeading(at: .seconds(2)))
    }

    @Test("an expired lease is taken only after it was seen unchanged for its whole duration, whatever its times say")
    mutating func takeOver() {
        // By its renewTime it expired decades ago.
        for second in stride(from: 0, to: 15, by: 2) {
            #expect(read(foreign(), at: .seconds(second)) == .wait(until: .seconds(second + 2)))
        }
        guard case .update(let record) = read(foreign(), at: .seconds(15)) else {
            Issue.record("want the lease taken")
            return
        }
        #expect(record.transitions == 5)
        #expect(record.acquireTime == wall)
    }

    @Test("each renewal by its holder starts the wait again")
    mutating func renewedByOther() {
        _ = read(foreign(renewedAt: 0), at: .zero)
        _ = read(foreign(renewedAt: 1), at: .seconds(14))
        #expect(read(foreign(renewedAt: 1), at: .seconds(28)) == .wait(until: .seconds(30)))
        guard case .update = read(foreign(renewedAt: 1), at: .seconds(29)) else {
            Issue.record("want the lease taken")
            return
        }
    }

    @Test("an edit of the Lease that is no renewal does not start the wait again")
    mutating func editedByHand() {
        election.didRead((foreign(), "1"), now: .zero, pause: .seconds(2))
        election.didRead((foreign(), "2"), now: .seconds(14), pause: .seconds(2))
        guard case .update = read(foreign(), at: .seconds(15)) else {
            Issue.record("want the lease taken")
            return
        }
    }

    @Test("a released lease is taken at once")
    mutating func released() {
        var record = foreign()
        record.holder = ""
        guard case .update(let claim) = read(record, at: .zero) else {
            Issue.record("want the lease taken")
            return
        }
        #expect(claim.transitions == 5)
    }

    @Test("the leadership counts from the sending of the renewal")
    mutating func validity() {
        lead(sentAt: .seconds(1), now: .seconds(4))
        #expect(election.validUntil == .seconds(11))
        #expect(election.isLeading(at: .milliseconds(10_999)))
        #expect(!election.isLeading(at: .seconds(11)))
    }

    @Test("an answer that comes too late gives no leadership, but a renewal at once")
    mutating func lateAnswer() {
        lead(sentAt: .zero, now: .seconds(12))
        #expect(!election.isLeading(at: .seconds(12)))
        #expect(election.next(now: .seconds(12), wallClock: wall) == .read)
    }

    @Test("a renewal keeps the time of acquisition and the transitions")
    mutating func renewal() {
        lead()
        #expect(election.next(now: .zero, wallClock: wall) == .wait(until: .seconds(2)))
        let later = wall + .seconds(2)
        guard case .update(let record) = election.next(now: .seconds(2), wallClock: later) else {
            Issue.record("want a renewal")
            return
        }
        #expect(record.acquireTime == wall)
        #expect(record.renewTime == later)
        #expect(record.transitions == 0)
    }

    @Test("a wall clock that jumps changes nothing", arguments: [-1_000_000, 1_000_000] as [Int64])
    mutating func clockJump(seconds: Int64) {
        lead()
        let jumped = wall + .seconds(seconds)
        guard case .update(let record) = election.next(now: .seconds(2), wallClock: jumped) else {
            Issue.record("want a renewal")
            return
        }
        election.didWrite(record, resourceVersion: "3", sentAt: .seconds(2), now: .seconds(2), pause: .seconds(2))
        #expect(election.validUntil == .seconds(12))
    }

    @Test("a monotonic clock that was stopped finds the leadership over and begins with a look")
    mutating func stoppedProcess() {
        lead()
        #expect(!election.isLeading(at: .seconds(60)))
        #expect(election.next(now: .seconds(60), wallClock: wall) == .read)
        #expect(read(foreign(), at: .seconds(60)) == .wait(until: .seconds(62)))
        #expect(election.validUntil == nil)
    }

    @Test("failed renewals are repeated until the leadership is over, and not a moment longer")
    mutating func failedRenewals() {
        lead()
        for second in stride(from: 2, through: 8, by: 2) {
            election.didFail(startedAt: .seconds(second), now: .seconds(second), pause: .seconds(2))
            #expect(election.isLeading(at: .seconds(second)))
        }
        // The next attempt would be after the end: the end comes first.
        election.didFail(startedAt: .milliseconds(9500), now: .milliseconds(9500), pause: .seconds(2))
        #expect(election.next(now: .milliseconds(9500), wallClock: wall) == .wait(until: .seconds(10)))
        _ = election.next(now: .seconds(10), wallClock: wall)
        #expect(election.validUntil == nil)
    }

    @Test("a leader that meets a conflict looks at once; that it is still the holder lets it go on")
    mutating func conflictByEdit() {
        lead()
        guard case .update(let renewal) = election.next(now: .seconds(2), wallClock: wall) else {
            Issue.record("want a renewal")
            return
        }
        election.didConflict(now: .seconds(2), pause: .seconds(2))
        #expect(election.next(now: .seconds(2), wallClock: wall) == .read)
        guard case .update = read(renewal, at: .seconds(2)) else {
            Issue.record("want the renewal repeated")
            return
        }
        // Somebody who edits in a loop does not draw us into it.
        election.didConflict(now: .seconds(2), pause: .seconds(2))
        #expect(election.next(now: .seconds(2), wallClock: wall) == .wait(until: .seconds(4)))
    }

    @Test("a leader that finds another holder stops at once")
    mutating func forcedOut() {
        lead()
        election.didConflict(now: .seconds(2), pause: .seconds(2))
        _ = read(foreign(), at: .seconds(2))
        #expect(!election.isLeading(at: .seconds(2)))
    }

    @Test("a candidate that loses the race waits for its next turn")
    mutating func lostRace() {
        _ = read(nil, at: .zero)
        election.didConflict(now: .zero, pause: .seconds(2))
        #expect(election.next(now: .zero, wallClock: wall) == .wait(until: .seconds(2)))
        #expect(election.next(now: .seconds(2), wallClock: wall) == .read)
    }

    @Test("a write whose answer was lost gives no leadership by itself, but is found and renewed")
    mutating func lostAnswer() {
        guard case .create(let record) = read(nil, at: .zero) else { return }
        election.didFail(startedAt: .zero, now: .seconds(5), pause: .seconds(2))
        #expect(!election.isLeading(at: .seconds(5)))
        guard case .update(let renewal) = read(record, at: .seconds(7)) else {
            Issue.record("want a renewal")
            return
        }
        #expect(renewal.transitions == 0)
    }

    @Test(
        "a leader whose renewal failed sends it again, without a look: the version that it knows is precondition enough"
    )
    mutating func failedRenewal() {
        lead()
        election.willWrite(foreign(), sentAt: .seconds(2))
        // Given up after five seconds: no further pause.
        election.didFail(startedAt: .seconds(2), now: .seconds(7), pause: .seconds(2))
        guard case .update = election.next(now: .seconds(7), wallClock: wall) else {
            Issue.record("want the renewal sent again")
            return
        }
        // Refused within a moment: the server is not stormed.
        election.didFail(startedAt: .seconds(7), now: .seconds(7), pause: .seconds(2))
        #expect(election.next(now: .seconds(7), wallClock: wall) == .wait(until: .seconds(9)))
    }

    @Test("a renewal that was given up and is found stored counts from its sending")
    mutating func storedAfterAll() {
        lead()
        guard case .update(let renewal) = election.next(now: .seconds(2), wallClock: wall + .seconds(2)) else { return }
        election.willWrite(renewal, sentAt: .seconds(2))
        election.didFail(startedAt: .seconds(2), now: .seconds(7), pause: .seconds(2))
        #expect(election.validUntil == .seconds(10))
        election.didConflict(now: .seconds(8), pause: .seconds(2))
        _ = read(renewal, at: .seconds(9))
        #expect(election.validUntil == .seconds(12))
    }

    @Test("of two renewals that the wall clock makes alike, what is stored proves the first only")
    mutating func sameRecords() {
        lead()
        // The clock stands still: the second record is the first, and both are what is stored already.
        guard case .update(let same) = election.next(now: .seconds(2), wallClock: wall) else { return }
        election.willWrite(same, sentAt: .seconds(2))
        election.didFail(startedAt: .seconds(2), now: .seconds(7), pause: .seconds(2))
        _ = read(same, at: .seconds(8))
        #expect(election.validUntil == .seconds(10))

        guard case .update(let later) = election.next(now: .seconds(8), wallClock: wall + .seconds(1)) else { return }
        election.willWrite(later, sentAt: .seconds(8))
        election.willWrite(later, sentAt: .seconds(9))
        _ = read(later, at: .milliseconds(9500))
        #expect(election.validUntil == .seconds(18))
    }

    /// How long a candidate waits for its leadership, and leads, in ten minutes of a server that is so slow.
    private func tenMinutes(latency: Duration) -> (waited: Duration, led: Duration) {
        var rules = LeaseElection(configuration: .init(identity: "me"))
        var (now, waited, led, version) = (Duration.zero, Duration?.none, Duration.zero, 0)
        var stored: (LeaseRecord, String)?
        while now < .seconds(600) {
            let (before, end) = (now, rules.validUntil)
            let step = rules.next(now: now, wallClock: wall + now)
            let patience = rules.patience(at: now)
            var record: LeaseRecord?
            switch step {
            case .wait(let end): now = end
            case .read: now += min(patience, latency)
            case .create(let claim), .update(let claim):
                rules.willWrite(claim, sentAt: now)
                version += 1
                (record, stored) = (claim, (claim, "\(version)"))
                now += min(patience, latency)
            }
            led += max(.zero, min(now, end ?? before) - before)
            if case .wait = step { continue }
            if latency >= patience {
                rules.didFail(startedAt: before, now: now, pause: .seconds(2))
            } else if let record {
                rules.didWrite(record, resourceVersion: "\(version)", sentAt: before, now: now, pause: .seconds(2))
            } else {
                rules.didRead(stored, now: now, pause: .seconds(2))
            }
            if waited == nil, rules.isLeading(at: now) { waited = now }
        }
        return (waited ?? now, led)
    }

    @Test(
        "an answer may take up to half of the renew deadline, and the leadership has no gap",
        arguments: [0, 500, 1900, 2500, 4000, 4500, 4999])
    func slowServer(milliseconds: Int) {
        let (waited, led) = tenMinutes(latency: .milliseconds(milliseconds))
        #expect(waited <= .seconds(10))
        #expect(waited + led >= .seconds(600))
    }

    @Test("a server that takes half of the renew deadline or longer is too slow for a leader", arguments: [5, 8])
    func tooSlowServer(seconds: Int) { #expect(tenMinutes(latency: .seconds(seconds)).led == .zero) }

    @Test("a leader whose lease was deleted makes it again")
    mutating func deletedLease() {
        lead()
        election.didConflict(now: .seconds(2), pause: .zero)
        guard case .create = read(nil, at: .seconds(2)) else {
            Issue.record("want the lease made")
            return
        }
    }

    @Test("only a holder gives back, and what it gives back is free at once")
    mutating func release() {
        _ = read(foreign(), at: .zero)
        #expect(election.releaseRecord(wallClock: wall) == nil)
        var other = LeaseElection(configuration: .init(identity: "next"))
        var mine = LeaseElection(configuration: .init(identity: "me"))
        mine.didRead(nil, now: .zero, pause: .zero)
        guard case .create(let record) = mine.next(now: .zero, wallClock: wall) else { return }
        mine.didWrite(record, resourceVersion: "2", sentAt: .zero, now: .zero, pause: .seconds(2))
        guard let released = mine.releaseRecord(wallClock: wall) else {
            Issue.record("want a release")
            return
        }
        other.didRead((released, "3"), now: .zero, pause: .seconds(2))
        guard case .update(let claim) = other.next(now: .zero, wallClock: wall) else {
            Issue.record("want the lease taken")
            return
        }
        #expect(claim.transitions == 1)
    }
}
