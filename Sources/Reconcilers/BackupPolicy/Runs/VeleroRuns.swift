internal import BackupModel
internal import KubeAPI

/// What Velero says of the Schedules that policies have, and of the backups that it took by them.
struct VeleroRuns: Sendable {
    let schedules: Informer
    let backups: Informer

    /// Velero's label on every backup that a Schedule made.
    static let scheduleLabel = "velero.io/schedule-name"

    init(_ environment: ReconcilerEnvironment) {
        schedules = environment.children(.veleroSchedule)
        let scheduled = LabelSelector(matchExpressions: [.init(key: Self.scheduleLabel, operator: .exists)])
        backups = environment.informers.informer(
            Selection(.veleroBackup, labelSelector: scheduled), indexers: [.label(Self.scheduleLabel)],
            isOptional: true)
    }

    /// The velero sources of a policy as they are now.
    func list(of policy: BackupPolicy) -> [VeleroSource] {
        policy.spec.sources.filter { $0.velero != nil }.map { source in
            let name = policy.veleroScheduleName(source.name)
            let key = ObjectKey(namespace: policy.metadata.namespace ?? "", name: name)
            let taken = backups.store.list(index: Self.scheduleLabel, value: name)
                .filter { $0.key.namespace == key.namespace }
            let schedule = schedules.store.whole(key).flatMap { $0.controllerUID == policy.metadata.uid ? $0 : nil }
            return VeleroSource(
                name: source.name, isServed: schedules.isServed, schedule: schedule?.dynamic(),
                backups: taken.map { VeleroBackup($0.dynamic()) })
        }
    }

    /// The policies that a backup belongs to.
    func policies(of event: InformerEvent, among policies: Informer) -> [ObjectKey] {
        guard let name = event.object.labels[Self.scheduleLabel] else { return [] }
        let key = ObjectKey(namespace: event.key.namespace, name: name)
        return schedules.store.get(key)?.labelledOwners(of: BackupPolicy.self, among: policies) ?? []
    }
}

/// A velero source as it is in the cluster.
package struct VeleroSource: Sendable, Hashable {
    var name: String
    /// Whether Velero is installed.
    var isServed: Bool
    var schedule: DynamicObject?
    var backups: [VeleroBackup]

    /// Velero looks at a Schedule at once, where it runs in the namespace.
    static let patience = Duration.seconds(60)

    var lastScheduled: Timestamp? {
        schedule?["status"]?["lastBackup"]?.string.flatMap(Timestamp.init(rfc3339:))
    }

    /// Until when Velero must have looked at the Schedule; `nil` where it has.
    var patienceEnds: Timestamp? {
        guard let schedule, schedule["status"]?["phase"] == nil else { return nil }
        return schedule[path: "metadata", "creationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:)).map {
            $0 + Self.patience
        }
    }

    func finding(at now: Timestamp) -> Finding? {
        guard isServed else {
            return Finding(
                .engineNotInstalled, "source \(name): Velero is not installed; its Schedule is made once it is", .wait)
        }
        if schedule?["status"]?["phase"]?.string == "FailedValidation" {
            let errors = schedule?["status"]?["validationErrors"]?.elements.compactMap(\.string) ?? []
            return Finding(
                .childRefused, "source \(name): Velero refuses its Schedule: \(errors.joined(separator: "; "))", .edit)
        }
        if let patienceEnds, patienceEnds <= now {
            return Finding(
                .engineNotInstalled,
                """
                source \(name): nobody looks at Schedule \(schedule?.key.description ?? ""); a policy with a velero \
                source belongs into the namespace that Velero runs in
                """, .wait)
        }
        return nil
    }

    /// The target with what is known of Velero's backups: those that have ended since the last one that was counted.
    ///
    /// - Parameter limit: what has ended later is not counted yet.
    func target(after previous: BackupPolicy.Target, until limit: Timestamp) -> BackupPolicy.Target {
        var target = previous
        for backup in backups.sorted(by: { ($0.endedAt ?? $0.began) < ($1.endedAt ?? $1.began) }) {
            guard let outcome = backup.outcome else { continue }
            let end = backup.endedAt ?? backup.began
            guard end <= limit, !target.hasCounted(backup.name, endedAt: end) else { continue }
            target.add(outcome, endedAt: end)
            target.note(backup.name, endedAt: end)
            target.durationSeconds = (end - backup.began).components.seconds
            if outcome.result != .failed { target.artifact = backup.name.cut(to: 64) }
        }
        guard isServed else { return target }
        let kept = backups.filter { $0.phase == "Completed" }.sorted { $0.began < $1.began }
        target.count = kept.isEmpty ? nil : Int64(kept.count)
        target.oldest = kept.first?.name.cut(to: 64)
        return target
    }
}

/// One backup that Velero took. Source: Velero, "Backup API Type".
struct VeleroBackup: Sendable, Hashable {
    var name: String
    var phase: String
    var began: Timestamp
    var endedAt: Timestamp?
    var message: String

    init(_ object: DynamicObject) {
        let status = object["status"]
        func time(_ value: JSONValue?) -> Timestamp? { value?.string.flatMap(Timestamp.init(rfc3339:)) }
        name = object.name
        phase = status?["phase"]?.string ?? "New"
        began =
            time(status?["startTimestamp"]) ?? time(object[path: "metadata", "creationTimestamp"])
            ?? Timestamp(secondsSinceEpoch: 0)
        endedAt = time(status?["completionTimestamp"])
        let reason = status?["failureReason"]?.string
        let errors = status?["validationErrors"]?.elements.compactMap(\.string) ?? []
        let count = status?["errors"]?.integer ?? 0
        message =
            ([reason] + errors.map(Optional.some)).compactMap(\.self).joined(separator: "; ")
            + (count > 0 ? "\(reason == nil ? "" : "; ")\(count) errors" : "")
    }

    /// `nil` while it runs, and while Velero deletes it.
    var outcome: RunOutcome? {
        switch phase {
        case "Completed": RunOutcome(result: .succeeded)
        case "PartiallyFailed": RunOutcome(result: .partial, message: words("is incomplete"))
        case "Failed", "FailedValidation": RunOutcome(result: .failed, message: words("failed"))
        default: nil
        }
    }

    private func words(_ fate: String) -> String {
        "Velero's backup \(name) \(fate)\(message.isEmpty ? "" : ": \(message)"); see velero backup logs \(name)"
    }
}
