internal import KubeAPI

// Why the pods of a region are not all available: ordered pure checks.
extension RegionObservation {
    /// `nil` where every wanted pod is available.
    var podFinding: Finding? { Self.podChecks.firstFinding(in: self) }

    private static let podChecks = Checks<RegionObservation>(
        notPermitted, childNotWritten, notObserved, podsRefused, deadlineExceeded, rollingOut, unavailable)

    private static func notPermitted(_ seen: RegionObservation) -> Finding? {
        seen.refusal.map { Finding(.notPermitted, "region \(seen.region.name): \($0)", .edit) }
    }

    private static func childNotWritten(_ seen: RegionObservation) -> Finding? {
        guard let failure = seen.failures.first else { return nil }
        switch failure.kind {
        case .nameTaken: return Finding(.nameConflict, failure.message, .edit)
        case .contended: return Finding(.contended, "\(failure.object): \(failure.message)", .edit)
        case .waiting: return Finding(.rollingOut, failure.message, .wait)
        case .refused:
            return refusal(failure.message, of: failure.object)
                ?? Finding(
                    .childRefused, "\(failure.object): \(failure.message)", .edit)
        case .transient:
            return Finding(.writeFailed, "\(failure.object) could not be written: \(failure.message)", .wait)
        }
    }

    private static func notObserved(_ seen: RegionObservation) -> Finding? {
        guard let deployment = seen.deployment else {
            return Finding(.rollingOut, "Deployment \(seen.region.childName) is not there yet", .wait)
        }
        guard !deployment.isObserved else { return nil }
        return Finding(
            .rollingOut, "\(seen.name) has not been looked at by the cluster's deployment controller yet", .wait)
    }

    /// The ReplicaSet controller was not allowed to make pods; its words are the API server's.
    private static func podsRefused(_ seen: RegionObservation) -> Finding? {
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

    private static func deadlineExceeded(_ seen: RegionObservation) -> Finding? {
        guard let progress = seen.deployment?.status?.conditions?["Progressing"],
            progress.reason == "ProgressDeadlineExceeded"
        else { return nil }
        return Finding(
            .unavailable,
            "\(seen.name): \(seen.tally); \(progress.message ?? "it does not progress"); look at the events of its pods",
            .edit)
    }

    private static func rollingOut(_ seen: RegionObservation) -> Finding? {
        guard let deployment = seen.deployment, !deployment.isRolledOut else { return nil }
        let progress = deployment.status?.conditions?["Progressing"]
        // A finished roll-out that has lost pods since is no roll-out.
        guard progress?.reason != "NewReplicaSetAvailable" || (deployment.status?.updatedReplicas ?? 0) < seen.desired
        else { return nil }
        return Finding(.rollingOut, "\(seen.name): \(seen.tally)", .wait)
    }

    private static func unavailable(_ seen: RegionObservation) -> Finding? {
        guard (seen.deployment?.status?.availableReplicas ?? 0) < seen.desired else { return nil }
        return Finding(.unavailable, "\(seen.name): \(seen.tally); look at the events of its pods", .wait)
    }

    private var name: String {
        "Deployment \(deployment?.metadata.name ?? region.childName)"
    }

    private var tally: String {
        "\(deployment?.status?.availableReplicas ?? 0) of \(desired) pods available"
    }
}
