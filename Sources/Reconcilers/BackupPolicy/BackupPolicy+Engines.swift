package import KubeAPI

// What is taken by programs outside of the pods: the K3s server, and Velero.
extension BackupPolicy {
    package struct Etcd: Sendable, Hashable, Codable {
        package var nodeSelector: [String: String]
        package var compress: Bool
        package var includeToken: Bool
        package var includeServerManifests: Bool
    }

    package struct Velero: Sendable, Hashable, Codable {
        /// Empty: all of them.
        package var includedNamespaces: [String]?
        package var excludedResources: [String]?
        package var storageLocation: String?
        package var ttl: String
    }
}

extension BackupPolicy {
    package struct Hooks: Sendable, Hashable, Codable {
        package var pre: [Hook]?
        package var post: [Hook]?
    }

    package struct Hook: Sendable, Hashable, Codable {
        package enum OnError: String, Sendable, Hashable, Codable {
            case fail = "Fail"
            case `continue` = "Continue"
        }

        package var podSelector: LabelSelector
        package var container: String?
        package var command: [String]
        package var timeoutSeconds: Int
        package var onError: OnError
    }

    package struct Drill: Sendable, Hashable, Codable {
        package struct Query: Sendable, Hashable, Codable {
            /// `nil`: every source of postgres.
            package var source: String?
            package var database: String?
            package var sql: String
            package var expect: String
        }

        package var schedule: String
        package var queries: [Query]?
        /// Such as `30m`.
        package var maxDuration: String?
    }
}

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
