package import KubeAPI

/// Backups of a namespace: what, when, where to, and for how long.
///
/// The fields without `?` are required or have defaults in the CRD: `BackupPolicy.init(defaulting:)` fills them in where
/// a server has not.
package struct BackupPolicy: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "BackupPolicy", plural: "backuppolicies")
    package static let ownerLabelKey = LabelKey.backupPolicy
    package static let childComponent = "backup"
    package static let definition = CustomResource.backupPolicy
    package static let partList = "sources"
    package static let departure = Departure(
        consequence: "no backup runs any more, a running one is cut off; what is stored stays")
    package static let childKinds: [ChildKind] = [
        .cronJob, .job, .configMap, .serviceAccount, .roleBinding, .networkPolicy, .prometheusRule, .veleroSchedule,
    ]
    package static let builtInFields = [BuiltInField("spec.podTemplate.tolerations[]", "Toleration")]

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
}

extension BackupPolicy {
    /// Rights in the namespaces that it reads.
    package static func mayHaveChildren(
        _ type: ResourceType, in _: String, from own: String, _ permissions: Permissions
    ) -> Bool { type == .roleBinding && permissions.isPrivileged(own) }

    package func rendered() throws -> [DesiredChild] { try ResolvedPolicy(self).rendered() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        var policy = self
        // Which destinations are ready.
        policy.status = try await client.find(Self.resourceType, key).flatMap { try Self(defaulting: $0).status }
        return try await ResolvedPolicy(policy, PolicyInputs(asking: client)).rendered()
    }

    /// Schedules and the time zone, which take more than CEL can do.
    package var violationsBeyondDefinition: [Violation] {
        let schedules = [
            ("spec.schedule", spec.schedule), ("spec.verification.checkSchedule", spec.verification.checkSchedule),
            ("spec.verification.drill.schedule", spec.verification.drill?.schedule),
        ]
        let violations = schedules.compactMap { path, schedule -> Violation? in
            guard let schedule else { return nil }
            do throws(CronSchedule.ParseError) {
                _ = try CronSchedule(schedule)
                return nil
            } catch {
                return Violation(path, error.message)
            }
        }
        do {
            _ = try TimeZoneRules.named(spec.timeZone)
            return violations
        } catch {
            return violations + [Violation("spec.timeZone", error.message)]
        }
    }
}

// MARK: Names

extension BackupPolicy {
    static let sourceContainer = "source"
    static let notifierContainer = "notify"
    static let fetchContainer = "fetch"
    static let drillContainer = "drill"
    /// What the targets of velero sources have for a destination.
    static let veleroDestination = "velero"
    /// The value of `LabelKey.backupTask`.
    static let prepareTask = "prepare"

    static func destinationContainer(_ destination: String) -> String { "to-\(destination)" }
    static func checkContainer(_ destination: String) -> String { "check-\(destination)" }
    static func prepareContainer(_ destination: String) -> String { "prepare-\(destination)" }

    /// The name of a source's CronJob: the job's name adds 11 characters to it, and must be a label's value.
    package func cronJobName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", source, limit: 52)
    }

    /// Velero adds the time of a backup to the name.
    func veleroScheduleName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", source, limit: 48)
    }

    /// Not that of a source, as those below: no source's name begins with a dash.
    var checkName: String { ChildName.joined(metadata.name ?? "", "-check", limit: 52) }

    func drillName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", "-\(source)-drill", limit: 52)
    }

    /// Of the NetworkPolicy of one source. That for all pods is `POLICY-backup`.
    func reachName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", "-\(source)-reach", limit: 52)
    }

    /// The name of what all sources share.
    var sharedName: String { ChildName.joined(metadata.name ?? "", "backup", limit: 52) }

    /// By these labels a source's jobs and pods are known.
    package func runLabels(of source: String) -> [String: String] {
        [LabelKey.backupPolicy: ChildName.labelValue(metadata.name ?? ""), LabelKey.backupSource: source]
    }
}

// MARK: Sources and destinations

extension BackupPolicy {
    /// Those that pods of ours take: all but Velero's.
    var ownSources: [Source] { spec.sources.filter { $0.velero == nil } }

    /// Those that the policy can't do without; all of them where it could do without each.
    package var requiredDestinations: [String] {
        let required = spec.destinations.filter(\.required)
        return (required.isEmpty ? spec.destinations : required).map(\.name)
    }

    /// Where drills fetch what they restore: the first that the policy can't do without.
    var drillDestination: Destination? { spec.destinations.first(where: \.required) ?? spec.destinations.first }

    /// The sources that a drill restores.
    var drillSources: [Source] {
        spec.verification.drill == nil ? [] : spec.sources.filter { $0.postgres != nil || $0.etcd != nil }
    }
}

extension BackupPolicy.Source {
    /// Files of any owner, and those of the server, are read as root.
    var needsRoot: Bool { pvc != nil || etcd != nil }

    var staging: BackupPolicy.Staging? { postgres?.staging ?? pvc?.staging }
}

extension BackupPolicy.Status {
    func target(_ source: String, _ destination: String) -> BackupPolicy.Target? {
        targets?.first { $0.source == source && $0.destination == destination }
    }

    func destination(_ name: String) -> BackupPolicy.DestinationStatus? { destinations?.first { $0.name == name } }
}

extension BackupPolicy.Target {
    package var name: String { "\(source) to \(destination)" }
}

extension BackupPolicy.Retention {
    /// The policy's rules, field by field in the place of what is not set here.
    func overriding(_ policy: Self) -> Self {
        Self(
            last: last ?? policy.last, hourly: hourly ?? policy.hourly, daily: daily ?? policy.daily,
            weekly: weekly ?? policy.weekly, monthly: monthly ?? policy.monthly, yearly: yearly ?? policy.yearly,
            minKeep: minKeep ?? policy.minKeep)
    }

    /// As the agent takes them: `daily=7 weekly=4 minKeep=1`.
    var rules: String {
        let all = [
            ("last", last), ("hourly", hourly), ("daily", daily), ("weekly", weekly), ("monthly", monthly),
            ("yearly", yearly), ("minKeep", minKeep),
        ]
        return all.compactMap { name, number in number.flatMap { $0 > 0 ? "\(name)=\($0)" : nil } }
            .joined(separator: " ")
    }
}
