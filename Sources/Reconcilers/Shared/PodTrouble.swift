internal import KubeAPI

/// What keeps a pod from being ready, in the words of the cluster.
struct PodTrouble {
    /// The most telling trouble among pods, those that have it listed first; `nil` where nothing is known.
    static func finding(in pods: [Pod]) -> Finding? {
        let troubled = pods.filter { !$0.isReady && !$0.hasEnded && !$0.metadata.isBeingDeleted }
            .sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
        for check in [container, unschedulable] {
            for pod in troubled {
                if let finding = check(pod) { return finding }
            }
        }
        return nil
    }

    private static func unschedulable(_ pod: Pod) -> Finding? {
        guard let condition = pod.status?.conditions?["PodScheduled"], condition.status == .false else { return nil }
        return Finding(.unschedulable, "\(name(pod)) finds no node: \(condition.message ?? "no reason given")", .wait)
    }

    private static func container(_ pod: Pod) -> Finding? {
        for status in (pod.status?.initContainerStatuses ?? []) + (pod.status?.containerStatuses ?? []) {
            if let finding = finding(of: status, in: pod) { return finding }
        }
        return nil
    }

    private static let pullReasons: Set = [
        "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable",
    ]

    private static func finding(of status: ContainerStatus, in pod: Pod) -> Finding? {
        let place = "\(name(pod)), container \(status.name)"
        let last = status.lastState?.terminated ?? status.state?.terminated
        if let waiting = status.state?.waiting, let reason = waiting.reason {
            let words = waiting.message.map { ": \($0)" } ?? ""
            if pullReasons.contains(reason) { return Finding(.imagePullFailed, "\(place): \(reason)\(words)", .edit) }
            if reason == "CrashLoopBackOff" {
                return Finding(.crashLooping, "\(place): CrashLoopBackOff\(ending(last)); look at its log", .edit)
            }
            if reason == "CreateContainerConfigError" || reason == "CreateContainerError" {
                let isMissing = waiting.message?.contains("not found") == true
                return isMissing
                    ? Finding(.secretMissing, "\(place): \(reason)\(words)", .wait)
                    : Finding(.unavailable, "\(place): \(reason)\(words)", .edit)
            }
        }
        if let ended = status.state?.terminated, ended.exitCode != 0 {
            return Finding(.crashLooping, "\(place) ended\(ending(ended)); look at its log", .wait)
        }
        return nil
    }

    /// `, exit code 1 (Error)`.
    private static func ending(_ terminated: ContainerStatus.State.Terminated?) -> String {
        guard let terminated else { return "" }
        return ", exit code \(terminated.exitCode)\(terminated.reason.map { " (\($0))" } ?? "")"
    }

    private static func name(_ pod: Pod) -> String { "Pod \(pod.metadata.name ?? "")" }
}
