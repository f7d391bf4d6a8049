internal import KubeAPI

/// A policy with what the operator's configuration and the cluster say of it.
struct ResolvedPolicy: ResolvedKind {
    let policy: BackupPolicy
    /// The children, of which some are held.
    let wanted: [DesiredChild]
    /// Sources that get nothing because they are not permitted, with what has to be done.
    let refused: [String: String]
    /// Why the pods may not have the priority that they ask for.
    let priorityRefusal: String?
    /// Whether the UID is known by which destinations tell clusters apart.
    let isClusterKnown: Bool

    /// Garbage collection does not find children in other namespaces.
    var needsCleanUp: Bool { wanted.contains { $0.object.ownerReferences.isEmpty } }
}
