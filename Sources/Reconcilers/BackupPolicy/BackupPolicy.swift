package import KubeAPI

/// Backups of a namespace: what, when, where to, and for how long.
///
/// The fields without `?` have defaults in the CRD: `BackupPolicy.init(defaulting:)` fills them in where a server has
/// not.
package struct BackupPolicy: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "BackupPolicy", plural: "backuppolicies")
    package static let ownerLabelKey = LabelKey.backupPolicy
    package static let childComponent = "backup"
    package static let definition = CustomResource.backupPolicy

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

    package struct Spec: Sendable, Hashable, Codable {
        package var suspend: Bool
        package var inheritedMetadata: InheritedMetadata?
        package var schedule: String
        package var timeZone: String
        package var jitterSeconds: Int
        package var startingDeadlineSeconds: Int
        package var activeDeadlineSeconds: Int
        package var backoffLimit: Int
        package var sources: [Source]
        package var destinations: [Destination]
        package var retention: Retention
        package var verification: Verification
        package var freshness: Freshness
        package var hooks: Hooks?
        package var alerting: Alerting
        package var network: Network
        package var podTemplate: PodSettings
    }

    /// Exactly one of the kinds is set.
    package struct Source: Sendable, Hashable, Codable {
        package var name: String
        package var postgres: Postgres?
        package var pvc: Volume?
        package var manifests: Manifests?
        package var etcd: Etcd?
        package var velero: Velero?
    }

    package struct Postgres: Sendable, Hashable, Codable {
        package var host: String
        package var port: Int
        package var databases: [String]?
        package var allDatabases: Bool
        package var credentialsSecretRef: SecretReference
        package var sslMode: String
        package var globals: Bool
        package var staging: Staging?
    }

    package struct Volume: Sendable, Hashable, Codable {
        package var claimName: String
        package var podSelector: LabelSelector?
        package var paths: [String]?
        package var excludes: [String]?
        /// Patterns of files that may change while they are read.
        package var changing: [String]?
        package var staging: Staging?
    }

    package struct Manifests: Sendable, Hashable, Codable {
        /// Empty: that of the policy.
        package var namespaces: [String]?
        package var includeKinds: [String]?
        package var excludeKinds: [String]?
        package var includeSecrets: Bool
    }

    package struct Staging: Sendable, Hashable, Codable {
        /// A quantity.
        package var size: JSONValue?
        package var storageClass: String?
    }

    package struct SecretReference: Sendable, Hashable, Codable {
        package var name: String
    }

    /// Exactly one of the kinds is set.
    package struct Destination: Sendable, Hashable, Codable {
        package var name: String
        package var credentialsSecretRef: SecretReference
        package var required: Bool
        /// The UID of a cluster that is gone and whose artifacts are this one's now.
        package var takeOverFrom: String?
        package var retention: Retention?
        package var s3: S3?
        package var restic: Restic?
        package var borg: Borg?
        package var rclone: Rclone?
    }

    package struct S3: Sendable, Hashable, Codable {
        package var endpoint: String
        package var bucket: String
        package var prefix: String?
        package var region: String
        package var forcePathStyle: Bool
    }

    package struct Restic: Sendable, Hashable, Codable {
        package var repository: String
    }

    package struct Borg: Sendable, Hashable, Codable {
        package var repository: String
        package var remotePath: String?
    }

    package struct Rclone: Sendable, Hashable, Codable {
        package var remote: String
        package var path: String
    }

    package struct Retention: Sendable, Hashable, Codable {
        package var last: Int?
        package var hourly: Int?
        package var daily: Int?
        package var weekly: Int?
        package var monthly: Int?
        package var yearly: Int?
        package var minKeep: Int?
    }

    package struct Verification: Sendable, Hashable, Codable {
        package enum Depth: String, Sendable, Hashable, Codable { case none, stat, read }

        package var afterEach: Depth
        package var checkSchedule: String?
        package var drill: Drill?
    }

    package struct Freshness: Sendable, Hashable, Codable {
        /// Such as `26h`; `nil`: twice the longest gap of the schedule.
        package var maxAge: String?
        package var minSizeBytes: Int
        package var maxShrinkPercent: Int
    }

    package struct Alerting: Sendable, Hashable, Codable {
        package enum Rule: String, Sendable, Hashable, Codable {
            case auto = "Auto"
            case off = "Off"
        }

        package var prometheusRule: Rule
        /// Of the PrometheusRule.
        package var labels: [String: String]?
        package var webhookSecretRef: SecretReference?
        package var onSuccess: Bool
    }

    package struct Network: Sendable, Hashable, Codable {
        package var enabled: Bool
        package var egressPorts: [Int]?
    }

    package struct PodSettings: Sendable, Hashable, Codable {
        /// ResourceRequirements of every container.
        package var resources: JSONObject
        package var nodeSelector: [String: String]?
        /// Tolerations as the user wrote them.
        package var tolerations: [JSONObject]?
        package var priorityClassName: String?
        package var images: Images
    }

    package struct Images: Sendable, Hashable, Codable {
        /// The agent, with every program that it calls.
        package var backup: String
    }
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
