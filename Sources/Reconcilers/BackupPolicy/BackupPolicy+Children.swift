package import KubeAPI

extension BackupPolicy {
    package static let childKinds: [ChildKind] = [
        .cronJob, .job, .configMap, .serviceAccount, .roleBinding, .networkPolicy, .prometheusRule, .veleroSchedule,
    ]

    package func rendered() throws -> [DesiredChild] { try children() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        try await known(to: client).children()
    }

    /// Rights in the namespaces that it reads.
    package static func mayHaveChildren(
        _ type: ResourceType, in _: String, from own: String, _ permissions: Permissions
    ) -> Bool { type == .roleBinding && permissions.isPrivileged(own) }

    static let sourceContainer = "source"
    static let notifierContainer = "notify"
    /// What the targets of velero sources have for a destination.
    static let veleroDestination = "velero"

    static func destinationContainer(_ destination: String) -> String { "to-\(destination)" }

    /// Every child that the policy wants, in the order in which they are written: rights before the jobs that need them.
    ///
    /// - Parameter refused: the names of sources that get nothing: they are not permitted.
    package func children(without refused: Set<String> = []) throws -> [DesiredChild] {
        let sources = spec.sources.filter { !refused.contains($0.name) }
        // Velero needs no pods of ours.
        let shared =
            ownSources.isEmpty
            ? []
            : try [serviceAccount()] + roleBindings(for: sources) + networkPolicies()
                + [prepareJob()].compactMap(\.self)
        return try shared + prometheusRule() + sources.filter { $0.velero == nil }.map(cronJob)
            + sources.compactMap(veleroSchedule)
            + [checkJob()].compactMap(\.self)
            + drillSources.filter { !refused.contains($0.name) }.compactMap(drillJob)
    }

    /// The name of a source's CronJob: the job's name adds 11 characters to it, and must be a label's value.
    package func cronJobName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", source, limit: 52)
    }

    /// By these labels a source's jobs and pods are known.
    package func runLabels(of source: String) -> [String: String] {
        [LabelKey.backupPolicy: ChildName.labelValue(metadata.name ?? ""), LabelKey.backupSource: source]
    }

    /// The name of what all sources share.
    var sharedName: String { ChildName.joined(metadata.name ?? "", "backup", limit: 52) }
}
