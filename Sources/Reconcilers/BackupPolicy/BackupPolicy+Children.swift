internal import KubeAPI

extension BackupPolicy {
    /// The kinds that a policy's inventory may hold.
    static let childTypes: [ResourceType] = [.cronJob, .configMap, .serviceAccount, .roleBinding]

    static let sourceContainer = "source"
    /// What the targets of velero sources have for a destination.
    static let veleroDestination = "velero"

    static func destinationContainer(_ destination: String) -> String { "to-\(destination)" }

    /// Every child that the policy wants, in the order in which they are written: scripts and rights before the jobs
    /// that need them.
    package func children() throws -> [DesiredChild] {
        try [scripts(), serviceAccount()] + roleBindings() + ownSources.map(cronJob)
            + [checkJob()].compactMap(\.self) + drillSources.compactMap(drillJob)
    }

    /// The name of a source's CronJob: the job's name adds 11 characters to it, and must be a label's value.
    package func cronJobName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", source, limit: 52)
    }

    /// The name of what all sources share.
    var sharedName: String { ChildName.joined(metadata.name ?? "", "backup", limit: 52) }
}
