import BackupModel
import Foundation
import KubeAPI
import Support
import Testing

@Suite("Delivering to stores that can't be trusted")
struct DeliveryTests {
    private static let series = Series(namespace: "shop", policy: "nightly", source: "db", cluster: "here")
    private static let start = Timestamp.fixture("2026-01-01T02:00:00Z")

    private func deliver(
        to store: LyingStore, at now: Timestamp, data: String = "data of the day", flaws: Set<Flaw> = [],
        rules: String = "daily=7 weekly=4", verification: Delivery.Verification = .read
    ) throws -> RunReport {
        var report = RunReport(.failed)
        let bytes = Array(data.utf8)
        // The store of the tests takes the name of the folder for the data.
        let artifact = NewArtifact(
            stamp: Stamp(now), flaws: flaws, folder: data,
            checksums: Checksums([.init(file: "data", digest: sha256Hex(bytes))]), sizes: ["data": Int64(bytes.count)])
        let settings = Delivery.Settings(
            verification: verification, retention: try #require(RetentionRules(words: rules)), maxShrinkPercent: 50)
        do {
            try Delivery(to: store, settings, RunContext(now: { now }, say: { _ in })).run(artifact, report: &report)
        } catch let failure as RunFailure {
            report.result = .failed
            report.message = failure.description
            report.reason = failure.reason?.rawValue
        }
        #expect(!store.isLocked)
        return report
    }

    @Test("What was stored, read back and committed is reported, and what is too old goes")
    func succeeds() throws {
        let store = LyingStore(Self.series, seed: 1)
        for day in 0..<10 {
            let report = try deliver(to: store, at: Self.start + .seconds(Int64(day) * 86400), rules: "last=3")
            #expect(report.result == .succeeded && report.verified == "read" && report.pruned == "Done")
            #expect(report.count == Int64(min(day + 1, 3)) && report.deleted == (day >= 3 ? 1 : nil))
        }
    }

    @Test("What comes back damaged is no artifact, and the good one of the day stays the newest")
    func damaged() throws {
        let store = LyingStore(Self.series, seed: 1)
        _ = try deliver(to: store, at: Self.start)
        store.damagesNext = true
        let report = try deliver(to: store, at: Self.start + .seconds(3600))
        #expect(report.result == .failed && report.reason == "VerificationFailed" && report.verified == nil)
        #expect(store.committed.map(\.artifact.stamp) == [Stamp(Self.start)])
    }

    @Test("A repository that is gone is not made anew")
    func gone() throws {
        let store = LyingStore(Self.series, seed: 1)
        store.isLost = true
        let report = try deliver(to: store, at: Self.start)
        #expect(report.result == .failed && report.reason == "DestinationMissing" && store.creations == 0)
    }

    @Test("Another cluster's artifacts are not touched, and taken over only where it is said")
    func foreign() throws {
        let store = LyingStore(Self.series, seed: 1)
        var foreign = Artifact.fixture("20251231T020000Z", sizeBytes: 15)
        foreign.cluster = "there"
        store.insert(foreign, [1])
        let refused = try deliver(to: store, at: Self.start, rules: "last=1")
        #expect(refused.result == .failed && refused.reason == "ForeignOwner" && refused.message.contains("there"))
        #expect(store.items.count == 1)
        store.series.predecessor = "there"
        let taken = try deliver(to: store, at: Self.start, rules: "last=1")
        #expect(taken.result == .succeeded && taken.deleted == 1)
    }

    @Test("Incomplete and suspicious artifacts are stored and prune nothing")
    func flawed() throws {
        let store = LyingStore(Self.series, seed: 1)
        let good = try deliver(to: store, at: Self.start, rules: "last=1")
        #expect(good.result == .succeeded)
        let partial = try deliver(to: store, at: Self.start + .seconds(60), flaws: [.partial], rules: "last=1")
        #expect(partial.result == .partial && partial.pruned == "Refused" && partial.count == 2)
        // A restore takes the one before.
        #expect(partial.artifact != partial.complete && partial.complete == good.artifact)
        let small = try deliver(to: store, at: Self.start + .seconds(120), data: "d", rules: "last=1")
        #expect(small.result == .succeeded && small.pruned == "Refused" && small.suspicion?.contains("shrank") == true)
        // Measured against the newest that nothing was wrong with.
        let again = try deliver(to: store, at: Self.start + .seconds(180), data: "d", rules: "last=1")
        #expect(again.suspicion != nil && store.committed.count == 4)
        let grown = try deliver(to: store, at: Self.start + .seconds(240), rules: "last=1")
        #expect(small.complete == good.artifact && grown.complete == grown.artifact)
        #expect(grown.deleted == 4 && store.committed.map(\.artifact.stamp) == [Stamp(Self.start + .seconds(240))])
    }

    @Test("A clock that was ahead: nothing that is stored afterwards goes, and somebody is told")
    func clock() throws {
        let store = LyingStore(Self.series, seed: 1)
        for hour in 0..<3 {
            _ = try deliver(to: store, at: Self.start + .seconds(86400 * 30 + Int64(hour) * 3600), rules: "last=2")
        }
        for day in 0..<5 {
            let now = Self.start + .seconds(Int64(day) * 86400)
            let report = try deliver(to: store, at: now, rules: "last=2")
            #expect(report.result == .succeeded && report.finding?.contains("lies in the future") == true)
            #expect(store.committed.contains { $0.artifact.stamp == Stamp(now) })
        }
        #expect(store.committed.count == 4)
    }

    /// The promise of the whole: what is called good can be restored and is what was backed up, and no run deletes an artifact that
    /// the rules keep, whatever the store says and wherever a run ends.
    @Test("Random series over lying stores keep the promise", arguments: seeds)
    func campaign(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = LyingStore(Self.series, seed: random.next())
        let rules = ["last=3", "daily=5 weekly=2", "hourly=4 daily=3 monthly=2", "minKeep=2"].randomElement(
            using: &random)
        let words = try #require(rules)
        var now = Self.start
        var saved: [Stamp: String] = [:]
        for run in 0..<80 {
            now = now + .seconds(Int64.random(in: 1...200_000, using: &random))
            // A clock that was set wrong, and right again.
            let seen = random.happens(5) ? now + .seconds(Int64.random(in: -900_000...900_000, using: &random)) : now
            store.lies = random.happens(40) ? Int.random(in: 1...20, using: &random) : 0
            store.kills = random.happens(30) ? Int.random(in: 1...15, using: &random) : 0
            guard !store.committed.contains(where: { $0.artifact.stamp == Stamp(seen) }) else { continue }
            let data = "run \(run) of \(seed) \(String(repeating: "x", count: Int.random(in: 0...60, using: &random)))"
            saved[Stamp(seen)] = data
            let before = store.committed
            let report = try? deliver(
                to: store, at: seen, data: data, flaws: random.happens(15) ? [.partial] : [], rules: words)

            if let report, report.result != .failed {
                let stored = try #require(store.committed.first { $0.artifact.stamp == Stamp(seen) })
                #expect(stored.files["data"] == Array(data.utf8))
            }
            for item in store.committed {
                #expect(item.files["data"] == saved[item.artifact.stamp].map { Array($0.utf8) })
            }
            let everything =
                before.map(\.artifact) + store.committed.filter { $0.artifact.stamp == Stamp(seen) }.map(\.artifact)
            let kept = try #require(RetentionRules(words: words)).plan(for: everything, storing: Stamp(seen), at: seen)
                .kept
            let left = Set(store.committed.map(\.artifact.stamp))
            for artifact in kept where artifact.isComplete {
                #expect(left.contains(artifact.stamp), "run \(run) deleted \(artifact.stamp), which the rules keep")
            }
        }
        #expect(store.creations == 0)
    }

    /// `QM_SEED` replays one.
    private static var seeds: [UInt64] {
        if let seed = ProcessInfo.processInfo.environment["QM_SEED"].flatMap({ UInt64($0) }) { return [seed] }
        return (1...(ProcessInfo.processInfo.environment["QM_ROUNDS"].flatMap { UInt64($0) } ?? 150)).map { $0 }
    }
}
