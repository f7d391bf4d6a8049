internal import KubeAPI

extension BackupPolicy {
    /// Those that pods of ours take: all but Velero's.
    var ownSources: [Source] { spec.sources.filter { $0.velero == nil } }

    /// Those that the policy can't do without; all of them where it could do without each.
    var requiredDestinations: [String] {
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
