internal import Synchronization

/// Reading our own writes: the answer of a write is shown until the watch has brought it, or something newer.
extension Store {
    /// Shows what a write has answered, unless the watch is as far already.
    ///
    /// - Parameter isSelected: false where the informer does not select the object any more.
    func recordWrite(_ object: CachedObject, isSelected: Bool = true) {
        let shown = isSelected ? entry(object) : nil
        state.withLock { state in
            let key = object.key
            if let watched = state.watched(key),
                ResourceVersion.reaches(watched.resourceVersion, object.resourceVersion)
            {
                return
            }
            switch state.pending[key]?.outcome {
            case .written(let earlier)
            where ResourceVersion.reaches(earlier.resourceVersion, object.resourceVersion): return
            case .left(let earlier) where ResourceVersion.reaches(earlier, object.resourceVersion): return
            // An answer that arrives after that of the deletion.
            case .deleted(let uid) where uid == object.uid: return
            default: break
            }
            let outcome =
                isSelected
                ? .written(object)
                : PendingWrite.Outcome.left(
                    resourceVersion: object.resourceVersion)
            state.setPending(outcome, at: key, showing: shown)
        }
    }

    /// Hides an object that we have deleted, until the watch says so too.
    func recordDeletion(_ key: ObjectKey, uid: String) {
        state.withLock { state in
            let isKnown = state.objects[key]?.uid == uid || state.watched(key)?.uid == uid
            guard isKnown else { return }
            state.setPending(.deleted(uid: uid), at: key, showing: nil)
        }
    }

    /// How many own writes the watch has not brought yet.
    package var pendingWriteCount: Int { state.withLock { $0.pending.count } }
}

extension Store.State {
    fileprivate mutating func setPending(
        _ outcome: PendingWrite.Outcome, at key: ObjectKey, showing entry: Store.Entry?
    ) {
        let watched = if let pending = pending[key] { pending.watched } else { shown(key) }
        pending[key] = PendingWrite(outcome: outcome, watched: watched)
        show(entry, at: key)
    }
}
