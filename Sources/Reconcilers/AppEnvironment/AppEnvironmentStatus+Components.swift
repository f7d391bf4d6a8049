internal import KubeAPI

// Why a component is not available: ordered pure checks.
extension ComponentObservation {
    /// `nil` where every wanted pod is available.
    package var finding: Finding? { Self.checks.firstFinding(in: self) }

    private static let checks = Checks<ComponentObservation>(notPermitted, childNotWritten, notMade, notHealthy)

    private static func notPermitted(_ seen: ComponentObservation) -> Finding? {
        seen.refusal.map { Finding(.notPermitted, "component \(seen.component.name): \($0)", .edit) }
    }

    private static func childNotWritten(_ seen: ComponentObservation) -> Finding? {
        guard let failure = seen.failures.mostPressing else { return nil }
        if failure.kind == .refused,
            let refusal = DeploymentHealth.refusal(failure.message, of: failure.object)
        {
            return refusal
        }
        return seen.claimFinding(failure) ?? failure.finding
    }

    private static func notMade(_ seen: ComponentObservation) -> Finding? {
        guard seen.deployment == nil else { return nil }
        return seen.isHeld
            ? Finding(.exceeded, "\(seen.name) is not made: the quota leaves no room for it", .edit)
            : Finding(.rollingOut, "\(seen.name) is not there yet", .wait)
    }

    private static func notHealthy(_ seen: ComponentObservation) -> Finding? { seen.health?.finding }

    /// `nil` where there is no Deployment.
    var health: DeploymentHealth? {
        deployment.map { deployment in
            DeploymentHealth(
                deployment: deployment, desired: desired, pods: pods, nodeProblems: nodeProblems, warning: warning,
                now: now)
        }
    }

    private var name: String { "Deployment \(component.name)" }
}
