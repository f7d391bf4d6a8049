import KubeAPI
import Testing

@testable import Simulation

@Suite("Job controller of the simulation")
struct JobDecisionTests {
    private func job(_ spec: String = "{}") throws -> DynamicObject {
        var job = try object(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: dump, namespace: shop, uid: uid-job, resourceVersion: "5", generation: 1}
            spec:
              completions: 1
              template:
                metadata: {labels: {a: b}}
                spec: {restartPolicy: Never, containers: [{name: dump, image: dump}]}
            """)
        for (key, value) in try YAML.parseDocument(Array(spec.utf8)).object ?? [:] { job[path: "spec", key] = value }
        return job
    }

    private func pod(_ index: Int, of job: DynamicObject, _ phase: String, endedAt: Timestamp = .noon) -> DynamicObject
    {
        var pod = DynamicObject.pod(
            "dump-\(index)", on: "eu-1", restartPolicy: "Never", phase: phase, owner: job)
        if phase == "Failed" {
            pod[path: "status", "containerStatuses"] = [
                ["name": "worker", "state": ["terminated": ["finishedAt": .string(endedAt.rfc3339)]]]
            ]
        }
        return pod
    }

    private func look(
        _ job: DynamicObject, _ pods: [DynamicObject], now: Timestamp = .noon
    ) -> (job: DynamicObject, decision: JobDecision) {
        let decision = JobDecision(job: job, pods: pods, now: now, backOff: .seconds(10))
        return (job.applying([decision.statusWrite].compactMap { $0 }), decision)
    }

    @Test(
        "as many pods run as parallelism and what is left to do allow",
        arguments: [
            ("{completions: 5, parallelism: 2}", 0, 0, 2), ("{completions: 5, parallelism: 2}", 4, 0, 1),
            ("{completions: 5, parallelism: 2}", 2, 1, 1), ("{completions: null, parallelism: 3}", 0, 0, 3),
            ("{completions: null, parallelism: 3}", 1, 2, 0), ("{parallelism: 0}", 0, 0, 0),
        ])
    func creations(spec: String, succeeded: Int, running: Int, want: Int) throws {
        let job = try job(spec)
        let pods =
            (0..<succeeded).map { pod($0, of: job, "Succeeded") }
            + (0..<running).map { pod(10 + $0, of: job, "Running") }
        let decision = look(job, pods).decision
        #expect(decision.plan.creations.count == want)
        for pod in decision.plan.creations {
            #expect(pod.labels["batch.kubernetes.io/job-name"] == "dump")
            #expect(pod.labels["a"] == "b")
            #expect(pod.isControlled(by: job))
        }
    }

    @Test("enough successes complete the job")
    func completion() throws {
        let job = try job()
        let (after, _) = look(job, [pod(0, of: job, "Succeeded")])
        #expect(after.condition("Complete")?.reason == "CompletionsReached")
        #expect(after.condition("SuccessCriteriaMet")?.status == "True")
        #expect(after.status("succeeded") == 1)
        #expect(after[path: "status", "completionTime"]?.string == Timestamp.noon.rfc3339)
        let (again, decision) = look(after, [pod(0, of: job, "Succeeded")], now: .noon + .seconds(9))
        #expect(again == after)
        #expect(decision.plan == PodSetPlan())
    }

    @Test("a failed pod is replaced after a back-off, and too many fail the job")
    func failure() throws {
        let job = try job("{backoffLimit: 1}")
        let one = [pod(0, of: job, "Failed")]
        #expect(look(job, one).decision.plan.creations.isEmpty)
        #expect(look(job, one).decision.checkAgain == .seconds(10))
        #expect(look(job, one, now: .noon + .seconds(10)).decision.plan.creations.count == 1)
        let (after, _) = look(job, one + [pod(1, of: job, "Failed")])
        #expect(after.condition("Failed")?.reason == "BackoffLimitExceeded")
        #expect(after.condition("Failed")?.message == "Job has reached the specified backoff limit")
        #expect(after.status("failed") == 2)
    }

    @Test("a job beyond its deadline fails once its pods are gone")
    func deadline() throws {
        var job = try job("{activeDeadlineSeconds: 60}")
        job[path: "status", "startTime"] = .string(Timestamp.noon.rfc3339)
        let running = pod(0, of: job, "Running")
        #expect(look(job, [running]).decision.checkAgain == .seconds(60))
        let (failing, decision) = look(job, [running], now: .noon + .seconds(60))
        #expect(decision.plan.writes.contains(.delete(.pod, running.key, uid: running.uid)))
        #expect(failing.condition("FailureTarget")?.reason == "DeadlineExceeded")
        #expect(failing.condition("Failed") == nil)
        let (failed, _) = look(failing, [], now: .noon + .seconds(61))
        #expect(failed.condition("Failed")?.reason == "DeadlineExceeded")
        #expect(failed.status("failed") == 1)
    }

    @Test("a suspended job has no pods, and starts anew when it is resumed")
    func suspension() throws {
        let job = try job("{suspend: true}")
        let running = pod(0, of: job, "Running")
        let (suspended, decision) = look(job, [running])
        #expect(decision.plan.writes == [.delete(.pod, running.key, uid: running.uid)])
        #expect(suspended.condition("Suspended")?.reason == "JobSuspended")
        #expect(suspended[path: "status", "startTime"] == nil)
        var resumed = suspended
        resumed[path: "spec", "suspend"] = false
        let (after, next) = look(resumed, [], now: .noon + .seconds(5))
        #expect(after.condition("Suspended")?.status == "False")
        #expect(after[path: "status", "startTime"]?.string == (Timestamp.noon + .seconds(5)).rfc3339)
        #expect(next.plan.creations.count == 1)
    }

    @Test("a finished job goes when its time to live is over")
    func timeToLive() throws {
        let job = try job("{ttlSecondsAfterFinished: 100}")
        let (done, _) = look(job, [pod(0, of: job, "Succeeded")])
        #expect(look(done, [], now: .noon + .seconds(40)).decision.checkAgain == .seconds(60))
        let decision = look(done, [], now: .noon + .seconds(100)).decision
        #expect(decision.plan.writes == [.delete(.job, job.key, uid: job.uid)])
    }
}
