package import KubeAPI

/// Makes one BackupPolicy true: a CronJob for each source, and a status that tells what became of its runs. No finalizer:
/// the children go by their owner, and what is stored stays.
package struct BackupPolicyReconciler: Reconciler {
    let policies: Informer
    let cronJobs: Informer
    let runs: BackupRuns
    let children: ChildWriter
    let statusWriter: StatusWriter
    let events: any EventSink
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package func reconcile(_ key: ObjectKey) async throws -> Outcome {
        guard let object = policies.store.get(key)?.dynamic(), !object.isBeingDeleted else { return .done }
        switch read(object) {
        case .failure(let finding):
            // What cannot be read is neither written nor pruned; the rest of its status stays.
            try await report(finding, on: object)
            return .done
        case .success(let policy): return try await settle(policy, object)
        }
    }

    private func settle(_ policy: BackupPolicy, _ object: DynamicObject) async throws -> Outcome {
        let written = try await children.settle(
            policy.children(), of: object, controller: OwnerReference(controllerFor: policy),
            labels: [
                LabelKey.managedBy: LabelKey.manager,
                LabelKey.backupPolicy: ChildName.labelValue(policy.metadata.name ?? ""),
            ], recorded: policy.status?.inventory ?? [])
        var seen = BackupObservation(
            policy: policy, now: now(), runs: runs.list(of: policy), verifications: runs.verifications(of: policy))
        seen.failures = written.failures
        seen.pruneFailures = written.pruneFailures
        seen.inventory = written.inventory
        for source in policy.ownSources {
            let name = ObjectKey(namespace: object.namespace, name: policy.cronJobName(source.name))
            let time = cronJobs.store.get(name)?.value(at: "status", "lastScheduleTime")?.string
            seen.lastScheduled[source.name] = time.flatMap(Timestamp.init(rfc3339:))
        }
        try await report(seen.status, on: object)
        return try outcome(of: seen, retryAfter: written.retryAfter)
    }

    private func outcome(of seen: BackupObservation, retryAfter: Duration?) throws -> Outcome {
        let failures = seen.failures + seen.pruneFailures
        if let cause = failures.first(where: { $0.kind == .transient })?.cause { throw cause }
        let waits = failures.compactMap(\.retryAfter) + [retryAfter, seen.nextLook].compactMap(\.self)
        return waits.min().map(Outcome.requeue(after:)) ?? .done
    }

    /// The policy as it is to be, or why it can't be read.
    private func read(_ object: DynamicObject) -> Result<BackupPolicy, Finding> {
        do {
            let policy = try BackupPolicy(defaulting: object)
            guard let violation = policy.ruleViolations.first else { return .success(policy) }
            return .failure(Finding(.invalidSpec, "\(violation)", .edit))
        } catch {
            return .failure(Finding(.invalidSpec, "\(error)", .edit))
        }
    }

    /// Writes the status, and an event where `Ready` has changed.
    private func report(_ status: some Encodable, on object: DynamicObject) async throws {
        let isWritten = try await statusWriter.write(status, to: object, as: BackupPolicy.resourceType)
        guard isWritten, let json = try JSONValueEncoder().encode(status).object,
            let event = ReadyTransition(before: object["status"]?.object ?? [:], after: json)?.event(on: object)
        else { return }
        events.emit(event)
    }

    private func report(_ finding: Finding, on object: DynamicObject) async throws {
        var conditions = Conditions()
        conditions.block(finding)
        var status = object["status"]?.object ?? [:]
        status["conditions"] = try JSONValueEncoder().encode(conditions.assembled(ready: (.ready, "")))
        try await report(JSONValue.object(status), on: object)
    }
}
