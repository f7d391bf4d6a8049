import BackupModel
import KubeAPI
import Support
import Testing

@Suite("Retention")
struct RetentionRulesTests {
    private let now = Timestamp.fixture("2026-01-04T00:00:00Z")

    private func keep(
        _ artifacts: [Artifact], _ rules: String, storing stored: String? = nil, at now: Timestamp? = nil
    ) throws -> [String] {
        let rules = try #require(RetentionRules(words: rules))
        let plan = rules.plan(for: artifacts, storing: stored.flatMap { Stamp($0) }, at: now ?? self.now)
        #expect(plan.kept.count + plan.deleted.count == artifacts.count)
        return plan.kept.map(\.stamp.description)
    }

    @Test(
        "The newest of each period stays, and of the newest so many periods",
        arguments: [
            ("daily=2", ["20260103T020000Z", "20260102T220000Z"]),
            ("last=2 daily=1", ["20260103T020000Z", "20260102T220000Z"]),
            ("minKeep=3", ["20260103T020000Z", "20260102T220000Z", "20260102T020000Z"]),
            ("", ["20260103T020000Z"]),
            ("daily=0 minKeep=0", ["20260103T020000Z"]),
            // The 28th of December and the 1st to 3rd of January: weeks 52 and 1; 2026 began on a Thursday.
            ("weekly=2", ["20260103T020000Z", "20251228T020000Z"]),
            ("monthly=2", ["20260103T020000Z", "20251231T020000Z"]),
            ("yearly=3", ["20260103T020000Z", "20251231T020000Z", "20240229T020000Z"]),
            ("hourly=2", ["20260103T020000Z", "20260102T220000Z"]),
        ])
    func rules(rules: String, want: [String]) throws {
        let stamps = [
            "20240229T020000Z", "20251228T020000Z", "20251231T020000Z", "20260102T020000Z", "20260102T220000Z",
            "20260103T020000Z",
        ]
        #expect(try keep(stamps.shuffled().map { .fixture($0) }, rules) == want)
    }

    @Test("An incomplete or suspicious artifact takes no place of a complete one", arguments: Flaw.allCases)
    func flaws(flaw: Flaw) throws {
        let artifacts: [Artifact] = [
            .fixture("20260101T020000Z"), .fixture("20260102T020000Z"),
            .fixture("20260102T220000Z", flaw), .fixture("20260103T020000Z", flaw),
        ]
        // The newest of all may be all that there is of it; that of a day which has a complete one is of no use.
        #expect(
            try keep(artifacts, "daily=2") == [
                "20260103T020000Z", "20260102T220000Z", "20260102T020000Z", "20260101T020000Z",
            ])
        let later = artifacts + [.fixture("20260103T220000Z")]
        #expect(try keep(later, "daily=2") == ["20260103T220000Z", "20260102T020000Z"])
    }

    @Test("A day that has nothing complete keeps what it has, beside as many complete ones as without it")
    func onlyPartial() throws {
        let artifacts: [Artifact] = [
            .fixture("20251230T020000Z"), .fixture("20251231T020000Z"), .fixture("20260101T020000Z", .partial),
            .fixture("20260102T020000Z", .partial), .fixture("20260103T020000Z"),
        ]
        #expect(
            try keep(artifacts, "daily=3") == [
                "20260103T020000Z", "20260102T020000Z", "20260101T020000Z", "20251231T020000Z", "20251230T020000Z",
            ])
    }

    @Test("What lies in the future measures nothing and stays, and what was just stored stays whatever its time")
    func future() throws {
        let artifacts: [Artifact] = [
            .fixture("20260102T020000Z"), .fixture("20260103T020000Z"), .fixture("20270101T020000Z"),
            .fixture("20270102T020000Z"),
        ]
        #expect(
            try keep(artifacts, "last=1", storing: "20260103T020000Z") == [
                "20270102T020000Z", "20270101T020000Z", "20260103T020000Z",
            ])
        #expect(
            try keep(artifacts, "last=1", storing: "20260102T020000Z") == [
                "20270102T020000Z", "20270101T020000Z", "20260103T020000Z", "20260102T020000Z",
            ])
    }

    @Test("What a listing lacks never makes anything else go", arguments: 0..<200)
    func monotone(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let artifacts = (0..<40).map { _ in
            Artifact.fixture(
                Stamp(now + .seconds(-Int64.random(in: 0...100 * 86400, using: &random))).description,
                random.happens(25) ? .partial : nil)
        }
        let rules = try #require(RetentionRules(words: "last=2 daily=5 weekly=3 monthly=2"))
        let all = Set(rules.plan(for: artifacts, at: now).deleted)
        let seen = artifacts.filter { _ in random.happens(70) }
        #expect(Set(rules.plan(for: seen, at: now).deleted.filter(\.isComplete)).isSubset(of: all))
    }

    @Test("Rules that are none are refused", arguments: ["daily", "daily=x", "daily=-1", "fortnightly=2", "daily=1=2"])
    func refused(words: String) { #expect(RetentionRules(words: words) == nil) }
}

@Suite("Stamps")
struct StampTests {
    @Test("A stamp is a time of the calendar in UTC, and sorts as one")
    func reads() throws {
        let stamp = try #require(Stamp("20240229T235959Z"))
        #expect(stamp.time.rfc3339 == "2024-02-29T23:59:59Z" && stamp.spoken == "2024-02-29 23:59:59")
        #expect(try stamp < #require(Stamp("20240301T000000Z")))
    }

    @Test(
        "Other names are none",
        arguments: [
            "20230229T000000Z", "20240229T240000Z", "20240229T000000", "2024-2-29T00:00Z", "lost+found", "leftover",
        ])
    func none(text: String) { #expect(Stamp(text) == nil) }
}

extension Artifact {
    static func fixture(_ stamp: String, _ flaw: Flaw? = nil, sizeBytes: Int64 = 100) -> Artifact {
        guard let read = Stamp(stamp) else { preconditionFailure("\(stamp) is no stamp") }
        return Artifact(stamp: read, sizeBytes: sizeBytes, flaws: flaw.map { [$0] } ?? [], id: stamp)
    }
}

extension Timestamp {
    static func fixture(_ text: String) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else { preconditionFailure("\(text) is no time") }
        return time
    }
}
