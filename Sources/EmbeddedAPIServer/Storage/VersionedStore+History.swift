internal import KubeAPI
internal import Synchronization

extension VersionedStore {
    /// What was asked of a history that has forgotten it.
    struct Forgotten: Error {
        /// The newest resourceVersion that is no longer known.
        var upTo: Int64
    }

    /// A resource as it was at one resourceVersion.
    struct Snapshot: Sendable {
        var resourceVersion: Int64
        /// In the order of their storage keys.
        var objects: [StoredObject]
    }

    /// What happened to a resource after a resourceVersion.
    ///
    /// - Throws: `Forgotten` where some of it is no longer known.
    func events(_ resource: GroupResource, after version: Int64) throws(Forgotten) -> [StoredEvent] {
        let result = state.withLock { state -> Result<[StoredEvent], Forgotten> in
            let collection = state.collections[resource] ?? Collection()
            let forgotten = max(collection.forgottenUpTo, state.compactedUpTo)
            if version < forgotten { return .failure(Forgotten(upTo: forgotten)) }
            let start = collection.events.partitioningIndex { $0.resourceVersion > version }
            return .success(Array(collection.events[start...]))
        }
        return try result.get()
    }

    /// The present state.
    func snapshot(_ resource: GroupResource) -> Snapshot {
        state.withLock { state in
            let collection = state.collections[resource]
            return Snapshot(
                resourceVersion: state.resourceVersion,
                objects: collection?.sortedKeys.compactMap { collection?.objects[$0] } ?? [])
        }
    }

    /// An earlier state, got by undoing what came later.
    ///
    /// - Throws: `Forgotten` where that is no longer known.
    func snapshot(_ resource: GroupResource, at version: Int64) throws(Forgotten) -> Snapshot {
        let later = try events(resource, after: version)
        var current = snapshot(resource)
        guard !later.isEmpty else {
            current.resourceVersion = version
            return current
        }
        var objects = Dictionary(uniqueKeysWithValues: current.objects.map { ($0.storageKey, $0) })
        for event in later.reversed() { objects[event.object.storageKey] = event.previous }
        let sorted = objects.sorted { $0.key < $1.key }.map(\.value)
        return Snapshot(resourceVersion: version, objects: sorted)
    }

    /// Forgets all history: what follows an etcd compaction, or a restart that lost the watch cache.
    func compact() {
        state.withLock { state in
            state.compactedUpTo = state.resourceVersion
            for key in Array(state.collections.keys) { state.collections[key]?.trim(toLast: 0) }
        }
    }
}
