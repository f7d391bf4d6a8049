internal import KubeAPI

// The status as a pure function of what was observed.
extension PolicyObservation {
    /// What the policy's status says; `StatusWriter` adds generation and times.
    package var status: BackupPolicy.Status {
        var status = BackupPolicy.Status()
        status.lastHandledReconcileAt = policy.policy.metadata.annotations?[AnnotationKey.requestedAt]?.cut(to: 256)
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
        addSchedule(to: &conditions)
        addSuccess(to: &conditions)
        addFreshness(to: &conditions)
        addVerification(to: &conditions)
        addPruning(to: &conditions)
        addAlerting(to: &conditions)
        for finding in [artifactsMissing, pruneFailed].compactMap(\.self) { conditions.block(finding) }
        return conditions.assembled(
            ready: policy.spec.suspend ? (.suspended, "suspended; \(summary)") : (.ready, summary))
    }

    var summary: String {
        let kept = targets.count { $0.lastSuccessTime != nil && !$0.isFlawed }
        let count = "\(kept) of \(targets.count.counted("target")) backed up"
        // Where it is required, it is told instead of this.
        let flawed = targets.first { $0.isFlawed && !cameTooEarly($0) }
        return count + (flawed.map { "; \($0.verdict)" } ?? "")
    }

    /// Artifacts that were there, and that no run says to have deleted.
    private var artifactsMissing: Finding? {
        guard let target = requiredTargets.first(where: { $0.expected != nil }) else { return nil }
        let key = "\(policy.name) -n \(policy.namespace)"
        let time = target.missingSince?.description ?? now.description
        return Finding(
            .artifactsMissing,
            """
            \(target.name): there are \(target.count ?? 0) artifacts where there were \(target.expected ?? 0), and no run has \
            deleted them; look into the store. If that is all right: kubectl annotate --overwrite bpol \(key) \
            \(AnnotationKey.acceptedLoss)=\(time)
            """, .wait)
    }
}
