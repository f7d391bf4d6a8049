internal import BackupModel
internal import KubeAPI

// The status as a pure function of what was observed.
extension BackupObservation {
    /// What the policy's status says; `StatusWriter` adds generation and times.
    package var status: BackupPolicy.Status {
        var status = BackupPolicy.Status()
        status.lastHandledReconcileAt = policy.metadata.annotations?[AnnotationKey.requestedAt]?.cut(to: 256)
        status.nextRunTime = nextRun
        let successes = requiredTargets.map(\.lastSuccessTime)
        status.lastSuccessTime = successes.contains(nil) ? nil : successes.compactMap(\.self).min()
        status.size = size
        status.targets = targets
        status.destinations = destinations.isEmpty ? nil : destinations
        status.templates = templates.isEmpty ? nil : templates
        status.inventory = inventory.listed(for: BackupPolicy.self)
        status.conditions = conditions
        return status
    }

    /// Each source once, at the destination that has the most of it.
    private var size: String? {
        let sizes = policy.spec.sources.compactMap { source in
            targets.filter { $0.source == source.name }.compactMap(\.sizeBytes).max()
        }
        return sizes.isEmpty ? nil : ByteCount.text(sizes.reduce(0) { $0 + min(max($1, 0), 1 << 53) })
    }

    private var conditions: [Condition] {
        var conditions = Conditions()
        conditions.remark = inventory.omission(for: BackupPolicy.self)
        conditions.add(
            .scheduled, Self.scheduleChecks.firstFinding(in: self), orElse: .converged,
            (policy.spec.suspend
                ? "suspended: no run is due" : "\(policy.spec.sources.count.counted("source")) scheduled")
                + notCounted + (closedWay.map { "; \($0)" } ?? ""))
        addSuccess(to: &conditions)
        addFreshness(to: &conditions)
        addVerification(to: &conditions)
        addPruning(to: &conditions)
        addAlerting(to: &conditions)
        for finding in [artifactsMissing, pruneFailed].compactMap(\.self) { conditions.block(finding) }
        return conditions.assembled(
            ready: policy.spec.suspend ? (.suspended, "suspended; \(summary)") : (.ready, summary))
    }

    private var notCounted: String {
        strangers.isEmpty
            ? "" : "; not counted, since no CronJob of the policy is known to make them so: \(strangers.listed)"
    }

    private var summary: String {
        let kept = targets.count { $0.lastSuccessTime != nil && !$0.isFlawed }
        let count = "\(kept) of \(targets.count.counted("target")) backed up"
        // Where it is required, it is told instead of this.
        let flawed = targets.first { $0.isFlawed && !cameTooEarly($0) }
        return count + (flawed.map { "; \($0.verdict)" } ?? "")
    }

    private static let scheduleChecks = Checks<BackupObservation>(
        notPermitted, clusterUnknown, childFailed, podSecurity, veleroUnable, unsupportedDatastore, secretMissing,
        notPrepared,
        podWaiting)

    private static func clusterUnknown(_ seen: BackupObservation) -> Finding? {
        guard !seen.isClusterKnown, !seen.policy.ownSources.isEmpty else { return nil }
        return Finding(
            .clusterUnknown,
            """
            the UID of namespace kube-system is not known, by which destinations tell the artifacts of clusters apart; no \
            CronJob is written
            """, .wait)
    }

    private static func notPrepared(_ seen: BackupObservation) -> Finding? {
        guard !seen.policy.spec.suspend, !seen.policy.ownSources.isEmpty else { return nil }
        let required = Set(seen.requiredDestinations)
        let waiting = seen.destinations.filter { $0.preparedTime == nil && required.contains($0.name) }
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
        if let waits = seen.preparationWaits {
            return Finding(.podWaiting, "destination \(first.name) is being made ready: \(waits)", .wait)
        }
        return Finding(.preparing, "destination \(first.name) is being made ready for artifacts", .wait)
    }

    private static func notPermitted(_ seen: BackupObservation) -> Finding? {
        if let refusal = seen.priorityRefusal {
            return Finding(.notPermitted, "spec.podTemplate.priorityClassName: \(refusal)", .edit)
        }
        guard let (source, why) = seen.refused.min(by: { $0.key < $1.key }) else { return nil }
        return Finding(.notPermitted, "source \(source): \(why)", .edit)
    }

    private static func veleroUnable(_ seen: BackupObservation) -> Finding? {
        seen.velero.lazy.compactMap { $0.finding(at: seen.now) }.first
    }

    private static func unsupportedDatastore(_ seen: BackupObservation) -> Finding? {
        if let source = seen.withoutServers.min() {
            return Finding(
                .unsupportedDatastore,
                """
                source \(source): no node has the labels of etcd.nodeSelector; K3s gives them to servers that keep the \
                embedded etcd, and no other datastore can be backed up by etcd
                """, .wait)
        }
        return seen.requiredTargets.first { $0.reason == Reason.unsupportedDatastore.rawValue }.map {
            Finding(.unsupportedDatastore, "\($0.name): \($0.message ?? "there is no embedded etcd")", .wait)
        }
    }

