internal import KubeAPI

/// How a Deployment of ours is, and why it is not as it should be: the same for pools and for environments. Ordered pure
/// checks.
struct DeploymentHealth {
    /// Of a StatefulSet what it has in common with a Deployment is looked at.
    var kind = "Deployment"
    /// As it was found, and what the cluster says of its spec as it is.
    var deployment: Deployment
    /// How many pods are wanted.
    var desired: Int
    /// Those of its pods that are not ready or were restarted; others may be left out.
    var pods: [Pod]
    /// Why nodes of its pods are not ready, by their names.
    var nodeProblems: [String: String] = [:]
    /// What the cluster says of pods that say nothing themselves.
    var warning: Warning?
    /// What else is wrong where its pods could be.
    var remark: String?
    var now: Timestamp

    /// `nil` where every wanted pod is available, and stays so.
    var finding: Finding? { Self.checks.firstFinding(in: self) }

    private static let checks = Checks<DeploymentHealth>(
        notObserved, podsRefused, podTrouble, podNotStarted, podSilent, deadlineExceeded, rollingOut, unavailable)

    /// When to requeue although nothing may have changed.
    var requeueAfter: Duration? {
        var times = [trouble.steadyAt(pods)].compactMap(\.self)
        if !deployment.isRolledOut {
            times += pods.compactMap(beginsUntil).filter { $0 > now }
            // Those that its controller has made may not be seen yet.
            if pods.isEmpty, (deployment.status?.replicas ?? 0) > 0 { times.append(now + Self.patience) }
        }
        return times.map { $0 - now }.min()
    }

    private var trouble: PodTrouble { PodTrouble(now: now, nodeProblems: nodeProblems) }

    private static func notObserved(_ observed: DeploymentHealth) -> Finding? {
        guard !observed.deployment.isObserved else { return nil }
        return Finding(
            .rollingOut,
            "\(observed.name) has not been looked at by the cluster's \(observed.kind.lowercased()) controller yet",
            .wait)
    }

    /// The ReplicaSet controller was not allowed to make pods; its words are the API server's.
    private static func podsRefused(_ observed: DeploymentHealth) -> Finding? {
        guard let failure = observed.deployment.status?.conditions?["ReplicaFailure"], failure.status == .true else {
            return nil
        }
        let message = failure.message ?? "the pods were refused"
        return refusal(message, of: observed.name) ?? Finding(.podsRefused, "\(observed.name): \(message)", .edit)
    }

    /// What a refusal of pods means whose cure is known.
    static func refusal(_ message: String, of object: some CustomStringConvertible) -> Finding? {
        if message.contains("exceeded quota") || message.contains("failed quota") {
            // Room in a quota comes back when other pods go, so this is a wait.
            return Finding(.quotaExceeded, "\(object): \(message)", .wait)
        }
        if message.contains("violates PodSecurity") {
            return Finding(.podSecurityBlocked, "\(object): \(message)", .edit)
        }
        return nil
    }

    /// Once enough pods serve, one that does not is no trouble: it is on its way, or the roll-out says so. But one that ends
    /// again and again serves only until it does.
    private static func podTrouble(_ observed: DeploymentHealth) -> Finding? {
        let trouble = observed.trouble
        let finding =
            observed.deployment.isRolledOut ? trouble.crashLoop(in: observed.pods) : trouble.finding(in: observed.pods)
        return finding.map { finding in
            let remark = finding.reason == .unschedulable ? observed.suffix : ""
            return Finding(finding.reason, "\(observed.name): \(finding.message)\(remark)", finding.consequence)
        }
    }

    /// A volume that can't be mounted, a network that is not there: only events say so.
    private static func podNotStarted(_ observed: DeploymentHealth) -> Finding? {
        guard !observed.deployment.isRolledOut, let warning = observed.warning, warning.stopsStart else { return nil }
        if let refusal = refusal(warning.note, of: observed.name) { return refusal }
        return Finding(
            warning.namesMissingObject ? .secretMissing : .unavailable, "\(observed.name): \(warning.words)", .wait)
    }

    /// How long a pod may take from its node to its first container without anybody being told. Volumes take their time.
    private static let patience = Duration.seconds(60)

