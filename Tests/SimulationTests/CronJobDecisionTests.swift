import KubeAPI
import Testing

@testable import Simulation

@Suite("CronJob controller of the simulation")
struct CronJobDecisionTests {
    private func cronJob(_ spec: String = "{}", last: Timestamp? = nil) throws -> DynamicObject {
        var cronJob = try object(
            """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: dump, namespace: shop, uid: uid-cron, resourceVersion: "5"}
            spec:
              schedule: "*/10 * * * *"
              jobTemplate:
                metadata: {labels: {a: b}}
                spec: {template: {spec: {restartPolicy: Never, containers: [{name: dump, image: dump}]}}}
            """)
        cronJob[path: "metadata", "creationTimestamp"] = .string((Timestamp.noon + .seconds(-3600)).rfc3339)
        for (key, value) in try YAML.parseDocument(Array(spec.utf8)).object ?? [:] {
            cronJob[path: "spec", key] = value
        }
        if let last { cronJob[path: "status", "lastScheduleTime"] = .string(last.rfc3339) }
        return cronJob
    }

    private func job(_ name: String, of owner: DynamicObject, _ condition: String?) -> DynamicObject {
        var job = DynamicObject(
            [
                "apiVersion": "batch/v1", "kind": "Job",
                "metadata": [
                    "name": .string(name), "namespace": "shop", "uid": .string("uid-" + name), "resourceVersion": "1",
                    "ownerReferences": [owner.asController()],
                ],
                "status": ["startTime": .string(Timestamp.noon.rfc3339)],
            ] as JSONObject)
        if let condition {
            job[path: "status", "conditions"] = [["type": .string(condition), "status": "True"]]
            if condition == "Complete" { job[path: "status", "completionTime"] = .string(Timestamp.noon.rfc3339) }
        }
        return job
    }

    private func created(_ decision: Decision) -> [DynamicObject] {
        decision.writes.compactMap { write in
            if case .create(let object, .job) = write { object } else { nil }
        }
    }

    private func deleted(_ decision: Decision) -> [String] {
        decision.writes.compactMap { write in
            if case .delete(.job, let key, _, _) = write { key.name } else { nil }
        }
    }

    @Test("the latest time that is due gets one Job, whatever was missed before it")
    func due() throws {
        let cronJob = try cronJob()
        let now = Timestamp.noon + .seconds(125)
        let decision = CronJobDecision.decide(cronJob: cronJob, jobs: [], now: now)
        let jobs = created(decision)
        #expect(jobs.map(\.name) == ["dump-\(Timestamp.noon.secondsSinceEpoch / 60)"])
        #expect(jobs[0].isControlled(by: cronJob))
        #expect(jobs[0].labels["a"] == "b")
        #expect(decision.checkAgain == .seconds(475))
        let after = cronJob.applying(decision.writes)
        #expect(after[path: "status", "lastScheduleTime"]?.string == Timestamp.noon.rfc3339)
        #expect(created(CronJobDecision.decide(cronJob: after, jobs: jobs, now: now)).isEmpty)
    }

    @Test(
        "no Job is made while suspended, past the deadline or with a schedule that never comes",
        arguments: [
            "{suspend: true}", "{startingDeadlineSeconds: 60}", "{schedule: \"0 0 31 2 *\"}", "{timeZone: No/Zone}",
        ])
    func notDue(_ spec: String) throws {
        let decision = CronJobDecision.decide(
            cronJob: try cronJob(spec), jobs: [], now: Timestamp.noon + .seconds(125))
        #expect(created(decision).isEmpty)
    }

    @Test(
        "a Job that still runs is kept beside, waited for or replaced, as the policy says",
        arguments: [("Allow", 1, [String]()), ("Forbid", 0, []), ("Replace", 1, ["old"])])
    func concurrency(_ policy: String, _ made: Int, _ gone: [String]) throws {
        var cronJob = try cronJob("{concurrencyPolicy: \(policy)}")
        let old = job("old", of: cronJob, nil)
        // One that is not in its list only says that it is the CronJob's, and is as if it were not there.
        let stranger = CronJobDecision.decide(cronJob: cronJob, jobs: [old], now: .noon)
        #expect(created(stranger).count == 1 && deleted(stranger).isEmpty)
        #expect(cronJob.applying(stranger.writes)[path: "status", "active"] == nil)
        cronJob[path: "status", "active"] = [["name": "old", "uid": .string(old.uid)]]
        let decision = CronJobDecision.decide(cronJob: cronJob, jobs: [old], now: .noon)
        #expect(created(decision).count == made)
        #expect(deleted(decision) == gone)
        #expect(decision.events.contains("JobAlreadyActive") == (policy == "Forbid"))
    }

    @Test("old Jobs go beyond the limits of the history")
    func history() throws {
        let cronJob = try cronJob("{suspend: true, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0}")
        let jobs = [
            job("one", of: cronJob, "Complete"), job("two", of: cronJob, "Complete"), job("bad", of: cronJob, "Failed"),
        ]
        let decision = CronJobDecision.decide(cronJob: cronJob, jobs: jobs, now: .noon)
        #expect(deleted(decision) == ["one", "bad"])
        let after = cronJob.applying(decision.writes)
        #expect(after[path: "status", "lastSuccessfulTime"]?.string == Timestamp.noon.rfc3339)
    }

    @Test("the schedule is read in its time zone")
    func zone() throws {
        let cronJob = try cronJob("{schedule: \"0 13 * * *\", timeZone: Europe/Paris}", last: .noon + .seconds(-7200))
        let decision = CronJobDecision.decide(cronJob: cronJob, jobs: [], now: .noon)
        #expect(created(decision).count == 1)
    }
}