    private static func childFailed(_ seen: BackupObservation) -> Finding? { seen.failures.mostPressing?.finding }

    private static func podSecurity(_ seen: BackupObservation) -> Finding? { seen.podSecurity }

    private static func secretMissing(_ seen: BackupObservation) -> Finding? {
        guard let target = seen.requiredTargets.first(where: { $0.reason == Reason.secretMissing.rawValue }) else {
            return nil
        }
        return Finding(.secretMissing, "\(target.name): \(target.message ?? "a key is missing")", .wait)
    }

    private static func podWaiting(_ seen: BackupObservation) -> Finding? {
        guard let (name, why) = seen.waiting.min(by: { $0.key < $1.key }) else { return nil }
        return Finding(.podWaiting, "\(name): \(why)", .wait)
    }

    private func addSuccess(to conditions: inout Conditions) {
        let failures = requiredTargets.filter { $0.lastResult == .failed && !cameTooEarly($0) }
        if let failed = failures.first {
            let isLate = failed.reason == Reason.deadlineExceeded.rawValue
            let others = failures.count - 1
            let more = others > 0 ? " (and \(others.counted("other target")))" : ""
            conditions.add(
                .backupSucceeded,
                Finding(
                    isLate ? .deadlineExceeded : .failed,
                    "\(failed.name)\(more) failed: \(failed.message ?? "see the logs of its job")", .wait),
                orElse: .succeeded, "")
        } else if let partial = requiredTargets.first(where: { $0.lastResult == .partial }) {
            conditions.add(
                .backupSucceeded,
                Finding(.partial, partial.verdict, .wait), orElse: .succeeded, "")
        } else if let early = requiredTargets.first(where: cameTooEarly) {
            conditions.note(
                .backupSucceeded, .unknown, .neverRan,
                "\(early.name): its last run came before the destination was made ready; it is ready for the next one")
        } else if requiredTargets.contains(where: { $0.lastResult == nil }) {
            conditions.note(.backupSucceeded, .unknown, .neverRan, "not every target has had a run yet")
        } else {
            conditions.add(.backupSucceeded, nil, orElse: .succeeded, summary)
        }
    }

    /// Whether the last run failed because the destination was not made ready yet, and it has become so since.
    private func cameTooEarly(_ target: BackupPolicy.Target) -> Bool {
        target.reason == Reason.destinationNotReady.rawValue
            && destinations.contains { $0.name == target.destination && $0.preparedTime != nil }
    }

    private func addPruning(to conditions: inout Conditions) {
        if policy.ownSources.isEmpty {
            conditions.note(.pruned, .unknown, .disabled, "Velero prunes its backups by itself, after their ttl")
            return
        }
        if let odd = targets.first(where: { $0.pruned == "Refused" || $0.pruned == "Failed" }) {
            let why = odd.suspicion ?? odd.message ?? "the newest artifact is not whole"
            conditions.note(.pruned, .false, .refused, "\(odd.name): \(why)")
        } else if targets.contains(where: { $0.pruned != nil }) {
            conditions.note(.pruned, .true, .done, "what retention does not keep is gone")
        } else {
            conditions.note(.pruned, .unknown, .neverRan, "nothing had to be pruned yet")
        }
    }

    /// Artifacts that were there, and that no run says to have deleted.
    private var artifactsMissing: Finding? {
        guard let target = requiredTargets.first(where: { $0.expected != nil }) else { return nil }
        let key = "\(policy.metadata.name ?? "") -n \(policy.metadata.namespace ?? "")"
        let time = target.missingSince?.description ?? now.description
        return Finding(
            .artifactsMissing,
            """
            \(target.name): there are \(target.count ?? 0) artifacts where there were \(target.expected ?? 0), and no run has \
            deleted them; look into the store. If that is all right: kubectl annotate --overwrite bpol \(key) \
            \(AnnotationKey.acceptedLoss)=\(time)
            """, .wait)
    }

    private var pruneFailed: Finding? {
        pruneFailures.first.map { failure in
            Finding(.writeFailed, "\(failure.object) is not wanted any more and stays: \(failure.message)", .wait)
        }
    }
}

extension BackupPolicy.Target {
    /// Whether its last run did not store all that it should.
    fileprivate var isFlawed: Bool { lastResult == .failed || lastResult == .partial }

    /// What its last run came to, where it is flawed.
    fileprivate var verdict: String {
        "\(name) \(lastResult == .failed ? "failed" : "is incomplete"): \(message ?? "see the logs of its job")"
    }
}