    private func silentUntil(_ pod: Pod) -> Timestamp? { pod.isScheduled ? beginsUntil(pod) : nil }

    /// How long a pod has that has not begun yet, whether or not it has a node by now.
    private func beginsUntil(_ pod: Pod) -> Timestamp? {
        guard !pod.isReady, !pod.hasEnded, !pod.metadata.isBeingDeleted,
            pod.status?.conditions?.status(of: "PodReadyToStartContainers") != .true,
            pod.allContainers.allSatisfy({ $0.state?.running == nil && $0.state?.terminated == nil })
        else { return nil }
        return pod.metadata.creationTimestamp.map { $0 + Self.patience }
    }

    /// Where the events of the namespace are not read there is only the time, and what the pods want to mount.
    private static func podSilent(_ observed: DeploymentHealth) -> Finding? {
        guard !observed.deployment.isRolledOut, observed.warning == nil else { return nil }
        let silent = observed.pods.sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
            .first { observed.silentUntil($0).map { $0 <= observed.now } ?? false }
        guard let silent else { return nil }
        let mounted = observed.mountedObjects
        let wants = mounted.isEmpty ? "" : "; it mounts \(mounted.listed), and none of them may be missing"
        return Finding(
            .podWaiting,
            """
            \(observed.name): \(silent.title) has a node and does not begin\(wants); its events say why: kubectl describe pod \
            \(silent.metadata.name ?? "") -n \(silent.metadata.namespace ?? "")
            """, .wait)
    }

    /// What the pods can't begin without, as `Secret a`.
    private var mountedObjects: [String] {
        let volumes = deployment.spec.template["spec"]?["volumes"]?.elements ?? []
        return volumes.flatMap { volume -> [String] in
            let sources = [volume] + (volume["projected"]?["sources"]?.elements ?? [])
            return sources.compactMap { source in
                let found: (kind: String, name: JSONValue?, reference: JSONValue?)
                if let secret = source["secret"] {
                    found = ("Secret", secret["secretName"] ?? secret["name"], secret)
                } else if let map = source["configMap"] {
                    found = ("ConfigMap", map["name"], map)
                } else if let claim = source["persistentVolumeClaim"] {
                    found = ("PersistentVolumeClaim", claim["claimName"], claim)
                } else {
                    return nil
                }
                guard let name = found.name?.string, found.reference?["optional"]?.bool != true else { return nil }
                return "\(found.kind) \(name)"
            }
        }
    }

    private static func deadlineExceeded(_ observed: DeploymentHealth) -> Finding? {
        guard let progress = observed.deployment.status?.conditions?["Progressing"],
            progress.reason == "ProgressDeadlineExceeded"
        else { return nil }
        return Finding(
            .deadlineExceeded,
            "\(observed.name): \(observed.tally); \(progress.message ?? "it does not progress"); \(observed.cause)",
            .edit)
    }

    private static func rollingOut(_ observed: DeploymentHealth) -> Finding? {
        guard !observed.deployment.isRolledOut else { return nil }
        let status = observed.deployment.status
        // A finished roll-out that has lost pods since is no roll-out.
        guard
            status?.conditions?["Progressing"]?.reason != "NewReplicaSetAvailable"
                || (status?.updatedReplicas ?? 0) < observed.desired
        else { return nil }
        let cause = observed.warning.map { "; \($0.words)" } ?? ""
        return Finding(.rollingOut, "\(observed.name): \(observed.tally)\(cause)\(observed.suffix)", .wait)
    }

    private static func unavailable(_ observed: DeploymentHealth) -> Finding? {
        guard (observed.deployment.status?.availableReplicas ?? 0) < observed.desired else { return nil }
        return Finding(.unavailable, "\(observed.name): \(observed.tally); \(observed.cause)", .wait)
    }

    private var name: String { "\(kind) \(deployment.metadata.name ?? "")" }

    private var cause: String { warning?.words ?? remark ?? "look at the events of its pods" }

    private var suffix: String { remark.map { "; \($0)" } ?? "" }

    private var tally: String { "\(deployment.status?.availableReplicas ?? 0) of \(desired) pods available" }
}
