import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("The status of a BackupPolicy")
struct BackupStatusTests {
    private static let good = report(
        "Succeeded",
        #","artifact":"20260110T020001Z","sizeBytes":2097152,"verified":"read","pruned":"Done","count":7,"deleted":1,"oldest":"20260104T020000Z""#
    )

    private func observe(
        _ policy: BackupPolicy, at now: String, scheduled: String? = "2026-01-10T02:00:00Z", _ runs: BackupRun...
    ) throws -> PolicyObservation {
        var seen = PolicyObservation(
            policy: policy, now: try #require(Timestamp(rfc3339: now)), runs: runs)
        seen.lastScheduled["db"] = scheduled.flatMap(Timestamp.init(rfc3339:))
        return seen
    }

    private func run(_ end: String, bucket: String = good, box: String = good) throws -> BackupRun {
        try .fixture(
            end, containers: [("source", 0, report("Succeeded")), ("to-bucket", 0, bucket), ("to-box", 0, box)])
    }

    private func expect(
        _ seen: PolicyObservation, _ want: [String: String], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let conditions = seen.status.conditions ?? []
        for (type, reason) in want {
            let condition = conditions.first { $0.type == type }
            #expect(
                condition.map { "\($0.status.rawValue) \($0.reason)" } == reason, "\(type): \(conditions)",
                sourceLocation: sourceLocation)
        }
        #expect(!conditions.contains { $0.type == "Stalled" }, sourceLocation: sourceLocation)
    }

    @Test("A good run makes everything true, with its sizes and times")
    func good() throws {
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z"))
        expect(
            seen,
            [
                "Ready": "True Ready", "Scheduled": "True Converged", "BackupSucceeded": "True Succeeded",
                "Fresh": "True WithinMaxAge", "Verified": "True Passed", "Pruned": "True Done",
            ])
        let status = seen.status
        #expect(status.nextRunTime?.rfc3339 == "2026-01-11T02:00:00Z")
        #expect(status.lastSuccessTime?.rfc3339 == "2026-01-10T02:05:00Z" && status.size == "2.0Mi")
        let target = try #require(status.targets?.first)
        #expect(target.artifact == "20260110T020001Z" && target.count == 7 && target.consecutiveFailures == nil)
        #expect(target.lastVerifiedTime?.rfc3339 == "2026-01-10T02:05:00Z" && target.durationSeconds == 12)
    }

    @Test("A policy that was just made waits for its first run and is ready")
    func new() throws {
        let seen = try observe(.fixture(), at: "2026-01-01T01:00:00Z", scheduled: nil)
        expect(
            seen,
            [
                "Ready": "True Ready", "BackupSucceeded": "Unknown NeverRan", "Fresh": "False NeverRan",
                "Verified": "Unknown NeverRan", "Pruned": "Unknown NeverRan",
            ])
        #expect(seen.requeueAfter == .seconds(3601))
    }

