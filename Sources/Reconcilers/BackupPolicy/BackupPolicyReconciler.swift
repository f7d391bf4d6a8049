package import KubeAPI

/// Makes one BackupPolicy true: a CronJob for each source, and a status that tells what became of its runs. No finalizer:
/// the children go by their owner, and what is stored stays.
package struct BackupPolicyReconciler: Reconciler {
    let policies: Informer
    let cronJobs: Informer
    let runs: BackupRuns
    let children: ChildWriter
    let status: StatusReporter
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package func reconcile(_ key: ObjectKey) async throws -> Outcome {
        guard let object = policies.store.get(key)?.dynamic(), !object.isBeingDeleted else { return .done }
        switch BackupPolicy.read(object) {
        case .failure(let finding):
            // What cannot be read is neither written nor pruned; the rest of its status stays.
            try await status.report(finding, on: object)
            return .done
        case .success(let policy): return try await settle(policy, object)
        }
    }

    private func settle(_ policy: BackupPolicy, _ object: DynamicObject) async throws -> Outcome {
        // A suspended policy is not left alone: its CronJobs have to be suspended.
        let written = try await children.settle(
            policy.children(), of: policy, object, recorded: policy.status?.inventory ?? [], isSuspended: false)
        var seen = BackupObservation(policy: policy, now: now(), runs: runs.list(of: policy))
        seen.failures = written.failures.map(\.failure)
        seen.pruneFailures = written.pruneFailures
        seen.inventory = written.inventory
        seen.isPrometheusMissing = written.missingAPIs.contains(.prometheusRule)
        for source in policy.spec.sources {
            let name = ObjectKey(namespace: object.namespace, name: policy.cronJobName(source.name))
            let time = cronJobs.store.get(name)?.value(at: "status", "lastScheduleTime")?.string
            seen.lastScheduled[source.name] = time.flatMap(Timestamp.init(rfc3339:))
        }
        try await status.report(seen.status, on: object, news: seen.events(on: object))
        return try outcome(of: seen, retryAfter: written.retryAfter)
    }

    private func outcome(of seen: BackupObservation, retryAfter: Duration?) throws -> Outcome {
        let failures = seen.failures + seen.pruneFailures
        if let cause = failures.first(where: { $0.kind == .transient })?.cause { throw cause }
        let waits = failures.compactMap(\.retryAfter) + [retryAfter, seen.nextLook].compactMap(\.self)
        return waits.min().map(Outcome.requeue(after:)) ?? .done
    }
}
