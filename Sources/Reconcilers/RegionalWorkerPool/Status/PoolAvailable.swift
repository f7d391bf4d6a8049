internal import KubeAPI

// Why the pods of a region are not all available: ordered pure checks.
extension RegionObservation {
    /// `nil` where every wanted pod is available.
    var podFinding: Finding? { Self.podChecks.firstFinding(in: self) }

    private static let podChecks = Checks<RegionObservation>(
        notPermitted, childNotWritten, notMade, emptied, notHealthy, misplaced)

    private static func notPermitted(_ observed: RegionObservation) -> Finding? {
        observed.refusal.map { Finding(.notPermitted, "region \(observed.region.name): \($0)", .edit) }
    }

    private static func childNotWritten(_ observed: RegionObservation) -> Finding? {
        guard let failure = observed.failures.mostPressing else { return nil }
        switch failure.kind {
        case .nameTaken: return Finding(.nameConflict, failure.message, .edit)
        case .contended: return Finding(.contended, "\(failure.object): \(failure.message)", .edit)
        case .waiting: return Finding(.rollingOut, failure.message, .wait)
        case .terminating: return failure.finding
        case .refused:
            return DeploymentHealth.refusal(failure.message, of: failure.object)
                ?? Finding(
                    .childRefused, "\(failure.object): \(failure.message)", .edit)
        case .transient:
            return Finding(.writeFailed, "\(failure.object) could not be written: \(failure.message)", .wait)
        }
    }

    private static func notMade(_ observed: RegionObservation) -> Finding? {
        guard observed.deployment == nil else { return nil }
        return Finding(.rollingOut, "Deployment \(observed.region.childName) is not there yet", .wait)
    }

    /// Somebody else's scaler has taken all pods of a region that is to have some.
    private static func emptied(_ observed: RegionObservation) -> Finding? {
        guard observed.plan.isLeft else { return nil }
        return observed.scalers?.emptied(
            "Deployment \(observed.region.childName)", least: observed.region.minReplicas,
            unless: "set replicas of the region to 0")
    }

    private static func notHealthy(_ observed: RegionObservation) -> Finding? { observed.health?.finding }

    /// Kubernetes moves no pod because of labels. Nor does the operator: see
    /// docs/decisions/0030-pods-that-have-left-their-region.md.
    private static func misplaced(_ observed: RegionObservation) -> Finding? {
        guard let first = observed.misplaced.first, let pod = first.pods.first else { return nil }
        let count = observed.misplaced.reduce(0) { $0 + $1.pods.count } - 1
        let others = count > 0 ? " (and \(count.counted("other pod")) on \(observed.nodesOfMisplaced))" : ""
        let place = first.holder.map { "\($0.text) has" } ?? "its nodeSelector does not match"
        return Finding(
            .podsMisplaced,
            """
            region \(observed.region.name): Pod \(pod) runs on Node \(first.node), which \(place) by now\(others); labels \
            move no pod that runs: once the region has other nodes for them, kubectl rollout restart deployment \
            \(observed.region.childName), or give the nodes their labels back
            """, .edit)
    }

    private var nodesOfMisplaced: String {
        misplaced.count == 1 ? "it" : misplaced.count.counted("node")
    }

    /// `nil` where there is no Deployment.
    var health: DeploymentHealth? {
        deployment.map { deployment in
            DeploymentHealth(
                deployment: deployment, desired: desired, pods: pods, nodeProblems: nodeProblems,
                remark: unreadyNodes, now: now)
        }
    }

    /// Where pods find no place, claimed nodes that are not ready may be why.
    private var unreadyNodes: String? {
        guard let unready else { return nil }
        let others = claimed - ready - 1
        return "Node \(unready.name) of the region \(unready.problem)"
            + (others > 0 ? " (and \(others.counted("other node")))" : "")
    }
}