    @Test("A source that fails is the failure of every destination, with the source's words")
    func sourceFails() throws {
        let failed = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
            containers: [("source", 1, report("Failed", message: "database shop does not exist"))])
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", failed)
        expect(seen, ["Ready": "False Failed", "BackupSucceeded": "False Failed", "Reconciling": "True Failed"])
        let targets = try #require(seen.status.targets)
        #expect(targets.map(\.message) == Array(repeating: "database shop does not exist", count: 2))
        #expect(targets.map(\.consecutiveFailures) == [1, 1])
    }

    @Test("A run that was counted is counted once; the last good artifact stays in the status through failures")
    func countedOnce() throws {
        var policy = try BackupPolicy.fixture()
        var runs = [try run("2026-01-10T02:05:00Z")]
        for day in 11...13 {
            runs.append(
                try .fixture(
                    "2026-01-\(day)T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
                    containers: [
                        ("source", 0, report("Succeeded")), ("to-bucket", 1, report("Failed", message: "no route")),
                        ("to-box", 0, Self.good),
                    ]))
            policy.status = PolicyObservation(policy: policy, now: runs.last?.endedAt ?? .now(), runs: runs).status
        }
        let target = try #require(policy.status?.targets?.first)
        #expect(target.consecutiveFailures == 3 && target.lastResult == .failed && target.message == "no route")
        #expect(target.artifact == "20260110T020001Z" && target.lastSuccessTime?.rfc3339 == "2026-01-10T02:05:00Z")
        let other = try #require(policy.status?.targets?.last)
        #expect(other.lastSuccessTime?.rfc3339 == "2026-01-13T02:05:00Z" && other.consecutiveFailures == nil)
        // Its jobs are gone by now.
        let seen = try observe(policy, at: "2026-01-13T03:00:00Z", scheduled: "2026-01-13T02:00:00Z")
        #expect(seen.status.targets == policy.status?.targets)
        expect(seen, ["Ready": "False Failed", "Fresh": "False Stale"])
    }

    // Its container ends well, so that nothing is tried again; those of former versions did not.
    @Test(
        "A failing destination that is not required does not make the policy unready, and is told all the same",
        arguments: [("Complete", "", 0), ("Failed", "BackoffLimitExceeded", 1)])
    func optionalDestination(condition: String, reason: String, exitStatus: Int) throws {
        let failed = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: condition, reason: reason,
            containers: [
                ("source", 0, report("Succeeded")), ("to-bucket", 0, Self.good),
                ("to-box", exitStatus, report("Failed", message: "no route")),
            ])
        var policy = try BackupPolicy.fixture()
        policy.status = try observe(policy, at: "2026-01-09T03:00:00Z", run("2026-01-09T02:05:00Z")).status
        let seen = try observe(policy, at: "2026-01-10T03:00:00Z", failed)
        expect(seen, ["Ready": "True Ready", "BackupSucceeded": "True Succeeded"])
        #expect(seen.status.targets?.last?.lastResult == .failed)
        // It was stored yesterday, and is told all the same.
        let told = seen.status.conditions?.first { $0.type == "BackupSucceeded" }?.message
        #expect(told == "1 of 2 targets backed up; db to box failed: no route")
    }

    @Test(
        "What a destination says that ended well is not why the next one has nothing, and what one says that did not is",
        arguments: [(0, "Job was active longer than specified deadline"), (1, "no route")])
    func failureBefore(exitStatus: Int, message: String) throws {
        var run = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "DeadlineExceeded",
            containers: [
                ("source", 0, report("Succeeded")), ("to-bucket", exitStatus, report("Failed", message: "no route")),
            ])
        // Where others follow, a destination is an init container.
        let delivery = run.pods[0].status?.containerStatuses ?? []
        run.pods[0].status?.initContainerStatuses? += delivery
        run.pods[0].status?.containerStatuses = []
        #expect(run.outcome(at: "bucket")?.message == "no route")
        #expect(run.outcome(at: "box")?.message == message)
    }

    @Test(
        "A later attempt that finds the destination gone outweighs the success of an earlier one, and no other does",
        arguments: [("DestinationMissing", "Failed"), ("ForeignOwner", "Failed"), ("Stopped", "Succeeded")])
    func laterAttempt(reason: String, result: String) throws {
        var twice = try run("2026-01-10T02:05:00Z")
        let gone = report(
            "Failed", #","reason":"\#(reason)""#, message: "what held the artifacts is not there any more")
        twice.pods += try BackupRun.fixture(
            "2026-01-10T02:05:00Z",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 1, gone), ("to-box", 0, Self.good)]
        ).pods
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", twice)
        #expect(seen.status.targets?.map(\.lastResult?.rawValue) == [result, "Succeeded"])
    }

    @Test("What was complete before is known from the listing, where the status was lost")
    func completeOfListing() throws {
        let odd = report(
            "Succeeded",
            #","artifact":"20260110T020001Z","sizeBytes":1,"suspicion":"it shrank","complete":"20260109T020000Z""#)
        let lost = try observe(.fixture(), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z", bucket: odd))
        #expect(lost.status.targets?.map(\.complete) == ["20260109T020000Z", "20260110T020001Z"])
        // What the status knows stays.
        var policy = try BackupPolicy.fixture()
        policy.status = try observe(policy, at: "2026-01-09T03:00:00Z", run("2026-01-09T02:05:00Z")).status
        let known = try observe(policy, at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z", bucket: odd))
        #expect(known.status.targets?.map(\.complete) == ["20260110T020001Z", "20260110T020001Z"])
    }

    @Test("A job that ran into its deadline has no pods left and is told by its condition")
    func deadline() throws {
        let late = try BackupRun.fixture(
            "2026-01-10T08:00:00Z", condition: "Failed", reason: "DeadlineExceeded", containers: [])
        let seen = try observe(.fixture(), at: "2026-01-10T09:00:00Z", late)
        expect(seen, ["BackupSucceeded": "False DeadlineExceeded"])
    }

    @Test("A container that left no report has failed with its exit status")
    func noReport() throws {
        let killed = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 137, ""), ("to-box", 0, Self.good)])
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", killed)
        #expect(seen.status.targets?.first?.message == "container to-bucket ended with status 137")
    }

    @Test("An incomplete backup is neither a success nor a failure, and prunes nothing")
    func partial() throws {
        let partial = report(
            "Partial", #","artifact":"20260110T020001Z","sizeBytes":1,"pruned":"Refused""#, message: "files changed")
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z", bucket: partial))
        expect(seen, ["Ready": "False Partial", "BackupSucceeded": "False Partial", "Pruned": "False Refused"])
        #expect(seen.status.targets?.first?.lastSuccessTime == nil)
    }

    @Test("An artifact that shrank is not fresh, and its pruning is refused")
    func suspicious() throws {
        let odd = report(
            "Succeeded", #","artifact":"20260110T020001Z","sizeBytes":1,"pruned":"Refused","suspicion":"it shrank""#)
        let seen = try observe(.fixture(), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z", bucket: odd))
        expect(seen, ["Ready": "False Suspicious", "Fresh": "False Suspicious", "Pruned": "False Refused"])
    }

    @Test("A run that did not begin in its time is missed, an old backup is stale, and the operator looks in time")
    func missedAndStale() throws {
        var policy = try BackupPolicy.fixture()
        policy.status = try observe(policy, at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z")).status
        let before = try observe(policy, at: "2026-01-11T02:30:00Z")
        expect(before, ["Ready": "True Ready"])
        #expect(before.requeueAfter == .seconds(1801))
        expect(try observe(policy, at: "2026-01-11T03:00:01Z"), ["Ready": "False Missed", "Fresh": "False Missed"])
        let stale = try observe(policy, at: "2026-01-12T02:06:00Z", scheduled: "2026-01-12T02:00:00Z")
        expect(stale, ["Ready": "False Stale", "Fresh": "False Stale"])
    }

    @Test("A suspended policy says so, and is not due")
    func suspended() throws {
        let seen = try observe(.fixture("suspend: true"), at: "2026-01-20T03:00:00Z", run("2026-01-10T02:05:00Z"))
        expect(seen, ["Ready": "True Suspended", "Fresh": "False Suspended"])
        #expect(seen.status.nextRunTime == nil)
    }

    @Test("That the newest artifact is odd is told of a suspended policy, too")
    func suspendedAndOdd() throws {
        let odd = report(
            "Succeeded", #","artifact":"20260110T020001Z","sizeBytes":1,"pruned":"Refused","suspicion":"it shrank""#)
        let seen = try observe(
            .fixture("suspend: true"), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z", bucket: odd))
        expect(seen, ["Ready": "False Suspicious", "Fresh": "False Suspended", "Pruned": "False Refused"])
    }

    @Test("A job that can make no pod is told once it has had its time, and one that is suspended is not")
    func withoutPod() throws {
        var job = try DynamicObject.fixture(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: nightly-db-1, namespace: shop, creationTimestamp: "2026-01-01T02:00:00Z"}
            spec: {suspend: false}
            status: {startTime: "2026-01-01T02:00:00Z"}
            """)
        func messages(at now: String) throws -> [String] {
            let time = try #require(Timestamp(rfc3339: now))
            let run = BackupRun(of: "db", job: job, pods: [])
            let looks = [VerificationRun.Task.check, .drill(source: "db")].map {
                VerificationRun($0, job: job, pods: [])
            }
            let seen = try [
                PolicyObservation(policy: .fixture(), now: time, runs: [run]),
                PolicyObservation(policy: .fixture(), now: time, runs: [], verifications: [looks[0]]),
                PolicyObservation(policy: .fixture(), now: time, runs: [], verifications: [looks[1]]),
            ]
            return seen.map {
                "\($0.status.conditions?.first?.reason ?? ""): \($0.status.conditions?.first?.message ?? "")"
            }
                + run.progress(destinations: ["bucket"], at: time)
        }
        let well = Array(repeating: "Ready: 0 of 2 targets backed up", count: 3)
        #expect(try messages(at: "2026-01-01T02:00:59Z") == well)
        let told = try messages(at: "2026-01-01T02:01:00Z")
        let words =
            "its job can make no pod; a quota, Pod Security or an admission webhook may refuse it: "
            + "kubectl describe job nightly-db-1 -n shop"
        let names = ["source db", "the check", "the drill of source db"]
        #expect(told == names.map { "PodWaiting: \($0): \(words)" } + [words])
        // Its controller has made one that is not seen yet.
        job["status"] = ["startTime": "2026-01-01T02:00:00Z", "active": 1]
        #expect(try messages(at: "2026-01-01T02:10:00Z") == well)
        (job["spec"], job["status"]) = (["suspend": true], [:])
        #expect(try messages(at: "2026-01-01T02:10:00Z") == well)
    }

    @Test("A Secret that is missing and a pod that can't start are told under Scheduled")
    func scheduled() throws {
        let missing = report("Failed", #","reason":"SecretMissing""#, message: "Secret s is missing or has no key X")
        let seen = try observe(
            .fixture(), at: "2026-01-10T03:00:00Z",
            .fixture(
                "2026-01-10T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
                containers: [("source", 0, report("Succeeded")), ("to-bucket", 1, missing), ("to-box", 0, Self.good)]))
        expect(seen, ["Ready": "False SecretMissing", "Scheduled": "False SecretMissing"])
        var waiting = try observe(.fixture(), at: "2026-01-10T03:00:00Z", run("2026-01-10T02:05:00Z"))
        waiting.waiting["db"] = "container source waits: ImagePullBackOff"
        expect(waiting, ["Ready": "False PodWaiting"])
    }
}
