internal import KubeAPI

extension BackupPolicy {
    /// The kinds that a policy's inventory may hold.
    static let childTypes: [ResourceType] = [
        .cronJob, .configMap, .serviceAccount, .roleBinding, .networkPolicy, .prometheusRule,
    ]

    static let sourceContainer = "source"
    static let notifierContainer = "notify"

    static func destinationContainer(_ destination: String) -> String { "to-\(destination)" }

    /// Every child that the policy wants, in the order in which they are written: scripts and rights before the jobs
    /// that need them.
    package func children() throws -> [DesiredChild] {
        try [scripts(), serviceAccount()] + roleBindings() + networkPolicies() + prometheusRule()
            + spec.sources.map(cronJob)
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
