internal import BackupModel
package import KubeAPI

/// One job of a source, with its pods.
package struct BackupRun: Sendable, Hashable {
    package enum Ending: Sendable, Hashable {
        case succeeded
        /// With the reason and the message of the job's condition.
        case failed(reason: String, message: String)
    }

    package var source: String
    package var name: String
    var namespace: String
    package var startedAt: Timestamp?
    /// `nil` while it runs.
    package var endedAt: Timestamp?
    package var ending: Ending?
    /// In the order in which they began.
    package var pods: [Pod]
    /// Why nodes of its pods are not ready, by their names.
    var nodeProblems: [String: String] = [:]
    /// Since when a job that runs has no pod, as its controller says.
    private var withoutPodSince: Timestamp?

    package init(of source: String, job: DynamicObject, pods: [Pod]) {
        self.source = source
        name = job.name
        namespace = job.namespace
        let status = job["status"]
        startedAt = status?["startTime"]?.string.flatMap(Timestamp.init(rfc3339:))
        self.pods = pods.sorted { $0.began < $1.began }
        let ended = (status?["conditions"]?.elements ?? []).first { condition in
            condition["status"]?.string == "True" && ["Complete", "Failed"].contains(condition["type"]?.string)
        }
        guard let ended, let time = ended["lastTransitionTime"]?.string.flatMap(Timestamp.init(rfc3339:)) else {
            // One that is suspended waits for whoever has suspended it.
            let isHeld = job[path: "spec", "suspend"]?.bool ?? false
            let made = job[path: "metadata", "creationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:))
            if !isHeld, (status?["active"]?.integer ?? 0) == 0 { withoutPodSince = startedAt ?? made }
            return
        }
        endedAt = time
        ending =
            ended["type"]?.string == "Complete"
            ? .succeeded
            : .failed(reason: ended["reason"]?.string ?? "", message: ended["message"]?.string ?? "")
    }

    /// What a run that has ended means for one destination; `nil` where nothing is left that says it.
    func outcome(at destination: String) -> RunOutcome? {
        outcome(of: BackupPolicy.destinationContainer(destination))
    }

    /// What a run that has ended means for what one of its containers had to do.
    func outcome(of container: String) -> RunOutcome? {
        let attempts = attempts(at: container)
        // A second attempt may fail where the first one had stored everything; that what it had stored is gone counts.
        let told = attempts.last { attempt in
            attempt.report.result == .succeeded || attempt.report.reason.map(Self.losses.contains) ?? false
        }
        if let told = told ?? attempts.last { return RunOutcome(told) }
        guard let ending else { return nil }
        if ending == .succeeded { return .lost }
        // What comes before it: a hook, the source, what fetches an artifact.
        if let failed = pods.compactMap(\.failureBefore).last {
            return RunOutcome(result: .failed, reason: failed.reason, message: failed.message)
        }
        guard case .failed(let reason, let message) = ending else { return RunOutcome(result: .failed) }
        let words = pods.last.flatMap { $0.words } ?? message
        return RunOutcome(result: .failed, reason: reason.isEmpty ? nil : reason, message: words)
    }

    /// Why an attempt fails after which nothing that was stored before can be counted on.
    private static let losses: Set = [
        RunFailure.Reason.destinationMissing.rawValue, RunFailure.Reason.foreignOwner.rawValue,
    ]

    /// What each pod's container left, in their order.
    ///
    /// The time is the kubelet's. Its clock counts only within the job's time, so that runs one after the other stay so.
    func attempts(at container: String) -> [RunAttempt] {
        pods.compactMap { pod in
            pod.report(of: container).map { report in
                let time = pod.state(of: container)?.terminated?.finishedAt
                let end = [time, endedAt].compactMap(\.self).min()
                return RunAttempt(endedAt: [end, startedAt].compactMap(\.self).max(), report: report)
            }
        }
    }

    /// Since when a run has ended of which nothing is known that may yet be seen: pods come later than their jobs.
    func silentSince(_ container: String) -> Timestamp? {
        let isSilent = pods.allSatisfy { $0.report(of: container) == nil && $0.failureBefore == nil }
        return isSilent ? endedAt : nil
    }

    /// What the container that tells the webhook said of itself; `nil` where there is none, or it goes on.
    var notification: RunReport? { pods.last?.report(of: BackupPolicy.notifierContainer) }

    /// A pod gets this long to begin before anybody is told that it does not: volumes and images take their time.
    static let patience = Duration.seconds(60)

    /// Since when there is a pod that may not begin, or none.
    var waitingSince: Timestamp? {
        guard ending == nil else { return nil }
        guard let pod = pods.last else { return withoutPodSince }
        return pod.status?.phase ?? "Pending" == "Pending" ? pod.metadata.creationTimestamp : nil
    }

    /// Why a running job does nothing; `nil` where it does, or has not had the time to.
    func waiting(at now: Timestamp) -> String? {
        guard let since = waitingSince, since + Self.patience <= now else { return nil }
        guard let pod = pods.last else {
            return "its job can make no pod; a quota, Pod Security or an admission webhook may refuse it: "
                + "kubectl describe job \(name) -n \(namespace)"
        }
        if let obstacle = PodTrouble(now: now, nodeProblems: nodeProblems).obstacle(of: pod) { return obstacle.message }
        guard pod.isScheduled, pod.status?.conditions?.status(of: "PodReadyToStartContainers") == .false else {
            return nil
        }
        return
            "\(pod.title) has a node and does not begin; its events say why, such as a volume that can't be mounted: "
            + "kubectl describe pod \(pod.metadata.name ?? "") -n \(namespace)"
    }
}

/// What one attempt of a run left at one destination.
struct RunAttempt: Sendable, Hashable {
    /// When its container ended.
    var endedAt: Timestamp?
    var report: RunReport
}

/// What a run means for one destination.
package struct RunOutcome: Sendable, Hashable {
    var result: RunResult
    var reason: String?
    var message: String?
    var report: RunReport?
    /// When the container ended that it is told by.
    var endedAt: Timestamp?
    /// How many artifacts were stored, and deleted, since the run that was counted before.
    var stored: Int64 = 0
    var deleted: Int64 = 0

    /// The job says that it is complete, and nothing is left that says what it did. That a job is complete is no proof:
    /// others may have made it so.
    static let lost = RunOutcome(
        result: .failed, reason: Reason.reportLost.rawValue,
        message: "its pod was gone before its report was read; what it did is not known")

    init(result: RunResult, reason: String? = nil, message: String? = nil) {
        self.result = result
        self.reason = reason
        self.message = message
    }

    fileprivate init(_ attempt: RunAttempt) {
        let report = attempt.report
        let words = [report.message, report.finding ?? ""].filter { !$0.isEmpty }.joined(separator: "; ")
        self.init(result: report.result, reason: report.reason, message: words.isEmpty ? nil : words)
        self.report = report
        endedAt = attempt.endedAt
    }

    mutating func add(_ attempt: RunReport) {
        if attempt.result != .failed, attempt.artifact != nil { stored += 1 }
        deleted = min(deleted + (attempt.deleted ?? 0), 1 << 53)
    }
}

extension Pod {
    fileprivate var began: Timestamp {
        status?.startTime ?? metadata.creationTimestamp ?? Timestamp(secondsSinceEpoch: 0)
    }

    func state(of container: String) -> ContainerStatus.State? {
        let statuses = (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? [])
        return statuses.first { $0.name == container }?.state
    }

    /// What a container that has ended came to; `nil` while it has not.
    func ending(of container: String) -> String? {
        guard state(of: container)?.terminated != nil else { return nil }
        guard let report = report(of: container) else { return "ended" }
        switch report.result {
        case .failed: return "failed: \(report.message)"
        case .partial: return "is incomplete: \(report.message)"
        case .succeeded:
            let facts = [
                report.artifact, report.sizeBytes.map(ByteCount.text), report.verified.map { "verified by \($0)" },
                report.count.map { "\($0) kept" }, report.suspicion,
            ]
            return (["succeeded"] + facts.compactMap(\.self)).joined(separator: ", ")
        }
    }

    /// The report of a container that has ended. One that left none, or one that was cut, has failed, whatever its status:
    /// the kubelet keeps 12 KiB for all containers of a pod, and what it throws away may have been anything.
    fileprivate func report(of container: String) -> RunReport? {
        guard let ended = state(of: container)?.terminated else { return nil }
        if var report = ended.message.flatMap(RunReport.init(terminationMessage:)) {
            guard report.result == .succeeded, ended.exitCode != 0 else { return report }
            report.result = .failed
            report.message = "container \(container) reported success and ended with status \(ended.exitCode)"
            return report
        }
        guard ended.exitCode != 0 else {
            var report = RunReport(
                .failed, "the report of container \(container) is missing or was cut; what it did is not known")
            report.reason = Reason.reportLost.rawValue
            return report
        }
        // What could not begin leaves the words of the container's runtime.
        let words = ended.message.map { ": \($0.split(separator: "\n").suffix(3).joined(separator: " "))" } ?? ""
        return RunReport(
            .failed,
            "container \(container) ended with status \(ended.exitCode)"
                + (ended.reason.map { $0 == "Error" ? "" : " (\($0))" } ?? "") + (words == ": " ? "" : words))
    }

    /// The first of the init containers that failed, and with it what comes after. A destination that the policy can do without
    /// ends well though it says that it failed, and keeps nothing from going on.
    fileprivate var failureBefore: RunReport? {
        (status?.initContainerStatuses ?? []).map(\.name)
            .filter { name in
                let isDestination = name.hasPrefix(BackupPolicy.destinationContainer(""))
                let endedWell = state(of: name)?.terminated?.exitCode == 0
                return name != BackupPolicy.notifierContainer && !(isDestination && endedWell)
            }
            .lazy.compactMap(report).first { $0.result == .failed }
    }

    /// Why the pod as a whole failed: it was evicted, or its node went.
    fileprivate var words: String? {
        guard let reason = status?.reason else { return nil }
        return "\(reason)\(status?.message.map { ": \($0)" } ?? "")"
    }
}
