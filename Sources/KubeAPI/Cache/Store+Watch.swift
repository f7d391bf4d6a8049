internal import Synchronization

/// What the informer's one task does to the store. All events are returned for it to hand on.
extension Store {
    /// Takes over an event of the watch. Events that the store is ahead of change nothing.
    func apply(_ change: WatchDecoder.Change, _ object: CachedObject) -> [InformerEvent] {
        change == .deleted ? remove(object) : put(object)
    }

    private func put(_ object: CachedObject) -> [InformerEvent] {
        let entry = ownEntry(object) ?? entry(object)
        let isTerminating = isPending(object.key) && object.isBeingDeleted
        return state.withLock { state in
            let old = state.watched(object.key)
            if let old, ResourceVersion.reaches(old.resourceVersion, object.resourceVersion) { return [] }
            state.setWatched(entry, isTerminating: isTerminating)
            guard let old else { return [.added(object, isInitialList: false)] }
            guard old.uid == object.uid else { return [.deleted(old), .added(object, isInitialList: false)] }
            return [.updated(old: old, new: object)]
        }
    }

    /// What the answer to our own write of this version has shown already need not be looked at again for its index values.
    private func ownEntry(_ object: CachedObject) -> Entry? {
        let shown = state.withLock { $0.pending[object.key] == nil ? nil : $0.shown(object.key) }
        guard var shown, shown.object.uid == object.uid, shown.object.resourceVersion == object.resourceVersion else {
            return nil
        }
        shown.object = object
        return shown
    }

    private func remove(_ object: CachedObject) -> [InformerEvent] {
        state.withLock { state in
            let key = object.key
            let old = state.watched(key)
            let isSame = old?.uid == object.uid
            // A deletion of the one that had the name before.
            if let old, !isSame, ResourceVersion.reaches(old.resourceVersion, object.resourceVersion) { return [] }
            if var pending = state.pending[key], !pending.isSettled(byDeletionOf: object) {
                pending.watched = nil
                state.pending[key] = pending
            } else {
                state.pending[key] = nil
                state.show(nil, at: key)
            }
            return old.map { [.deleted(isSame ? object : $0)] } ?? []
        }
    }

    /// Makes the store what a list says. Objects of the same UID and version bring no event.
    func replace(
        with objects: [ObjectKey: CachedObject], at version: String, isInitialList: Bool
    ) -> [InformerEvent] {
        let entries = objects.mapValues(entry)
        let terminating = pendingKeys().filter { objects[$0]?.isBeingDeleted ?? false }
        return state.withLock { state in
            var events: [InformerEvent] = []
            for key in state.watchedKeys() where objects[key] == nil {
                if let old = state.watched(key) { events.append(.deleted(old)) }
                state.dropWatched(key)
            }
            for (key, entry) in entries {
                let new = entry.object
                if let old = state.watched(key) {
                    if old.isIdentical(to: new) { continue }
                    if old.uid != new.uid {
                        events += [.deleted(old), .added(new, isInitialList: isInitialList)]
                    } else if old.resourceVersion != new.resourceVersion {
                        events.append(.updated(old: old, new: new))
                    }
                } else {
                    events.append(.added(new, isInitialList: isInitialList))
                }
                state.setWatched(entry, isTerminating: terminating.contains(key))
            }
            state.confirm(reaching: version)
            return events
        }
    }

    /// The watch has passed a version: writes up to it are confirmed.
    func reached(_ version: String) {
        state.withLock { $0.confirm(reaching: version) }
    }

    /// Nothing exists any more.
    func clear() -> [InformerEvent] {
        state.withLock { state in
            let events = state.watchedKeys().compactMap { state.watched($0) }.map { InformerEvent.deleted($0) }
            state.objects = [:]
            state.pending = [:]
            state.indexes = state.indexes.mapValues { _ in Index() }
            return events
        }
    }

    /// What the watch has brought, without our own writes.
    func watchedObjects() -> [CachedObject] {
        state.withLock { state in state.watchedKeys().compactMap { state.watched($0) } }
    }

    /// The object that is kept already of this UID and version.
    func cached(_ identity: WatchDecoder.Identity) -> CachedObject? {
        state.withLock { state in
            guard let object = state.watched(identity.key), object.isVersion(identity) else { return nil }
            return object
        }
    }

    private func isPending(_ key: ObjectKey) -> Bool { state.withLock { $0.pending[key] != nil } }
    private func pendingKeys() -> Set<ObjectKey> { state.withLock { Set($0.pending.keys) } }
}

extension Store.State {
    func watchedKeys() -> [ObjectKey] {
        objects.keys.filter { pending[$0] == nil } + pending.filter { $0.value.watched != nil }.map(\.key)
    }

    mutating func setWatched(_ entry: Store.Entry, isTerminating: Bool) {
        let key = entry.object.key
        if var write = pending[key], !write.isSettled(by: entry.object, isTerminating: isTerminating) {
            write.watched = entry
            pending[key] = write
            return
        }
        pending[key] = nil
        show(entry, at: key)
    }

    /// A list does not have the object.
    mutating func dropWatched(_ key: ObjectKey) {
        if case .deleted = pending[key]?.outcome { pending[key] = nil }
        if pending[key] != nil {
            pending[key]?.watched = nil
        } else {
            show(nil, at: key)
        }
    }

    mutating func confirm(reaching version: String) {
        for (key, write) in pending where write.isSettled(byReaching: version) {
            pending[key] = nil
            show(write.watched, at: key)
        }
    }
}
