internal import KubeAPI

// Whether runs will begin, and their pods do what they are to: ordered pure checks.
extension PolicyObservation {
    func addSchedule(to conditions: inout Conditions) {
        conditions.add(
            .scheduled, Self.scheduleChecks.firstFinding(in: self), orElse: .converged,
            (policy.spec.suspend
                ? "suspended: no run is due" : "\(policy.spec.sources.count.counted("source")) scheduled")
                + notCounted + (closedWay.map { "; \($0)" } ?? ""))
    }

    private var notCounted: String {
        strangers.isEmpty
            ? "" : "; not counted, since no CronJob of the policy is known to make them so: \(strangers.listed)"
    }

    private static let scheduleChecks = Checks<PolicyObservation>(
        notPermitted, clusterUnknown, childFailed, podSecurity, veleroUnable, unsupportedDatastore, secretMissing,
        notPrepared,
        podWaiting)

    private static func clusterUnknown(_ observed: PolicyObservation) -> Finding? {
        guard !observed.policy.inputs.isClusterKnown, observed.policy.hasPods else { return nil }
        return Finding(
            .clusterUnknown,
            """
            the UID of namespace kube-system is not known, by which destinations tell the artifacts of clusters apart; no \
            CronJob is written
            """, .wait)
    }

    private static func notPrepared(_ observed: PolicyObservation) -> Finding? {
        guard !observed.policy.spec.suspend, observed.policy.hasPods else { return nil }
        let required = Set(observed.requiredDestinations)
        let waiting = observed.destinations.filter { $0.preparedTime == nil && required.contains($0.name) }
        guard let first = waiting.first(where: { $0.message != nil }) ?? waiting.first else { return nil }
        if let message = first.message {
            let isSecret = first.reason == Reason.secretMissing.rawValue
            return Finding(
                isSecret ? .secretMissing : .destinationNotReady,
                """
                destination \(first.name) could not be made ready: \(message); it is tried again ten minutes later, or at once \
                when its Job (its name holds -prepare-) is deleted
                """, .wait)
        }
        if let waits = observed.preparationWaits {
            return Finding(.podWaiting, "destination \(first.name) is being made ready: \(waits)", .wait)
        }
        return Finding(.preparing, "destination \(first.name) is being made ready for artifacts", .wait)
    }

    private static func notPermitted(_ observed: PolicyObservation) -> Finding? {
        if let refusal = observed.policy.priorityRefusal {
            return Finding(.notPermitted, "spec.podTemplate.priorityClassName: \(refusal)", .edit)
        }
        guard let (source, why) = observed.policy.refused.min(by: { $0.key < $1.key }) else { return nil }
        return Finding(.notPermitted, "source \(source): \(why)", .edit)
    }

    private static func veleroUnable(_ observed: PolicyObservation) -> Finding? {
        observed.velero.lazy.compactMap { $0.finding(at: observed.now) }.first
    }

    private static func unsupportedDatastore(_ observed: PolicyObservation) -> Finding? {
        if let source = observed.withoutServers.min() {
            return Finding(
                .unsupportedDatastore,
                """
                source \(source): no node has the labels of etcd.nodeSelector; K3s gives them to servers that keep the \
                embedded etcd, and no other datastore can be backed up by etcd
                """, .wait)
        }
        return observed.requiredTargets.first { $0.reason == Reason.unsupportedDatastore.rawValue }.map {
            Finding(.unsupportedDatastore, "\($0.name): \($0.message ?? "there is no embedded etcd")", .wait)
        }
    }

    private static func childFailed(_ observed: PolicyObservation) -> Finding? {
        observed.failures.mostPressing?.finding
    }

    private static func podSecurity(_ observed: PolicyObservation) -> Finding? { observed.podSecurity }

    private static func secretMissing(_ observed: PolicyObservation) -> Finding? {
        guard let target = observed.requiredTargets.first(where: { $0.reason == Reason.secretMissing.rawValue }) else {
            return nil
        }
        return Finding(.secretMissing, "\(target.name): \(target.message ?? "a key is missing")", .wait)
    }

    private static func podWaiting(_ observed: PolicyObservation) -> Finding? {
        guard let (name, why) = observed.waiting.min(by: { $0.key < $1.key }) else { return nil }
        return Finding(.podWaiting, "\(name): \(why)", .wait)
    }
}
