internal import KubeAPI

/// The one list of our kinds: what serves all of them goes through it.
package enum Kinds {
    /// In the order in which they leave a cluster that the operator is taken out of: nodes are released first, and backups run until
    /// the last.
    package static let all: [any OwnResource.Type] = [
        RegionalWorkerPool.self, AppEnvironment.self, BackupPolicy.self,
    ]

    /// The kind of that name; `nil` where it is none of ours.
    package static func named(_ kind: String) -> (any OwnResource.Type)? {
        all.first { $0.resourceType.kind == kind }
    }
}
