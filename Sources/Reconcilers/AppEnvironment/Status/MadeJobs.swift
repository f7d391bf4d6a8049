internal import KubeAPI
internal import Synchronization

/// Which Jobs of components the operator has made, by their UIDs: those of the inventory, and since it was written those that this
/// process has made.
///
/// The seal is not enough for a Job, as it is for what the operator puts right: it is an annotation that fits every object of the
/// same name. Whoever may delete the Job of a migration and make another in its place could have it taken for the migration.
final class MadeJobs: Sendable {
    /// By the environment's name.
    private let known = Mutex<[String: Set<String>]>([:])

    /// - Parameter inventory: of the environment, after its Jobs were made.
    func learn(_ inventory: [InventoryEntry], of environment: ResolvedEnvironment) {
        let uids = Set(Self.jobs(inventory).map(\.uid))
        known.withLock { $0[environment.name] = uids.isEmpty ? nil : uids }
    }

    func forget(_ environment: ObjectKey) { known.withLock { $0[environment.name] = nil } }

    /// Whether a sealed Job is the one that the operator has made: where there is no record of that name, as after the first crash or
    /// in a restored cluster, the seal has to do.
    func contain(_ job: CachedObject, of environment: ResolvedEnvironment) -> Bool {
        if known.withLock({ $0[environment.name]?.contains(job.uid) ?? false }) { return true }
        let recorded = Self.jobs(environment.environment.status?.inventory ?? []).filter { $0.key == job.key }
        return recorded.isEmpty || recorded.contains { $0.uid == job.uid }
    }

    private static func jobs(_ inventory: [InventoryEntry]) -> [InventoryEntry] {
        inventory.filter { $0.kind == ResourceType.job.kind }
    }
}
