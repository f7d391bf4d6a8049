import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("How destinations are made ready")
struct BackupPreparationTests {
    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

    /// The policy's own job with what its containers left, by destination; without any it runs.
    private func run(_ policy: BackupPolicy, _ end: String? = nil, _ reports: [String: String] = [:]) throws
        -> PreparationRun
    {
        var job = try #require(try policy.resolved.preparations().first).object
        if let end {
            let hasFailed = reports.values.contains { $0.contains("Failed") }
            job["status"] = [
                "conditions": [
                    [
                        "type": hasFailed ? "Failed" : "Complete", "status": "True",
                        "lastTransitionTime": .string(end), "reason": "BackoffLimitExceeded",
                    ]
                ]
            ]
        }
        let statuses = reports.map { name, message in
            ContainerStatus(
                name: "prepare-\(name)", ready: false,
                state: .init(
                    terminated: .init(exitCode: message.contains("Failed") ? 1 : 0, reason: "Error", message: message)))
        }
        let pod = Pod(metadata: ObjectMeta(name: "p", namespace: "shop"), status: .init(containerStatuses: statuses))
        return PreparationRun(job: job, pods: [pod])
    }

    private func observe(_ policy: BackupPolicy, _ runs: PreparationRun...) throws -> PolicyObservation {
        PolicyObservation(policy: policy, now: try time("2026-01-01T00:10:00Z"), runs: [], preparations: runs)
    }

    private func ready(_ seen: PolicyObservation) -> String {
        let ready = seen.status.conditions?.first
        return "\(ready?.reason ?? ""): \(ready?.message ?? "")"
    }

