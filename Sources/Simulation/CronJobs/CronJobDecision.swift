internal import KubeAPI

/// What the CronJob controller does: a Job for the latest time that is due, and no more old Jobs than are wanted.
///
/// Source: Kubernetes API concepts, "CronJob".
enum CronJobDecision {
    /// - Parameter jobs: those of the namespace that the CronJob controls.
    static func decide(cronJob object: DynamicObject, jobs: [DynamicObject], now: Timestamp) -> Decision {
        guard !object.isBeingDeleted else { return .nothing }
        let cronJob = CronJobFacts(object)
        let jobs = jobs.filter { $0.isControlled(by: object) && !$0.isBeingDeleted }.map(JobFacts.init)
        var decision = Decision()
        decision.writes += cleanUp(jobs, cronJob)
        var active = jobs.filter { !$0.isFinished && cronJob.hasMade($0.object) }
        var lastSchedule = cronJob.lastSchedule
        if !cronJob.isSuspended, let due = due(cronJob, now) {
            if cronJob.policy == .forbid, !active.isEmpty {
                decision.writes.append(
                    event(
                        cronJob, "JobAlreadyActive",
                        "Not starting job because prior execution is running and "
                            + "concurrency policy is Forbid"))
            } else {
                if cronJob.policy == .replace {
                    decision.writes += active.map(delete)
                    active = []
                }
                let job = cronJob.job(at: due)
                decision.writes.append(.create(job, .job))
                decision.writes.append(event(cronJob, "SuccessfulCreate", "Created job \(job.name)"))
                lastSchedule = due
            }
        }
        if let write = status(cronJob, jobs, active, lastSchedule) { decision.writes.append(write) }
        if !cronJob.isSuspended, let next = cronJob.next(after: now) { decision.checkAgain(in: next - now) }
        return decision
    }

    /// The latest time that is due and has had no Job.
    private static func due(_ cronJob: CronJobFacts, _ now: Timestamp) -> Timestamp? {
        var earliest = cronJob.lastSchedule ?? cronJob.object.creationTimestamp ?? now
        if let deadline = cronJob.startingDeadline { earliest = max(earliest, now + (.zero - deadline)) }
        var latest: Timestamp?
        // As there, a hundred missed times are enough to know that the clock is not to be trusted.
        for _ in 0..<100 {
            guard let next = cronJob.next(after: latest ?? earliest), next <= now else { break }
            latest = next
        }
        return latest
    }

    private static func cleanUp(_ jobs: [JobFacts], _ cronJob: CronJobFacts) -> [SimulatedWrite] {
        func surplus(_ condition: String, _ limit: Int) -> [JobFacts] {
            let finished = jobs.filter { $0.conditions.isTrue(condition) }
                .sorted {
                    ($0.startTime ?? .init(secondsSinceEpoch: 0)) < ($1.startTime ?? .init(secondsSinceEpoch: 0))
                }
            return Array(finished.dropLast(limit))
        }
        return (surplus("Complete", cronJob.successfulLimit) + surplus("Failed", cronJob.failedLimit)).map(delete)
    }

    private static func delete(_ job: JobFacts) -> SimulatedWrite {
        .delete(.job, job.object.key, uid: job.object.uid)
    }

    private static func status(
        _ cronJob: CronJobFacts, _ jobs: [JobFacts], _ active: [JobFacts], _ lastSchedule: Timestamp?
    ) -> SimulatedWrite? {
        var status = StatusFields(keeping: ["lastSuccessfulTime"], of: cronJob.object["status"])
        status.set("lastScheduleTime", lastSchedule.map { .string($0.rfc3339) })
        let successes = jobs.filter { $0.conditions.isTrue("Complete") }.compactMap(\.completionTime)
        if let latest = successes.max() {
            let known = status.json["lastSuccessfulTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
            status.set("lastSuccessfulTime", .string(max(latest, known ?? latest).rfc3339))
        }
        let references = active.sorted { $0.object.name < $1.object.name }.map { job -> JSONValue in
            [
                "apiVersion": "batch/v1", "kind": "Job", "name": .string(job.object.name),
                "namespace": .string(job.object.namespace), "uid": .string(job.object.uid),
                "resourceVersion": .string(job.object.resourceVersion),
            ]
        }
        // A running Job's resourceVersion moves; only a change in the set of Jobs is worth a write.
        let before = cronJob.object[path: "status", "active"]?.array ?? []
        let isSame = before.map { $0["uid"] } == references.map { $0["uid"] }
        status.set("active", references.isEmpty ? nil : .array(isSame ? before : references))
        return .status(status.json, of: cronJob.object, as: .cronJob)
    }

    private static func event(_ cronJob: CronJobFacts, _ reason: String, _ note: String) -> SimulatedWrite {
        .event(SimulatedEvent(regarding: cronJob.object, reason: reason, action: "Scheduling", note: note))
    }
}
