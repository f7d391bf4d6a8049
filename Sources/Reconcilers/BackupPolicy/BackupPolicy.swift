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

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    /// The UID of the namespace `kube-system`, by which destinations tell the artifacts of clusters apart. No part of the
    /// object: the reconciler knows it.
    package var cluster = unknownCluster

    /// Stands for the cluster where there is none to be asked.
    package static let unknownCluster = "UID-OF-NAMESPACE-KUBE-SYSTEM"

    /// The ports that the API servers listen on behind the Service `kubernetes`, as far as the reconciler knows them.
    package var serverPorts: [Int] = []

    private enum CodingKeys: String, CodingKey { case metadata, spec, status }

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
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
