import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("When a backup is too old, and when artifacts are missing")
struct BackupFreshnessTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    /// What `Fresh` says of a policy whose last good backup ended at `last`.
    private func fresh(
        _ schedule: String, zone: String = "Etc/UTC", last: String, at now: String, scheduled: String? = nil
    ) throws -> String {
        let policy = try BackupPolicy.fixture(
            "schedule: \"\(schedule)\"\ntimeZone: \(zone)",
            status:
                "targets: [{source: db, destination: bucket, lastSuccessTime: \"\(last)\", lastAttemptTime: \"\(last)\"}]"
        )
        var seen = PolicyObservation(policy: policy, now: try time(now), runs: [])
        seen.lastScheduled["db"] = try time(scheduled ?? now)
        return seen.status.conditions?.first { $0.type == "Fresh" }?.reason ?? ""
    }

    @Test(
        "A backup is too old once two runs were due since, in real time, whatever the clocks and the nights",
        arguments: [
            // Every day at half past two in Berlin; on 2026-03-29 there is no such time.
            ("30 2 * * *", "Europe/Berlin", "2026-03-20T01:35:00Z", "2026-03-22T01:34:00Z", "2026-03-22T01:36:00Z"),
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T01:35:00Z", "2026-03-31T00:34:00Z", "2026-03-31T00:36:00Z"),
            ("0 4 * * *", "Europe/Berlin", "2026-03-28T03:05:00Z", "2026-03-30T02:04:00Z", "2026-03-30T02:06:00Z"),
            // In the office hours, through a night and a weekend.
            ("*/15 8-17 * * 1-5", "Etc/UTC", "2026-01-15T10:16:00Z", "2026-01-15T10:45:00Z", "2026-01-15T10:47:00Z"),
            ("*/15 8-17 * * 1-5", "Etc/UTC", "2026-01-15T17:46:00Z", "2026-01-16T08:15:00Z", "2026-01-16T08:17:00Z"),
            ("*/15 8-17 * * 1-5", "Etc/UTC", "2026-01-16T17:46:00Z", "2026-01-19T08:15:00Z", "2026-01-19T08:17:00Z"),
            // A run by hand in between.
            ("0 2 * * *", "Etc/UTC", "2026-01-15T13:00:00Z", "2026-01-17T12:59:00Z", "2026-01-17T13:01:00Z"),
        ])
    func stale(schedule: String, zone: String, last: String, well: String, late: String) throws {
        #expect(try fresh(schedule, zone: zone, last: last, at: well) == "WithinMaxAge")
        #expect(try fresh(schedule, zone: zone, last: last, at: late) == "Stale")
    }

    @Test("What is added to an old policy alarms when it has had its time, and not at once")
    func added() throws {
        let good =
            #"{source: db, destination: bucket, lastSuccessTime: "2026-03-01T02:05:00Z", since: "2026-01-01T00:00:00Z"}"#
        var policy = try BackupPolicy.fixture(
            """
            sources: [{name: db, pvc: {claimName: data}}, {name: web, pvc: {claimName: web}}]
            destinations:
            - {name: bucket, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}
            - {name: new, credentialsSecretRef: {name: s}, rclone: {remote: a, path: c}}
            """, status: "targets: [\(good)]")
        func observe(_ now: String) throws -> (String, PolicyObservation) {
            var seen = PolicyObservation(policy: policy, now: try time(now), runs: [])
            seen.lastScheduled["db"] = try time("2026-03-01T02:00:00Z")
            return (seen.status.conditions?.first { $0.type == "Fresh" }?.reason ?? "", seen)
        }
        let (first, seen) = try observe("2026-03-01T12:00:00Z")
        #expect(first == "NeverRan")
        policy.status = seen.status
        let since = policy.status?.targets?.map { $0.since?.rfc3339 ?? "" }
        #expect(since == ["2026-01-01T00:00:00Z"] + Array(repeating: "2026-03-01T12:00:00Z", count: 3))
        #expect(try observe("2026-03-01T18:00:00Z").1.status.targets == policy.status?.targets)
        // Its first run was due at two, and an hour is what it may be late.
        #expect(try observe("2026-03-02T03:00:01Z").0 == "Missed")
    }

    @Test("A policy that was resumed alarms when it has had its time, and is not fresh until then")
    func resumed() throws {
        let good = #"{source: db, destination: bucket, lastSuccessTime: "2026-01-10T02:05:00Z"}"#
        var policy = try BackupPolicy.fixture("suspend: true", status: "targets: [\(good)]")
        func observe(_ now: String) throws -> (String, BackupPolicy.Status) {
            var seen = PolicyObservation(policy: policy, now: try time(now), runs: [])
            seen.lastScheduled["db"] = try time("2026-01-10T02:00:00Z")
            return (seen.status.conditions?.first { $0.type == "Fresh" }?.reason ?? "", seen.status)
        }
        policy.status = try observe("2026-01-20T12:00:00Z").1
        policy.spec.suspend = false
        let (first, status) = try observe("2026-01-20T13:00:00Z")
        #expect(first == "Resumed" && status.targets?.first?.since?.rfc3339 == "2026-01-20T13:00:00Z")
        policy.status = status
        #expect(try observe("2026-01-20T14:00:00Z").1.targets?.first?.since?.rfc3339 == "2026-01-20T13:00:00Z")
        #expect(try observe("2026-01-21T03:00:01Z").0 == "Missed")
    }

    // MARK: Artifacts

    private func run(_ day: Int, count: Int, deleted: Int = 0, isGood: Bool = true) throws -> BackupRun {
        let fields = #","artifact":"202601\#(day)T020000Z","sizeBytes":10,"count":\#(count),"deleted":\#(deleted)"#
        let words = report(isGood ? "Succeeded" : "Failed", isGood ? fields : #","deleted":\#(deleted)"#)
        return try .fixture(
            "2026-01-\(day)T02:05:00Z", named: "run-\(day)", condition: isGood ? "Complete" : "Failed",
            containers: [
                ("source", 0, report("Succeeded")), ("to-bucket", isGood ? 0 : 1, words),
                ("to-box", 0, report("Succeeded")),
            ])
    }

    /// The days whose status says that artifacts are missing.
    private func days(_ runs: [BackupRun], accepting accepted: String? = nil, on day: Int = 0) throws -> [Int] {
        var policy = try BackupPolicy.fixture()
        var found: [Int] = []
        for (index, run) in runs.enumerated() {
            if index + 10 == day { policy.metadata.annotations = ["quartermaster.dev/accepted-loss": accepted ?? ""] }
            let seen = PolicyObservation(policy: policy, now: try #require(run.endedAt) + .seconds(60), runs: [run])
            policy.status = seen.status
            let ready = seen.status.conditions?.first
            guard ready?.reason == "ArtifactsMissing" else { continue }
            #expect(ready?.message.contains("db to bucket: there are ") == true)
            found.append(10 + index)
        }
        return found
    }

    @Test("A count that falls by what the runs have deleted is as it should be")
    func retained() throws {
        #expect(try days([run(10, count: 7), run(11, count: 7, deleted: 1), run(12, count: 3, deleted: 5)]) == [])
        // One that failed had deleted some; another stored what was not counted.
        #expect(
            try days([run(10, count: 7), run(11, count: 0, deleted: 3, isGood: false), run(12, count: 5)]) == [])
    }

    @Test("A count that falls by itself is told until it is back, or until somebody says that it is all right")
    func missing() throws {
        let fallen = try [run(10, count: 30), run(11, count: 1), run(12, count: 2), run(13, count: 3)]
        #expect(try days(fallen) == [11, 12, 13])
        #expect(try days([run(10, count: 3), run(11, count: 2), run(12, count: 3), run(13, count: 4)]) == [11])
        #expect(try days(fallen, accepting: "2026-01-11T02:05:00Z", on: 12) == [11])
        // What is accepted is what was missed until then, and nothing that is lost later.
        let again = try fallen + [run(14, count: 1)]
        #expect(try days(again, accepting: "2026-01-11T02:05:00Z", on: 12) == [11, 14])
        #expect(try days(again, accepting: "2036-01-01T00:00:00Z", on: 12) == [11, 12, 13, 14])
        #expect(try days(again, accepting: "yes", on: 12) == [11, 12, 13, 14])
    }
}
