import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Checks, drills and engines in the status of a BackupPolicy")
struct BackupVerificationTests {
    private static let good = report(
        "Succeeded",
        #","artifact":"20260110T020001Z","sizeBytes":2097152,"verified":"read","pruned":"Done","count":7,"deleted":1"#)
    private static let spec = """
        sources:
        - {name: db, postgres: {host: h, databases: [a], credentialsSecretRef: {name: s}}}
        - {name: files, pvc: {claimName: c}}
        verification: {checkSchedule: 0 5 * * 0, drill: {schedule: 0 6 * * 0}}
        """

    /// A run of each source at two in the morning of the 10th.
    private func runs() throws -> [BackupRun] {
        try ["db", "files"].map { source in
            var run = try BackupRun.fixture(
                "2026-01-10T02:05:00Z",
                containers: [("source", 0, report("Succeeded")), ("to-bucket", 0, Self.good), ("to-box", 0, Self.good)])
            run.source = source
            return run
        }
    }

    private func observe(
        _ policy: BackupPolicy, at now: String = "2026-01-10T07:00:00Z", runs: [BackupRun]? = nil,
        _ verifications: VerificationRun...
    ) throws -> PolicyObservation {
        var seen = PolicyObservation(
            policy: policy, now: try #require(Timestamp(rfc3339: now)), runs: try runs ?? self.runs(),
            verifications: verifications)
        for source in ["db", "files"] { seen.lastScheduled[source] = Timestamp(rfc3339: "2026-01-10T02:00:00Z") }
        return seen
    }

    /// - Parameter containers: with their exit status and message; those of the init containers first.
    private func verification(
        _ task: String, _ end: String, isGood: Bool = true, _ containers: [(String, Int, String)], initial: Int = 0
    ) throws -> VerificationRun {
        let condition = isGood ? "Complete" : "Failed"
        let job = try DynamicObject.fixture(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: run, namespace: shop}
            status:
              startTime: "2026-01-01T00:00:00Z"
              conditions: [{type: \(condition), status: "True", lastTransitionTime: "\(end)", reason: BackoffLimitExceeded}]
            """)
        let statuses = containers.map { name, status, message in
            ContainerStatus(
                name: name, ready: false,
                state: .init(
                    terminated: .init(exitCode: status, reason: status == 0 ? "Completed" : "Error", message: message)))
        }
        let pod = Pod(
            metadata: ObjectMeta(name: "run-1", namespace: "shop"),
            status: .init(
                initContainerStatuses: Array(statuses.prefix(initial)),
                containerStatuses: Array(statuses.dropFirst(initial))))
        return VerificationRun(task == "drill" ? .drill(source: "db") : .check, job: job, pods: [pod])
    }

    private func verified(_ seen: PolicyObservation) -> String {
        let condition = seen.status.conditions?.first { $0.type == "Verified" }
        return "\(condition?.status.rawValue ?? "") \(condition?.reason ?? ""): \(condition?.message ?? "")"
    }

    private static let sound = report("Succeeded", #","checked":["db","files"],"unsound":[]"#)

    @Test("A good check and a good drill make Verified true, with their times; it waits for the first drill")
    func passed() throws {
        let policy = try BackupPolicy.fixture(Self.spec)
        let check = try verification(
            "check", "2026-01-10T05:10:00Z", [("check-bucket", 0, Self.sound), ("check-box", 0, Self.sound)])
        #expect(verified(try observe(policy, check)).hasPrefix("Unknown NeverRan: db to bucket: no drill"))
        let drill = try verification(
            "drill", "2026-01-10T06:10:00Z", [("fetch", 0, report("Succeeded")), ("drill", 0, report("Succeeded"))],
            initial: 1)
        let seen = try observe(policy, check, drill)
        #expect(verified(seen).hasPrefix("True Passed"))
        let targets = try #require(seen.status.targets)
        #expect(targets.allSatisfy { $0.lastVerifiedTime?.rfc3339 == "2026-01-10T05:10:00Z" })
        #expect(targets.allSatisfy { $0.lastCheckTime == $0.lastVerifiedTime })
        let drilled = targets.filter { $0.lastDrillTime != nil }
        #expect(drilled.map(\.name) == ["db to bucket"] && drilled.first?.lastDrillSeconds == 12)
    }

    @Test("What a check finds stays until a check finds it sound, whatever a run reads back in between")
    func unsound() throws {
        var policy = try BackupPolicy.fixture("verification: {checkSchedule: 0 5 * * 0}\n" + Self.two)
        let bad = report(
            "Failed", #","checked":["db"],"unsound":["files"]"#, message: "files, artifact X: data.tar was read back")
        let check = try verification(
            "check", "2026-01-10T05:10:00Z", isGood: false, [("check-bucket", 1, bad), ("check-box", 0, Self.sound)])
        let seen = try observe(policy, check)
        #expect(verified(seen).hasPrefix("False Failed: files to bucket, checked: files, artifact X"))
        #expect(seen.status.targets?.filter { $0.checkFailure != nil }.map(\.name) == ["files to bucket"])
        #expect(seen.status.conditions?.first?.reason == "Failed")
        policy.status = seen.status
        var later = try runs()
        for index in later.indices { later[index].endedAt = Timestamp(rfc3339: "2026-01-11T02:05:00Z") }
        let next = try observe(policy, at: "2026-01-11T03:00:00Z", runs: later)
        #expect(verified(next).hasPrefix("False Failed"))
        policy.status = next.status
        let again = try verification(
            "check", "2026-01-11T05:10:00Z", [("check-bucket", 0, Self.sound), ("check-box", 0, Self.sound)])
        #expect(verified(try observe(policy, at: "2026-01-11T06:00:00Z", check, again)).hasPrefix("True Passed"))
    }

    private static let two = """
        sources:
        - {name: db, postgres: {host: h, databases: [a], credentialsSecretRef: {name: s}}}
        - {name: files, pvc: {claimName: c}}
        """

    @Test("A check that could not work is the failure of every target of the destination")
    func unable() throws {
        let policy = try BackupPolicy.fixture("verification: {checkSchedule: 0 5 * * 0}\n" + Self.two)
        let check = try verification(
            "check", "2026-01-10T05:10:00Z", isGood: false,
            [("check-bucket", 1, report("Failed", message: "no route")), ("check-box", 0, Self.sound)])
        let seen = try observe(policy, check)
        #expect(
            seen.status.targets?.filter { $0.checkFailure == "no route" }.map(\.name) == [
                "db to bucket", "files to bucket",
            ])
    }

    @Test("A drill that fails tells what failed: the fetching, the program without a report, or the question")
    func drillFails() throws {
        let policy = try BackupPolicy.fixture(Self.spec)
        let cases: [([(String, Int, String)], String)] = [
            ([("fetch", 1, report("Failed", message: "no route")), ("drill", 0, "")], "no route"),
            (
                [("fetch", 0, report("Succeeded")), ("drill", 128, "a\nb\nno such file or directory")],
                "container drill ended with status 128: a b no such file or directory"
            ),
            (
                [("fetch", 0, report("Succeeded")), ("drill", 1, report("Failed", message: "query 1 found 0"))],
                "query 1 found 0"
            ),
        ]
        for (containers, want) in cases {
            // A pod whose init container failed has begun no other.
            let begun = containers.filter { $0.0 != "drill" || !$0.2.isEmpty }
            let initial = begun.count { $0.0 != "drill" }
            let drill = try verification("drill", "2026-01-10T06:10:00Z", isGood: false, begun, initial: initial)
            let seen = try observe(policy, drill)
            #expect(verified(seen) == "False Failed: db to bucket, restored: \(want)")
            #expect(seen.status.targets?.first?.lastDrillTime == nil)
        }
    }

    @Test("A check or a drill that did not succeed for twice its interval is overdue, and is looked at in time")
    func overdue() throws {
        var policy = try BackupPolicy.fixture(Self.spec)
        let check = try verification(
            "check", "2026-01-10T05:10:00Z", [("check-bucket", 0, Self.sound), ("check-box", 0, Self.sound)])
        let drill = try verification("drill", "2026-01-10T06:10:00Z", [("drill", 0, report("Succeeded"))])
        policy.status = try observe(policy, check, drill).status
        // Runs go on well.
        func later(_ day: String, _ time: String) throws -> PolicyObservation {
            var runs = try runs()
            for index in runs.indices { runs[index].endedAt = Timestamp(rfc3339: "2026-01-\(day)T02:05:00Z") }
            var seen = try observe(policy, at: "2026-01-\(day)T\(time)Z", runs: runs)
            for source in ["db", "files"] {
                seen.lastScheduled[source] = Timestamp(rfc3339: "2026-01-\(day)T02:00:00Z")
            }
            return seen
        }
        #expect(verified(try later("24", "05:09:00")).hasPrefix("True Passed"))
        let seen = try later("24", "05:09:00")
        #expect(seen.requeueAfter == .seconds(61))
        #expect(verified(try later("24", "05:11:00")).hasPrefix("False Overdue: db to bucket: no check"))
    }

    @Test("A hook that fails is what the run failed of")
    func hookFails() throws {
        let failed = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
            containers: [("source", 0, report("Failed", message: "pre hook sh: it failed in pod/db-0"))])
        let outcome = try #require(failed.outcome(at: "bucket"))
        #expect(outcome.result == .failed && outcome.message == "pre hook sh: it failed in pod/db-0")
    }

    @Test(
        "Only privileged namespaces may have etcd and read others; what is refused has no CronJob, what is not goes on")
    func permissions() throws {
        let policy = try BackupPolicy.fixture(
            """
            sources:
            - {name: etcd, etcd: {}}
            - {name: own, manifests: {namespaces: [shop]}}
            - {name: others, manifests: {namespaces: [shop, web]}}
            """)
        let refused = policy.resolved.refusedSources(by: Permissions())
        #expect(Set(refused.keys) == ["etcd", "others"])
        #expect(policy.resolved.refusedSources(by: Permissions(privilegedNamespaces: ["shop"])).isEmpty)
        var resolved = policy.resolved
        resolved.refused = refused
        let children = try resolved.children()
        #expect(children.filter { $0.type == .cronJob }.map(\.object.name) == ["nightly-own"])
        #expect(children.allSatisfy { $0.object.namespace == "shop" })
        var seen = try observe(policy, runs: [])
        seen.policy.refused = refused
        let conditions = seen.status.conditions ?? []
        #expect(conditions.first { $0.type == "Stalled" }?.reason == "NotPermitted")
        #expect(conditions.first { $0.type == "Scheduled" }?.message.contains("--privileged-namespaces") == true)
    }

    @Test("Snapshots of two series never share the beginning that the server prunes by")
    func snapshotNames() throws {
        func name(_ policy: String, _ source: String) throws -> String {
            var fixture = try BackupPolicy.fixture("sources: [{name: \(source), etcd: {}}]")
            fixture.metadata.name = policy
            let environment = fixture.resolved.sourcePlan(for: fixture.spec.sources[0]).environment
            return try #require(environment.first { $0.0 == "QM_SNAPSHOT_NAME" }?.1)
        }
        let names = [
            try name("a", "b"), try name("a", "b-c"), try name("a-b", "c"), try name("a", "bc"),
            try name(String(repeating: "x", count: 200), "b"),
        ]
        for one in names { #expect(names.count { $0.hasPrefix(one) } == 1 && one.count < 100) }
    }

    // MARK: Velero

    private func velero(
        isServed: Bool = true, schedule: String = "status: {phase: Enabled, lastBackup: \"2026-01-10T02:00:00Z\"}",
        backups: [(String, String, String)] = []
    ) throws -> VeleroSource {
        var object = try DynamicObject.fixture(
            """
            apiVersion: velero.io/v1
            kind: Schedule
            metadata: {name: nightly-all, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
            """)
        if let status = try YAML.parseDocument(Array(schedule.utf8)).object?["status"] { object["status"] = status }
        return VeleroSource(
            name: "all", isServed: isServed, schedule: isServed ? object : nil,
            backups: try backups.map { name, end, status in
                VeleroBackup(
                    try .fixture(
                        """
                        apiVersion: velero.io/v1
                        kind: Backup
                        metadata: {name: \(name), namespace: shop}
                        status: {startTimestamp: "\(end.prefix(11))02:00:00Z", completionTimestamp: "\(end)", \(status)}
                        """))
            })
    }

    private func observe(_ source: VeleroSource, at now: String = "2026-01-10T07:00:00Z") throws -> PolicyObservation {
        let policy = try BackupPolicy.fixture("sources: [{name: all, velero: {}}]\ndestinations: []")
        return PolicyObservation(
            policy: policy, now: try #require(Timestamp(rfc3339: now)), runs: [], velero: [source])
    }

    @Test("Where no destination is required all are, beside what Velero has stored well")
    func nothingRequired() throws {
        let stored = try velero(backups: [
            ("nightly-all-20260110020000", "2026-01-10T02:03:00Z", "phase: Completed")
        ])
        let failed = try BackupRun.fixture(
            "2026-01-10T02:05:00Z", condition: "Failed", reason: "BackoffLimitExceeded",
            containers: [("source", 1, report("Failed", message: "no claim"))])
        let seen = PolicyObservation(
            policy: try .fixture(
                """
                sources: [{name: db, pvc: {claimName: data}}, {name: all, velero: {}}]
                destinations: [{name: box, required: false, credentialsSecretRef: {name: s}, restic: {repository: /r}}]
                """),
            now: try #require(Timestamp(rfc3339: "2026-01-10T07:00:00Z")), runs: [failed], velero: [stored])
        #expect(seen.requiredTargets.map(\.destination) == ["box", "velero"])
        let condition = seen.status.conditions?.first { $0.type == "BackupSucceeded" }
        #expect(condition?.status == .false && condition?.message.contains("no claim") == true)
        #expect(seen.status.lastSuccessTime == nil)
    }

    @Test("Velero's backups are targets, with the number that is kept and how long the last one took")
    func veleroBackups() throws {
        let seen = try observe(
            velero(backups: [
                ("nightly-all-20260108020000", "2026-01-08T02:03:00Z", "phase: Completed"),
                ("nightly-all-20260109020000", "2026-01-09T02:03:00Z", "phase: Failed, failureReason: no bucket"),
                ("nightly-all-20260110020000", "2026-01-10T02:03:00Z", "phase: Completed"),
                ("nightly-all-20260110030000", "2026-01-10T03:03:00Z", "phase: InProgress"),
            ]))
        let target = try #require(seen.status.targets?.first)
        #expect(seen.status.targets?.count == 1 && target.destination == "velero" && target.count == 2)
        #expect(target.artifact == "nightly-all-20260110020000" && target.oldest == "nightly-all-20260108020000")
        #expect(target.lastSuccessTime?.rfc3339 == "2026-01-10T02:03:00Z" && target.durationSeconds == 180)
        let conditions = seen.status.conditions ?? []
        #expect(conditions.first?.reason == "Ready" && verified(seen).hasPrefix("False Disabled"))
        #expect(conditions.first { $0.type == "Fresh" }?.reason == "WithinMaxAge")
    }

    @Test(
        "What Velero says of a backup is the result",
        arguments: [
            ("phase: PartiallyFailed, errors: 3", "Partial", "is incomplete: 3 errors"),
            ("phase: Failed, failureReason: no bucket, errors: 1", "Failed", "failed: no bucket; 1 errors"),
            ("phase: FailedValidation, validationErrors: [no location x]", "Failed", "failed: no location x"),
        ])
    func veleroResults(status: String, result: String, words: String) throws {
        let seen = try observe(velero(backups: [("b", "2026-01-10T02:03:00Z", status)]))
        let target = try #require(seen.status.targets?.first)
        #expect(target.lastResult?.rawValue == result && target.message?.contains(words) == true)
        #expect(seen.status.conditions?.first { $0.type == "BackupSucceeded" }?.reason == result)
    }

    @Test("Velero that is missing, that looks elsewhere, and that refuses, are told apart")
    func veleroUnable() throws {
        func scheduled(_ source: VeleroSource, at now: String = "2026-01-10T07:00:00Z") throws -> Condition {
            try #require(observe(source, at: now).status.conditions?.first { $0.type == "Scheduled" })
        }
        #expect(try scheduled(velero(isServed: false)).reason == "EngineNotInstalled")
        let unseen = try scheduled(velero(schedule: "status: null"))
        #expect(unseen.reason == "EngineNotInstalled" && unseen.message.contains("nobody looks at Schedule"))
        #expect(try scheduled(velero(schedule: "status: null"), at: "2026-01-01T00:00:30Z").reason == "Converged")
        #expect(try observe(velero(schedule: "status: null"), at: "2026-01-01T00:00:30Z").requeueAfter == .seconds(30))
        let refused = try scheduled(velero(schedule: "status: {phase: FailedValidation, validationErrors: [bad cron]}"))
        #expect(refused.reason == "ChildRefused" && refused.message.contains("bad cron"))
    }
}
