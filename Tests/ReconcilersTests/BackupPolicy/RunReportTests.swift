import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("What a run reports, and what is kept of it")
struct RunReportTests {
    private func observe(_ message: String) throws -> BackupPolicy.Status {
        let now = try #require(Timestamp(rfc3339: "2026-01-10T03:00:00Z"))
        let run = try BackupRun.fixture(
            "2026-01-10T02:05:00Z",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 0, message), ("to-box", 0, message)])
        return PolicyObservation(policy: try .fixture(), now: now, runs: [run]).status
    }

    @Test(
        "Whatever a report says, the status fits the schema",
        arguments: [
            #","artifact":"\#(String(repeating: "a", count: 300))""#, #","artifact":"a\u001b[2Jb""#,
            #","oldest":"$(reboot)","pruned":"Maybe","verified":"yes""#,
            #","sizeBytes":9223372036854775807,"count":-1,"durationSeconds":-9223372036854775808"#,
            #","sizeBytes":9007199254740992"#,
            #","suspicion":"\#(String(repeating: "ü", count: 2000))""#,
        ])
    func bounded(fields: String) throws {
        let status = try observe(report("Succeeded", fields))
        var object = try BackupPolicy.fixture().dynamicObject()
        object["status"] = try JSONValueEncoder().encode(status)
        let violations = BackupPolicy.definition.violations(in: object).filter { $0.path.hasPrefix("status") }
        // The times of conditions are the writer's.
        #expect(violations.filter { !$0.path.contains("conditions") }.isEmpty, "\(violations)")
        let target = try #require(status.targets?.first)
        #expect(target.lastResult == .succeeded && target.artifact == nil && target.lastVerifiedTime == nil)
    }

    @Test("What a terminal would act on is gone from a message, and the message stays")
    func plain() throws {
        let escape = #"no \u001b]0;owned\u0007 such\u202e file"#
        let status = try observe(report("Failed", message: escape))
        #expect(status.targets?.first?.message == "no  ]0;owned  such  file")
        let told = status.conditions?.first { $0.type == "BackupSucceeded" }
        #expect(told?.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true)
    }

    @Test("Sizes that no disk has can be added")
    func sum() throws {
        let target =
            #"{source: db, destination: bucket, sizeBytes: 9223372036854775807, consecutiveFailures: 9223372036854775807}"#
        let now = try #require(Timestamp(rfc3339: "2026-01-10T03:00:00Z"))
        let run = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "DeadlineExceeded", containers: [])
        let seen = PolicyObservation(
            policy: try .fixture(status: "targets: [\(target)]"), now: now, runs: [run])
        #expect(seen.status.size == "8.0Pi")
        #expect(seen.status.targets?.first?.consecutiveFailures == 1_000_001)
    }

    @Test("A run whose pod was gone before it was looked at is no success; a pod that may still be seen is waited for")
    func noPods() throws {
        let run = try BackupRun.fixture("2026-01-10T02:05:00Z", containers: [])
        let good =
            #"{source: db, destination: bucket, lastSuccessTime: "2026-01-09T02:05:00Z", artifact: 20260109T020000Z}"#
        func observe(_ now: String) throws -> PolicyObservation {
            PolicyObservation(
                policy: try .fixture(status: "targets: [\(good)]"), now: try #require(Timestamp(rfc3339: now)),
                runs: [run])
        }
        let soon = try observe("2026-01-10T02:05:30Z")
        #expect(soon.targets.allSatisfy { $0.lastAttemptTime == nil && $0.lastResult == nil })
        #expect(try #require(soon.requeueAfter) <= .seconds(31))
        let target = try #require(try observe("2026-01-10T02:06:01Z").targets.first)
        #expect(target.lastResult == .failed && target.reason == "ReportLost")
        #expect(target.lastSuccessTime?.rfc3339 == "2026-01-09T02:05:00Z" && target.artifact == "20260109T020000Z")
    }

    @Test(
        "A report that is missing or was cut, and one that the exit status contradicts, are no success",
        arguments: [
            (0, "", "is missing or was cut"), (0, #"{"result":"Succeeded","version":1,"mess"#, "is missing or was cut"),
            (0, #"{"result":"Succeeded"}"#, "is missing or was cut"),
            (137, report("Succeeded"), "reported success and ended with status 137"),
            (3, "", "ended with status 3"),
        ])
    func cut(status: Int, message: String, words: String) throws {
        let now = try #require(Timestamp(rfc3339: "2026-01-10T03:00:00Z"))
        let run = try BackupRun.fixture(
            "2026-01-10T02:05:00Z",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", status, message), ("to-box", 0, "")])
        let target = try #require(PolicyObservation(policy: try .fixture(), now: now, runs: [run]).targets.first)
        #expect(target.lastResult == .failed && target.lastSuccessTime == nil, "\(target)")
        #expect(target.message?.contains(words) == true, "\(target.message ?? "")")
    }

    @Test("What was verified and is not stored is not verified, and a finding is told with the result")
    func verified() throws {
        let failed = try observe(report("Failed", #","verified":"read""#, message: "the mark could not be written"))
        #expect(failed.targets?.first?.lastVerifiedTime == nil)
        let odd = try observe(
            report("Succeeded", #","artifact":"20260110T020000Z","verified":"read","finding":"the clock was ahead""#))
        let target = try #require(odd.targets?.first)
        #expect(target.lastVerifiedTime != nil && target.message == "the clock was ahead")
    }

    @Test("Two runs that end in the same second are both counted, each once")
    func sameSecond() throws {
        let now = try #require(Timestamp(rfc3339: "2026-01-10T03:00:00Z"))
        let runs = try ["a", "b"].map { name in
            try BackupRun.fixture(
                "2026-01-10T02:05:00Z", named: name, condition: "Failed", reason: "BackoffLimitExceeded",
                containers: [("source", 1, report("Failed", message: name))])
        }
        var policy = try BackupPolicy.fixture()
        for _ in 0..<3 {
            policy.status = PolicyObservation(policy: policy, now: now, runs: runs).status
            #expect(policy.status?.targets?.map(\.consecutiveFailures) == [2, 2])
        }
        // The second one is seen later.
        policy = try BackupPolicy.fixture()
        policy.status = PolicyObservation(policy: policy, now: now, runs: [runs[1]]).status
        policy.status = PolicyObservation(policy: policy, now: now, runs: runs).status
        #expect(policy.status?.targets?.map(\.consecutiveFailures) == [2, 2])
        #expect(policy.status?.targets?.first?.lastRuns == ["b", "a"])
    }
}
