internal import KubeAPI

// Why a component is not available: ordered pure checks.
extension ComponentObservation {
    /// `nil` where every wanted pod is available.
    package var finding: Finding? { Self.checks.firstFinding(in: self) }

    private static let checks = Checks<ComponentObservation>(
        notPermitted, childNotWritten, notObserved, podsRefused, podTrouble, podNotStarted, deadlineExceeded,
        rollingOut, unavailable)

    private static func notPermitted(_ seen: ComponentObservation) -> Finding? {
        seen.refusal.map { Finding(.notPermitted, "component \(seen.component.name): \($0)", .edit) }
    }

    private static func childNotWritten(_ seen: ComponentObservation) -> Finding? {
        guard let failure = seen.failures.first else { return nil }
        if failure.kind == .refused, let refusal = refusal(failure.message, of: failure.object) { return refusal }
        return seen.claimFinding(failure) ?? failure.finding
    }

    private static func notObserved(_ seen: ComponentObservation) -> Finding? {
        guard let deployment = seen.deployment else {
            return seen.isHeld
                ? Finding(.exceeded, "\(seen.name) is not made: the quota leaves no room for it", .edit)
                : Finding(.rollingOut, "\(seen.name) is not there yet", .wait)
        }
        guard !deployment.isObserved else { return nil }
        return Finding(
            .rollingOut, "\(seen.name) has not been looked at by the cluster's deployment controller yet", .wait)
    }

    /// The ReplicaSet controller was not allowed to make pods; its words are the API server's.
    private static func podsRefused(_ seen: ComponentObservation) -> Finding? {
        guard let failure = seen.deployment?.status?.conditions?["ReplicaFailure"], failure.status == .true else {
            return nil
        }
        let message = failure.message ?? "the pods were refused"
        return refusal(message, of: seen.name) ?? Finding(.podsRefused, "\(seen.name): \(message)", .edit)
    }

    private static func refusal(_ message: String, of object: String) -> Finding? {
        if message.contains("exceeded quota") || message.contains("failed quota") {
            // Room in a quota comes back when other pods go, so this is a wait.
            return Finding(.quotaExceeded, "\(object): \(message)", .wait)
        }
        if message.contains("violates PodSecurity") {
            return Finding(.podSecurityBlocked, "\(object): \(message)", .edit)
        }
        return nil
    }

    /// Once enough pods serve, one that does not is no trouble: it is on its way, or the roll-out says so.
    private static func podTrouble(_ seen: ComponentObservation) -> Finding? {
        guard let deployment = seen.deployment, !deployment.isRolledOut else { return nil }
        return PodTrouble.finding(in: seen.pods).map { finding in
            Finding(finding.reason, "\(seen.name): \(finding.message)", finding.consequence)
        }
    }

    /// A volume that can't be mounted, a network that is not there: only events say so.
    private static func podNotStarted(_ seen: ComponentObservation) -> Finding? {
        guard seen.deployment?.isRolledOut == false, let warning = seen.warning, warning.stopsStart else { return nil }
        return Finding(
            warning.namesMissingObject ? .secretMissing : .unavailable, "\(seen.name): \(warning.words)", .wait)
    }

    private static func deadlineExceeded(_ seen: ComponentObservation) -> Finding? {
        guard let progress = seen.deployment?.status?.conditions?["Progressing"],
            progress.reason == "ProgressDeadlineExceeded"
        else { return nil }
        return Finding(
            .deadlineExceeded,
            "\(seen.name): \(seen.tally); \(progress.message ?? "it does not progress"); \(seen.cause)", .edit)
    }

    private static func rollingOut(_ seen: ComponentObservation) -> Finding? {
        guard let deployment = seen.deployment, !deployment.isRolledOut else { return nil }
        let progress = deployment.status?.conditions?["Progressing"]
        // A finished roll-out that has lost pods since is no roll-out.
        guard progress?.reason != "NewReplicaSetAvailable" || (deployment.status?.updatedReplicas ?? 0) < seen.desired
        else { return nil }
        let cause = seen.warning.map { "; \($0.words)" } ?? ""
        return Finding(.rollingOut, "\(seen.name): \(seen.tally)\(cause)", .wait)
    }

    private static func unavailable(_ seen: ComponentObservation) -> Finding? {
        guard (seen.deployment?.status?.availableReplicas ?? 0) < seen.desired else { return nil }
        return Finding(.unavailable, "\(seen.name): \(seen.tally); \(seen.cause)", .wait)
    }

    private var name: String { "Deployment \(component.name)" }

    private var cause: String { warning?.words ?? "look at the events of its pods" }

    private var tally: String { "\(deployment?.status?.availableReplicas ?? 0) of \(desired) pods available" }
}