    @Test("A new policy gets one job that makes all its destinations ready, and says so until that has ended")
    func new() throws {
        var policy = try BackupPolicy.fixture(isPrepared: false)
        let jobs = try policy.rendered().filter { $0.type == .job }
        let containers = jobs.first?.object[path: "spec", "template", "spec", "containers"]?.elements ?? []
        #expect(jobs.count == 1 && containers.map { $0["name"] } == ["prepare-bucket", "prepare-box"])
        #expect(containers.allSatisfy { $0["command"] == ["/usr/local/bin/quartermaster-agent", "prepare"] })
        #expect(ready(try observe(policy)) == "Preparing: destination bucket is being made ready for artifacts")
        let goesOn = try run(policy, nil, ["bucket": report("Succeeded")])
        #expect(ready(try observe(policy, goesOn)).hasPrefix("Preparing: "))
        let ended = try run(
            policy, "2026-01-01T00:05:00Z", ["bucket": report("Succeeded"), "box": report("Succeeded")])
        let seen = try observe(policy, ended)
        #expect(ready(seen).hasPrefix("Ready: "))
        policy.status = seen.status
        #expect(policy.resolved.unprepared.isEmpty)
        #expect(try !policy.rendered().contains { $0.type == .job })
        #expect(
            policy.status?.destinations?.map { $0.preparedTime?.rfc3339 } == [
                "2026-01-01T00:05:00Z", "2026-01-01T00:05:00Z",
            ])
    }

    @Test("One that could not be made ready is told in its own words, until a job has made it ready")
    func fails() throws {
        var policy = try BackupPolicy.fixture(isPrepared: false)
        let first = try #require(try policy.resolved.preparations().first).object.name
        let failed = try run(
            policy, "2026-01-01T00:05:00Z",
            ["bucket": report("Failed", message: "no route"), "box": report("Succeeded")])
        let seen = try observe(policy, failed)
        let again =
            "; it is tried again ten minutes later, or at once when its Job (its name holds -prepare-) is deleted"
        #expect(ready(seen) == "DestinationNotReady: destination bucket could not be made ready: no route" + again)
        policy.status = seen.status
        #expect(policy.resolved.unprepared.map(\.name) == ["bucket"])
        // Another job, since it does less; while it runs the words stay.
        #expect(try policy.resolved.preparations().first?.object.name != first)
        #expect(ready(try observe(policy, run(policy))).hasPrefix("DestinationNotReady: "))
        let missing = report("Failed", #","reason":"SecretMissing""#, message: "Secret s has no key X")
        #expect(
            ready(try observe(policy, run(policy, "2026-01-01T00:05:00Z", ["bucket": missing])))
                == "SecretMissing: destination bucket could not be made ready: Secret s has no key X" + again)
        let seenAgain = try observe(policy, run(policy, "2026-01-01T00:09:00Z", ["bucket": report("Succeeded")]))
        #expect(ready(seenAgain).hasPrefix("Ready: ") && seenAgain.destinations.allSatisfy { $0.message == nil })
    }

    @Test("A destination that was changed is made ready where it is now; what another place's job says is not about it")
    func elsewhere() throws {
        var policy = try BackupPolicy.fixture(isPrepared: false)
        let job = try run(
            policy, "2026-01-01T00:05:00Z", ["bucket": report("Succeeded"), "box": report("Succeeded")])
        policy.status = try observe(policy, job).status
        policy.spec.destinations[0].rclone?.path = "other"
        #expect(policy.resolved.unprepared.map(\.name) == ["bucket"])
        #expect(try observe(policy, job).destinations.map { $0.preparedTime == nil } == [true, false])
    }

    @Test("Where runs have succeeded before destinations were recorded, they are looked for and not made anew")
    func expected() throws {
        func sources(_ policy: BackupPolicy, _ index: Int) -> String? {
            let variables = policy.resolved.prepareContainer(policy.resolved.destinations[index])["env"]?.elements ?? []
            return variables.first { $0["name"] == "QM_EXPECTED_SOURCES" }?["value"]?.string
        }
        var policy = try BackupPolicy.fixture(isPrepared: false)
        #expect(sources(policy, 0) == nil)
        var target = BackupPolicy.Target(source: policy.spec.sources[0].name, destination: "bucket")
        target.lastSuccessTime = try time("2025-12-31T00:00:00Z")
        policy.status = .init()
        policy.status?.targets = [target]
        #expect(sources(policy, 0) == target.source && sources(policy, 1) == nil)
        // Once the destination is recorded, too, until it was found; and no more where it has moved since.
        var seen = try observe(policy).destinations
        policy.status?.destinations = seen
        #expect(sources(policy, 0) == target.source)
        policy.spec.destinations[0].rclone?.path = "other"
        #expect(sources(policy, 0) == nil)
        seen = try observe(policy).destinations
        policy.status?.destinations = seen
        #expect(policy.status?.destinations?[0].movedTime?.rfc3339 == "2026-01-01T00:10:00Z")
        #expect(sources(policy, 0) == nil)
    }

    @Test("Where its job can make no pod, that is said")
    func withoutPod() throws {
        let policy = try BackupPolicy.fixture(isPrepared: false)
        var job = try #require(try policy.resolved.preparations().first).object
        job[path: "metadata", "creationTimestamp"] = "2026-01-01T00:08:00Z"
        #expect(
            ready(try observe(policy, PreparationRun(job: job, pods: []))).hasPrefix(
                "PodWaiting: destination bucket is being made ready: its job can make no pod"))
    }

    @Test("A run that came before its destination was ready says so, and is no failure once it is")
    func early() throws {
        var policy = try BackupPolicy.fixture(isPrepared: false)
        let missing = report(
            "Failed", #","reason":"DestinationMissing""#, message: "what held the artifacts is not there any more")
        let backup = try BackupRun.fixture(
            "2026-01-01T00:04:00Z", started: "2026-01-01T00:03:00Z", condition: "Failed",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 1, missing), ("to-box", 1, missing)])
        func observe(_ preparations: PreparationRun...) throws -> PolicyObservation {
            PolicyObservation(
                policy: policy, now: try time("2026-01-01T00:10:00Z"), runs: [backup], preparations: preparations)
        }
        func succeeded(_ seen: PolicyObservation) -> String {
            let condition = seen.status.conditions?.first { $0.type == "BackupSucceeded" }
            return "\(condition?.reason ?? ""): \(condition?.message ?? "")"
        }
        let waits = try observe()
        #expect(
            succeeded(waits).contains("was not made ready yet: see kubectl get jobs -n shop -l")
                && !succeeded(waits).contains("any more"))
        let failed = try run(
            policy, "2026-01-01T00:05:00Z",
            ["bucket": report("Failed", message: "no route"), "box": report("Succeeded")])
        policy.status = try observe(failed).status
        #expect(policy.status?.targets?.first?.message == "the destination was not made ready yet: no route")
        let made = try run(policy, "2026-01-01T00:09:00Z", ["bucket": report("Succeeded")])
        let seen = try observe(made)
        #expect(ready(seen) == "Ready: 0 of 2 targets backed up")
        #expect(succeeded(seen).hasPrefix("NeverRan: db to bucket: its last run came before"))
        // Gone later, it is gone.
        policy.status = seen.status
        let later = try BackupRun.fixture(
            "2026-01-02T00:04:00Z", named: "later", started: "2026-01-02T00:03:00Z", condition: "Failed",
            containers: [("source", 0, report("Succeeded")), ("to-bucket", 1, missing), ("to-box", 1, missing)])
        let lost = PolicyObservation(policy: policy, now: try time("2026-01-02T00:10:00Z"), runs: [backup, later])
        #expect(succeeded(lost).contains("failed: what held the artifacts is not there any more"))
    }

    @Test("That a job says that it is complete makes nothing ready")
    func completeWithoutPod() throws {
        let policy = try BackupPolicy.fixture(isPrepared: false)
        let seen = try observe(policy, run(policy, "2026-01-01T00:05:00Z"))
        #expect(seen.destinations.allSatisfy { $0.preparedTime == nil })
    }

    @Test("A suspended policy prepares nothing, and one destination that can be done without does not make it unready")
    func notNow() throws {
        let suspended = try BackupPolicy.fixture("suspend: true", isPrepared: false)
        #expect(try suspended.resolved.preparations().isEmpty)
        #expect(ready(try observe(suspended)).hasPrefix("Suspended: "))
        let policy = try BackupPolicy.fixture(isPrepared: false)
        let failed = try run(
            policy, "2026-01-01T00:05:00Z",
            ["bucket": report("Succeeded"), "box": report("Failed", message: "no route")])
        #expect(ready(try observe(policy, failed)).hasPrefix("Ready: "))
    }

    @Test("Policies that share a repository look at different times, and always at the same")
    func delays() throws {
        func delay(_ name: String, _ destination: Int) throws -> Int {
            var policy = try BackupPolicy.fixture()
            policy.metadata.name = name
            let variables =
                policy.resolved.prepareContainer(policy.resolved.destinations[destination])["env"]?.elements ?? []
            let value = variables.first { $0["name"] == "QM_PREPARE_DELAY_SECONDS" }?["value"]?.string
            return try #require(value.flatMap(Int.init))
        }
        let delays = try (0..<20).map { try delay("policy-\($0)", 1) }
        #expect(Set(delays).count > 10 && delays.allSatisfy { (0..<45).contains($0) })
        #expect(try delay("policy-1", 1) == delays[1] && delay("policy-1", 0) == 0)
    }

    @Test("While the cluster's own UID is not known, the policy says what is missing")
    func unknownCluster() throws {
        var seen = try observe(.fixture())
        seen.policy.inputs.isClusterKnown = false
        #expect(ready(seen).hasPrefix("ClusterUnknown: the UID of namespace kube-system is not known"))
    }

    @Test("The next check reads the part after the last one that was read well, whatever the schedule")
    func parts() throws {
        var policy = try BackupPolicy.fixture("verification: {checkSchedule: 0 5 1 1 *}")
        func part(_ destination: Int) throws -> String? {
            let job = try #require(try policy.resolved.checks().first).object
            let containers = job[path: "spec", "jobTemplate", "spec", "template", "spec", "containers"]?.elements ?? []
            return containers[destination]["env"]?.elements.first { $0["name"] == "QM_CHECK_PART" }?["value"]?.string
        }
        var read: [String] = []
        for day in 1...10 {
            // On the second day somebody runs a job of their own, which reads the first part once more.
            let next = try #require(try part(1))
            read.append(day == 2 ? "1" : next)
            // Every third one fails.
            let isGood = day % 3 != 0
            let end = "2026-01-\(day < 10 ? "0" : "")\(day)T05:10:00Z"
            var job = try DynamicObject.fixture(
                "apiVersion: batch/v1\nkind: Job\nmetadata: {name: c-\(day), namespace: shop}")
            job["status"] = [
                "conditions": [["type": "Complete", "status": "True", "lastTransitionTime": .string(end)]]
            ]
            let words = report(isGood ? "Succeeded" : "Failed", #","checked":["db"],"part":\#(read.last ?? "")"#)
            let pod = Pod(
                metadata: ObjectMeta(name: "p", namespace: "shop"),
                status: .init(containerStatuses: [
                    ContainerStatus(
                        name: "check-box", ready: false,
                        state: .init(terminated: .init(exitCode: isGood ? 0 : 1, reason: "", message: words)))
                ]))
            let check = VerificationRun(.check, job: job, pods: [pod])
            policy.status =
                PolicyObservation(policy: policy, now: try time(end), runs: [], verifications: [check]).status
        }
        #expect(read == ["1", "1", "2", "2", "3", "4", "4", "5", "6", "6"])
        #expect(try part(0) == "1")
    }
}
