internal import KubeAPI

/// What the job controller does: pods until enough of them have succeeded, or too many have failed.
///
/// Source: Kubernetes API concepts, "Jobs". Counts come from the pods that are there and from what the status has
/// counted before, without the finalizers by which Kubernetes keeps finished pods until they are counted.
struct JobDecision: Sendable {
    private(set) var plan = PodSetPlan()
    private(set) var checkAgain: Duration?
    private var conditions: ConditionList
    private let job: JobFacts
    private let pods: [PodFacts]
    private let now: Timestamp
    private var failed: Int
    private let succeeded: Int
    private var startTime: Timestamp?

    /// - Parameters:
    ///   - pods: those of the namespace that the Job controls.
    ///   - backOff: the wait after the first failure.
    init(job object: DynamicObject, pods: [DynamicObject], now: Timestamp, backOff: Duration) {
        job = JobFacts(object)
        self.pods = pods.filter { $0.isControlled(by: object) }.map(PodFacts.init)
        self.now = now
        conditions = job.conditions
        succeeded = max(job.count("succeeded"), self.pods.count { $0.phase == "Succeeded" })
        failed = max(job.count("failed"), self.pods.count { $0.phase == "Failed" })
        startTime = job.startTime
        guard !object.isBeingDeleted else { return }
        if job.isFinished {
            expire()
        } else if conditions.isTrue("FailureTarget") {
            finishFailing()
        } else if job.isSuspended {
            suspend()
        } else {
            work(backOff: backOff)
        }
    }

    private var active: [PodFacts] { pods.filter(\.isActive) }
    private var terminating: Int { pods.count { $0.object.isBeingDeleted && !$0.isFinished } }

    /// The patch of the Job's status; `nil` where it says all already.
    var statusWrite: SimulatedWrite? {
        var status = StatusFields(keeping: ["completionTime"], of: job.object["status"])
        let isDone = conditions.isTrue("Complete")
        status.set("startTime", startTime.map { .string($0.rfc3339) })
        if isDone, status.json["completionTime"] == nil { status.set("completionTime", .string(now.rfc3339)) }
        status.set("active", count: active.count)
        status.set("ready", always: active.count { $0.isReady })
        status.set("succeeded", count: succeeded)
        status.set("failed", count: failed)
        status.set("terminating", always: terminating)
        status.set("uncountedTerminatedPods", .object([:]))
        status.set("conditions", conditions: conditions.conditions)
        return .status(status.json, of: job.object, as: .job)
    }

    private mutating func expire() {
        guard let timeToLive = job.timeToLive, let finish = job.finishTime else { return }
        let rest = (finish + timeToLive) - now
        if rest > .zero {
            checkAgain = rest
        } else {
            plan.writes.append(.delete(.job, job.object.key, uid: job.object.uid))
        }
    }

    private mutating func suspend() {
        set("Suspended", reason: "JobSuspended", message: "Job suspended")
        startTime = nil
        plan.writes += deletions(active)
    }

    private mutating func work(backOff: Duration) {
        if conditions.isTrue("Suspended") {
            set("Suspended", to: false, reason: "JobResumed", message: "Job resumed")
            startTime = now
        }
        let start = startTime ?? now
        startTime = start
        if let deadline = job.activeDeadline {
            let rest = (start + deadline) - now
            if rest <= .zero {
                return fail(reason: "DeadlineExceeded", message: "Job was active longer than specified deadline")
            }
            checkAgain = rest
        }
        if failed > job.backoffLimit || restarts > job.backoffLimit {
            return fail(reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit")
        }
        if isComplete { return complete() }
        adjust(backOff: backOff)
    }

    /// Failures that the kubelet has answered by a restart, where the pods' policy lets it.
    private var restarts: Int {
        active.filter { $0.restartPolicy == "OnFailure" }.reduce(0) { sum, pod in
            let statuses = (pod.status["containerStatuses"]?.array ?? [])
            return sum + statuses.reduce(0) { $0 + Int($1["restartCount"]?.integer ?? 0) }
        }
    }

    private var isComplete: Bool {
        guard let completions = job.completions else { return succeeded > 0 && active.isEmpty }
        return succeeded >= completions
    }

    private mutating func complete() {
        plan.writes += deletions(active)
        let message = "Reached expected number of succeeded pods"
        set("SuccessCriteriaMet", reason: "CompletionsReached", message: message)
        set("Complete", reason: "CompletionsReached", message: message)
        plan.writes.append(.event(event("Completed", "Job completed")))
    }

    private mutating func fail(reason: String, message: String) {
        plan.writes += deletions(active)
        failed += active.count
        set("FailureTarget", reason: reason, message: message)
        plan.writes.append(.event(event(reason, message, isWarning: true)))
        if active.isEmpty { finishFailing() }
    }

    /// A failing Job has failed once the last of its pods is gone.
    private mutating func finishFailing() {
        plan.writes += deletions(active)
        guard active.isEmpty, terminating == 0, let target = conditions["FailureTarget"] else { return }
        set("Failed", reason: target["reason"]?.string ?? "", message: target["message"]?.string ?? "")
    }

    private mutating func adjust(backOff: Duration) {
        let wanted: Int
        if let completions = job.completions {
            wanted = min(job.parallelism, completions - succeeded)
        } else {
            wanted = succeeded > 0 ? active.count : job.parallelism
        }
        if active.count > wanted {
            plan.writes += deletions(Array(active.suffix(active.count - wanted)))
            return
        }
        guard active.count < wanted else { return }
        let rest = restOfBackOff(backOff)
        if rest > .zero {
            checkAgain = checkAgain.map { min($0, rest) } ?? rest
            return
        }
        plan.creations = Array(repeating: job.pod, count: wanted - active.count)
    }

    private func restOfBackOff(_ backOff: Duration) -> Duration {
        guard failed > 0, let last = pods.compactMap(Self.failureTime).max() else { return .zero }
        let wait = min(backOff * (1 << min(failed - 1, 12)), .seconds(360))
        return (last + wait) - now
    }

    private static func failureTime(_ pod: PodFacts) -> Timestamp? {
        guard pod.phase == "Failed" else { return nil }
        let times = (pod.status["containerStatuses"]?.array ?? []).compactMap {
            $0[path: ["state", "terminated", "finishedAt"]]?.string
        }
        return times.compactMap { Timestamp(rfc3339: $0) }.max()
    }

    private func deletions(_ pods: [PodFacts]) -> [SimulatedWrite] {
        pods.map { .delete(.pod, $0.object.key, uid: $0.object.uid) }
    }

    private func event(_ reason: String, _ note: String, isWarning: Bool = false) -> SimulatedEvent {
        SimulatedEvent(regarding: job.object, isWarning: isWarning, reason: reason, action: "Syncing", note: note)
    }

    private mutating func set(_ type: String, to status: Bool = true, reason: String, message: String) {
        conditions.setUnlessSame(
            type, status, reason: reason, message: message, now: now, times: ["lastProbeTime"])
    }
}
