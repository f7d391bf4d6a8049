internal import KubeAPI

/// What keeps pods from being ready, in the words of the cluster.
struct PodTrouble {
    var now: Timestamp
    /// Why nodes are not ready, by their names.
    var nodeProblems: [String: String] = [:]

    /// The most telling trouble among pods, those that have it listed first; `nil` where nothing is known.
    func finding(in pods: [Pod]) -> Finding? {
        let troubled = pods.candidates.filter { !$0.isReady || crashLoop(of: $0) != nil }
        for check in [container, nodeNotReady, unschedulable] {
            for pod in troubled {
                if let finding = check(pod) { return finding }
            }
        }
        return nil
    }

    /// A pod whose container ends again and again, whether or not it runs at this moment.
    func crashLoop(in pods: [Pod]) -> Finding? { pods.candidates.lazy.compactMap(crashLoop).first }

    /// When a container that runs now has run for so long that it is no crash loop any more; the first such time.
    func steadyAt(_ pods: [Pod]) -> Timestamp? {
        pods.candidates.flatMap(\.allContainers).compactMap { CrashLoop($0)?.endsAt }.filter { $0 > now }.min()
    }

    /// Why a pod does not begin, whatever becomes of it then.
    func obstacle(of pod: Pod) -> Finding? {
        for status in pod.allContainers {
            if let finding = waiting(status, in: pod) { return finding }
        }
        return nodeNotReady(pod) ?? unschedulable(pod)
    }

    private func unschedulable(_ pod: Pod) -> Finding? {
        guard let condition = pod.status?.conditions?["PodScheduled"], condition.status == .false else { return nil }
        let words = condition.message ?? condition.reason ?? "no reason given"
        return Finding(.unschedulable, "\(pod.title) finds no node: \(words)", .wait)
    }

    private func nodeNotReady(_ pod: Pod) -> Finding? {
        guard let node = pod.spec?.nodeName, let problem = nodeProblems[node] else { return nil }
        return Finding(.nodeNotReady, "\(pod.title) is on Node \(node), which \(problem)", .wait)
    }

    private func container(_ pod: Pod) -> Finding? {
        // What a node that is not ready said last of its containers may be long past.
        guard pod.spec?.nodeName.map({ nodeProblems[$0] == nil }) ?? true else { return nil }
        for status in pod.allContainers {
            if let finding = waiting(status, in: pod) ?? crash(of: status, in: pod) { return finding }
        }
        return nil
    }

    /// Source: Kubernetes, pkg/kubelet/images/types.go.
    private static let pullReasons: Set = [
        "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable", "SignatureValidationFailed",
    ]

    /// Source: Kubernetes, pkg/kubelet/kuberuntime and pkg/kubelet/container/sync_result.go.
    private static let startReasons: Set = [
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError",
        "PreStartHookError", "PostStartHookError",
    ]

    private func waiting(_ status: ContainerStatus, in pod: Pod) -> Finding? {
        guard let waiting = status.state?.waiting, let reason = waiting.reason else { return nil }
        let place = "\(pod.title), container \(status.name)"
        let words = waiting.message.map { ": \($0)" } ?? ""
        if Self.pullReasons.contains(reason) { return Finding(.imagePullFailed, "\(place): \(reason)\(words)", .edit) }
        guard Self.startReasons.contains(reason) else { return nil }
        let isMissing =
            reason == "CreateContainerConfigError"
            && (waiting.message?.contains("not found") == true
                || waiting.message?.contains("couldn't find key") == true)
        return isMissing
            ? Finding(.secretMissing, "\(place): \(reason)\(words)", .wait)
            : Finding(.unavailable, "\(place): \(reason)\(words)", .edit)
    }

    private func crashLoop(of pod: Pod) -> Finding? {
        for status in pod.allContainers {
            guard let loop = CrashLoop(status), loop.endsAt.map({ $0 > now }) ?? true else { continue }
            // The same words through all of its states: nothing has changed.
            return Finding(
                .crashLooping,
                "\(pod.title), container \(status.name): CrashLoopBackOff\(ending(loop.last)); look at its log", .edit)
        }
        return nil
    }

    private func crash(of status: ContainerStatus, in pod: Pod) -> Finding? {
        if let loop = crashLoop(of: pod) { return loop }
        guard let ended = status.state?.terminated, ended.exitCode != 0 else { return nil }
        return Finding(
            .crashLooping, "\(pod.title), container \(status.name) ended\(ending(ended)); look at its log", .wait)
    }

    /// Reasons whose message is that of the container's runtime: what could not begin has no log.
    private static let startFailures: Set = ["StartError", "ContainerCannotRun"]

    /// `, exit code 1 (Error)`.
    private func ending(_ terminated: ContainerStatus.State.Terminated?) -> String {
        guard let terminated else { return "" }
        let reason = terminated.reason ?? ""
        let message = Self.startFailures.contains(reason) ? terminated.message.map { ": \($0)" } ?? "" : ""
        return ", exit code \(terminated.exitCode)\(reason.isEmpty ? "" : " (\(reason)\(message))")"
    }
}

/// A container that ends again and again.
///
/// Between two endings it runs, for a moment, and may well be ready. What is said of it must not change as often.
struct CrashLoop {
    /// A run this long ends the kubelet's back-off. Source: Kubernetes, "Container restart policy".
    private static let longest = Duration.seconds(600)
    private static let shortest = Duration.seconds(30)

    /// How it ended last, where the cluster still knows.
    var last: ContainerStatus.State.Terminated?
    /// When it will have run for so long that this is over; `nil` while it does not run.
    var endsAt: Timestamp?

    /// `nil` where it ends only now and then.
    init?(_ status: ContainerStatus) {
        last = status.state?.terminated ?? status.lastState?.terminated
        if status.state?.waiting?.reason == "CrashLoopBackOff" { return }
        guard let last else { return nil }
        let lastRun = last.startedAt.flatMap { began in last.finishedAt.map { $0 - began } } ?? .zero
        guard lastRun < Self.longest else { return nil }
        if status.state?.terminated != nil {
            // An init container that has done its work ends, too.
            guard status.restartCount > 0, last.exitCode != 0 || !status.ready else { return nil }
            return
        }
        // The first restart follows at once, and may be all that was needed.
        guard status.restartCount > 1, let began = status.state?.running?.startedAt else { return nil }
        // Twice as long as the last time, so that one that ends late is not taken for steady before.
        endsAt = began + min(max(lastRun * 2, Self.shortest), Self.longest)
    }
}

extension Collection<Pod> {
    /// Those that are to serve, by name.
    fileprivate var candidates: [Pod] {
        filter { !$0.hasEnded && !$0.metadata.isBeingDeleted }
            .sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
    }
}

extension Pod {
    var title: String { "Pod \(metadata.name ?? "")" }

    /// The containers that run first, first.
    var allContainers: [ContainerStatus] {
        (status?.initContainerStatuses ?? []) + (status?.containerStatuses ?? [])
    }
}
