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
        return BackupObservation(policy: try .fixture(), now: now, runs: [run]).status
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
        let seen = BackupObservation(
            policy: try .fixture(status: "targets: [\(target)]"), now: now, runs: [run])
        #expect(seen.status.size == "8.0Pi")
        #expect(seen.status.targets?.first?.consecutiveFailures == 1_000_001)
    }

    @Test("A job that is complete says nothing where no pod of it is left")
    func noPods() throws {
        let now = try #require(Timestamp(rfc3339: "2026-01-10T03:00:00Z"))
        let run = try BackupRun.fixture("2026-01-10T02:05:00Z", containers: [])
        let seen = BackupObservation(policy: try .fixture(), now: now, runs: [run])
        #expect(seen.targets.allSatisfy { $0.lastAttemptTime == nil && $0.lastResult == nil })
    }
}
