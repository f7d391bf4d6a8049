internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `ComponentsAvailable`.
    static func addComponents(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard observed.namespaceFinding == nil else { return }
        let warnings = observed.components.compactMap(\.component.drainWarning)
        conditions.add(
            .componentsAvailable, observed.components.compactMap(\.finding).mostPressing, orElse: .available,
            ([observed.summary] + warnings).joined(separator: "; "))
    }
}

// Why a component is not available: ordered pure checks.
extension ComponentObservation {
    /// `nil` where every wanted pod is available.
    package var finding: Finding? { Self.checks.firstFinding(in: self) }

    private static let checks = Checks<ComponentObservation>(
        notPermitted, childNotWritten, replaced, fixed, gated, notMade, emptied, notHealthy, runFailed, runUnfinished)

    private static func notPermitted(_ observed: ComponentObservation) -> Finding? {
        observed.refusal.map { Finding(.notPermitted, "component \(observed.component.name): \($0)", .edit) }
    }

    private static func childNotWritten(_ observed: ComponentObservation) -> Finding? {
        guard let failure = observed.failures.mostPressing else { return nil }
        if failure.kind == .refused,
            let refusal = DeploymentHealth.refusal(failure.message, of: failure.object)
        {
            return refusal
        }
        return observed.claimFinding(failure) ?? failure.finding
    }

    /// It could be anything, and what it says of itself is not to be trusted. Jobs hold no data.
    private static func replaced(_ observed: ComponentObservation) -> Finding? {
        guard let job = observed.impostor else { return nil }
        return Finding(
            .nameConflict,
            """
            Job \(job.name) is not the one that the operator has made, by its UID, and counts for nothing; find out who has put \
            it there and delete it, and the component's own runs once more: kubectl delete job \(job.name)
            """, .edit)
    }

    private static func notMade(_ observed: ComponentObservation) -> Finding? {
        guard !observed.isMade else { return nil }
        return observed.isHeld
            ? Finding(.exceeded, "\(observed.name) is not made: the quota leaves no room for it", .edit)
            : Finding(.rollingOut, "\(observed.name) is not there yet", .wait)
    }

    /// The Kubernetes API would refuse the change, so it is not tried.
    private static func fixed(_ observed: ComponentObservation) -> Finding? { observed.fixed }

    private static func gated(_ observed: ComponentObservation) -> Finding? {
        if let awaited = observed.awaited {
            return Finding(.rollingOut, "\(observed.name) is not made until \(awaited)", .wait)
        }
        guard let gate = observed.gate else { return nil }
        let stays = observed.image.map { "stays at \($0)" } ?? "is not made"
        return Finding(
            .rollingOut, "\(observed.name) \(stays) until Job \(gate.jobName) has succeeded", .wait)
    }

    /// A scaler has taken all pods of a component that is to have some: anybody who may edit the namespace can make one.
    private static func emptied(_ observed: ComponentObservation) -> Finding? {
        observed.scalers?.emptied(
            observed.name, least: observed.component.replicas,
            unless: observed.component.autoscaling == nil ? "set replicas to 0" : "set autoscaling.min to 0")
    }

    private static func notHealthy(_ observed: ComponentObservation) -> Finding? { observed.health?.finding }

    /// `nil` where there is no Deployment or StatefulSet.
    var health: DeploymentHealth? {
        deployment.map { deployment in
            DeploymentHealth(
                kind: component.workloadType.kind, deployment: deployment, desired: desired, pods: pods,
                nodeProblems: nodeProblems, warning: warning,
                now: now)
        }
    }

    /// `Deployment web`, `Job migrate-0123456789`.
    var name: String {
        "\(component.workloadType.kind) \(component.kind == .job ? component.jobName : component.name)"
    }
}

// What a claim cannot become. The API server's words name fields of the claim; what the user edits is a volume.
extension ComponentObservation {
    /// `nil` where the failure is about something else.
    func claimFinding(_ failure: WriteFailure) -> Finding? {
        // Wanted by two of the environment itself: its own words say what to do.
        if failure.isDouble { return nil }
        guard failure.kind == .refused, failure.object.isOne(of: [.persistentVolumeClaim]),
            let claim = claims.first(where: { $0.key == failure.object.key }),
            let volume = component.ownVolumes.first(where: { component.claimNames($0).contains(claim.key.name) }),
            let wanted = Amount.quantity(volume.size)
        else { return nil }
        let place = "spec.components[\(component.name)].volumes[\(volume.name)]"
        let (has, asks) = (Amount.text(claim.size, of: "storage"), Amount.text(wanted, of: "storage"))
        func finding(_ words: String, _ fix: String, _ consequence: Finding.Consequence = .edit) -> Finding {
            let message = "\(failure.object) \(words); \(fix); the API server: \(failure.message)"
            return Finding(.childRefused, message, consequence)
        }
        let instead = "or make a volume of another name and move the data"
        if let wantedClass = volume.storageClass, wantedClass != claim.storageClass {
            let hasClass = claim.storageClass ?? "none"
            return finding(
                "keeps its StorageClass \(hasClass)", "set \(place).storageClass back to \(hasClass), \(instead)")
        }
        if wanted < claim.size {
            return finding(
                "has \(has) and does not shrink to \(asks)", "set \(place).size to \(has) or more, \(instead)")
        }
        guard claim.size < wanted else { return nil }
        guard claim.isBound else {
            return finding(
                "does not grow from \(has) to \(asks) before it has a volume",
                "wait for that, or set \(place).size back to \(has)", .wait)
        }
        let allows = claim.storageClass.map { "its StorageClass \($0) does not allow it (allowVolumeExpansion)" }
        return finding(
            "does not grow from \(has) to \(asks): \(allows ?? "it has no StorageClass that could")",
            "set \(place).size back to \(has), \(instead)")
    }
}
