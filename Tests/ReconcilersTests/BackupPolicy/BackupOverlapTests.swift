import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

/// A run by hand and one of the schedule, or two at destinations of different speed.
@Suite("Runs of one source that overlap")
struct BackupOverlapTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: "2026-01-10T\(text)Z")) }

    /// A run with what it left at `bucket`, where it ended at `stored`.
    private func run(
        _ name: String, _ began: String, stored: String, _ end: String, artifact: String, count: Int, deleted: Int = 0,
        fields: String = ""
    ) throws -> BackupRun {
        let words = report(
            "Succeeded",
            #","artifact":"20260110T\#(artifact)Z","sizeBytes":10,"count":\#(count),"deleted":\#(deleted)\#(fields)"#)
        return try .fixture(
            "2026-01-10T\(end)Z", named: name, started: "2026-01-10T\(began)Z",
            finished: ["to-bucket": "2026-01-10T\(stored)Z"],
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 0, words), ("to-box", 0, words)])
    }

    private func active(_ run: BackupRun) -> BackupRun {
        var run = run
        (run.endedAt, run.ending) = (nil, nil)
        return run
    }

    /// Looks at runs in turn.
    ///
    /// - Returns: what `bucket` is known to hold in the end, and whether artifacts were missing then.
    private func observe(
        _ steps: (String, [BackupRun])..., counted: Int? = nil
    ) throws -> (target: BackupPolicy.Target, isMissing: Bool) {
        let known =
            counted.map {
                """
                targets: [{source: db, destination: bucket, lastAttemptTime: "2026-01-10T09:00:00Z", count: \($0), \
                artifact: 20260110T085900Z, complete: 20260110T085900Z}]
                """
            }
        var policy = try BackupPolicy.fixture(status: known)
        for (now, runs) in steps {
            policy.status = PolicyObservation(policy: policy, now: try time(now), runs: runs).status
        }
        let ready = policy.status?.conditions?.first
        return (try #require(policy.status?.targets?.first), ready?.reason == "ArtifactsMissing")
    }

    @Test("The one whose container ended last is the last one, whichever job ends first, and whenever they are seen")
    func order() throws {
        let manual = try run(
            "manual", "09:52:20", stored: "09:52:49", "09:53:59", artifact: "095221", count: 1)
        let scheduled = try run(
            "scheduled", "09:53:10", stored: "09:53:49", "09:53:52", artifact: "095316", count: 2)
        for seen in [
            try observe(("09:53:53", [active(manual), scheduled]), ("09:54:05", [manual, scheduled])),
            try observe(("09:54:05", [manual, scheduled])),
            try observe(("09:53:53", [scheduled]), ("09:54:05", [scheduled, manual]), ("09:55:00", [manual])),
        ] {
            #expect(!seen.isMissing && seen.target.count == 2 && seen.target.lastResult == .succeeded)
            #expect(seen.target.artifact == "20260110T095316Z" && seen.target.complete == "20260110T095316Z")
            #expect(seen.target.lastReportTime?.rfc3339 == "2026-01-10T09:53:49Z")
        }
        // Both are counted, and what is lost later is missed all the same.
        let later = try run("later", "10:10:00", stored: "10:10:30", "10:10:40", artifact: "101000", count: 2)
        let lost = try observe(
            ("09:53:53", [scheduled]), ("09:54:05", [scheduled, manual]), ("10:11:00", [manual, later]))
        #expect(lost.isMissing && lost.target.expected == 2)
    }

    @Test("What a run has stored is known although another one has failed since, before its own job ended")
    func storedBefore() throws {
        let slow = try run("slow", "10:00:00", stored: "10:00:30", "12:00:00", artifact: "100000", count: 2)
        let words = report("Failed", message: "no route")
        let failed = try BackupRun.fixture(
            "2026-01-10T11:00:00Z", named: "failed", started: "2026-01-10T10:44:00Z",
            finished: ["to-bucket": "2026-01-10T10:45:00Z"],
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 1, words), ("to-box", 1, words)])
        let seen = try observe(("11:00:10", [active(slow), failed]), ("12:00:10", [slow, failed]), counted: 1)
        #expect(seen.target.lastResult == .failed && seen.target.message == "no route")
        #expect(seen.target.artifact == "20260110T100000Z" && seen.target.complete == "20260110T100000Z")
        #expect(seen.target.lastSuccessTime?.rfc3339 == "2026-01-10T10:00:30Z")
    }

    @Test("What one has deleted that is still at work is not missing")
    func deletions() throws {
        let manual = try run(
            "manual", "09:52:20", stored: "09:52:49", "09:53:59", artifact: "095221", count: 3, deleted: 3)
        let scheduled = try run(
            "scheduled", "09:53:10", stored: "09:53:49", "09:53:52", artifact: "095316", count: 4)
        let steps = [("09:53:53", [active(manual), scheduled]), ("09:54:05", [manual, scheduled])]
        #expect(try !observe(steps[0], counted: 5).isMissing)
        #expect(try !observe(steps[0], steps[1], counted: 5).isMissing)
        func later(_ count: Int) throws -> (String, [BackupRun]) {
            let run = try run("later", "10:10:00", stored: "10:10:30", "10:10:40", artifact: "101000", count: count)
            return ("10:11:00", [manual, scheduled, run])
        }
        #expect(try !observe(steps[0], steps[1], later(5), counted: 5).isMissing)
        #expect(try observe(steps[0], steps[1], later(4), counted: 5).isMissing)
    }

    @Test("An artifact that was begun earlier and stored later is not the newest one")
    func slower() throws {
        let newer = try run("newer", "09:53:10", stored: "09:53:49", "09:53:52", artifact: "095316", count: 1)
        let older = try run(
            "older", "09:52:20", stored: "09:54:30", "09:54:35", artifact: "095221", count: 2,
            fields: #","suspicion":"it shrank""#)
        let seen = try observe(("09:53:53", [newer, active(older)]), ("09:54:40", [newer, older]))
        #expect(seen.target.artifact == "20260110T095316Z" && seen.target.complete == "20260110T095316Z")
        #expect(seen.target.suspicion == nil && seen.target.count == 2 && !seen.isMissing)
    }

    @Test("The clock of a node that is wrong does not hide a run that came after the other")
    func clocks() throws {
        let first = try run("first", "09:10:00", stored: "12:00:00", "09:11:00", artifact: "091000", count: 1)
        let second = try run("second", "09:20:00", stored: "08:00:00", "09:21:00", artifact: "092000", count: 2)
        let seen = try observe(("09:12:00", [first]), ("09:22:00", [first, second]))
        #expect(seen.target.artifact == "20260110T092000Z" && seen.target.count == 2 && !seen.isMissing)
    }
}
