internal import KubeAPI

// How far components are, above all those that run to their end.
extension ComponentObservation {
    /// Whether what the component is made of is there.
    var isMade: Bool {
        switch component.kind {
        case .deployment, .statefulSet: deployment != nil
        case .job: !runs.isEmpty
        case .cronJob: hasSchedule
        }
    }

    /// Whether all of it stands, or has ended; of a CronJob whether nothing of it runs.
    var isSettled: Bool {
        component.runsToItsEnd ? isMade && !runs.contains(where: \.isUnfinished) : deployment?.isRolledOut == true
    }

    /// It is on its way, and neither its controller nor its pods say what it waits for.
    var isSilent: Bool {
        isMade && !isSettled && (!pods.waiting.isEmpty || isWithoutPods)
            && PodTrouble(now: now, nodeProblems: nodeProblems).finding(in: pods) == nil
    }

    /// Its controller has not made pods that are wanted, and has no condition that would say why.
    private var isWithoutPods: Bool {
        switch component.kind {
        case .deployment: false
        case .statefulSet: (deployment?.status?.replicas ?? 0) < desired
        case .job, .cronJob: runs.first(where: \.isUnfinished)?.isWithoutPods ?? false
        }
    }

    /// How long it has been silent.
    var silence: Duration {
        let start =
            pods.waiting.compactMap(\.metadata.creationTimestamp).min()
            ?? deployment?.metadata.creationTimestamp ?? runs.first(where: \.isUnfinished)?.createdAt
        return start.map { now - $0 } ?? .zero
    }

    /// The name of the object whose controller makes the pods.
    var podOwner: String {
        component.runsToItsEnd ? runs.first(where: \.isUnfinished)?.name ?? "" : component.name
    }

    /// The newest run that has ended has failed.
    static func runFailed(_ observed: ComponentObservation) -> Finding? {
        guard let run = observed.runs.first(where: { !$0.isUnfinished }), case .failed(let words) = run.state else {
            return nil
        }
        let pod = observed.lastWords(of: run).map { "; \($0)" } ?? ""
        let isOnce = observed.component.kind == .job
        let fix =
            isOnce
            ? "correct the component, or delete the Job and it runs once more: kubectl delete job \(run.name)"
            : "the next run that succeeds ends this"
        return Finding(
            .failed, "Job \(run.name) failed: \(words)\(pod); \(fix)", isOnce ? .edit : .wait)
    }

    /// A Job is waited for until it has ended; of a CronJob only what keeps a run from beginning is told.
    static func runUnfinished(_ observed: ComponentObservation) -> Finding? {
        guard let run = observed.runs.first(where: \.isUnfinished) else { return nil }
        let name = "Job \(run.name)"
        let trouble = PodTrouble(now: observed.now, nodeProblems: observed.nodeProblems)
        if let finding = observed.pods.waiting.lazy.compactMap(trouble.obstacle).first {
            return Finding(finding.reason, "\(name): \(finding.message)", finding.consequence)
        }
        if let warning = observed.warning, warning.stopsStart {
            return DeploymentHealth.refusal(warning.note, of: name)
                ?? Finding(.podWaiting, "\(name): \(warning.words)", .wait)
        }
        return observed.component.kind == .job ? Finding(.rollingOut, "\(name) has not ended yet", .wait) : nil
    }

    /// What the pod of a failed run said last.
    private func lastWords(of run: ComponentJob) -> String? {
        let failed = pods.filter { $0.metadata.controller?.uid == run.uid && $0.status?.phase == "Failed" }
        let endings = failed.flatMap { pod in
            pod.allContainers.compactMap { container -> (pod: Pod, container: String, end: Ending)? in
                guard let end = container.state?.terminated, end.exitCode != 0 else { return nil }
                return (pod, container.name, end)
            }
        }
        let last = endings.max { ($0.end.finishedAt?.rfc3339 ?? "") < ($1.end.finishedAt?.rfc3339 ?? "") }
        guard let last else {
            return failed.compactMap { pod in pod.status?.message.map { "\(pod.title): \($0)" } }.first
        }
        let reason = last.end.reason.map { " (\($0))" } ?? ""
        let message = last.end.message.map { ": \($0.lastLine)" } ?? ""
        return "\(last.pod.title), container \(last.container) ended, exit code \(last.end.exitCode)\(reason)\(message)"
    }

    private typealias Ending = ContainerStatus.State.Terminated
}

extension String {
    /// A program says last why it ends. Not longer than a status can take.
    fileprivate var lastLine: String {
        let lines = split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }
        return (lines.last ?? "").cut(to: 512)
    }
}
