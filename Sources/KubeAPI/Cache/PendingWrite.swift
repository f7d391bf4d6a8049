/// One of our own writes, until the watch has caught up with it.
struct PendingWrite {
    enum Outcome {
        case written(CachedObject)
        /// Written so that the informer's selector does not match any more.
        case left(resourceVersion: String)
        case deleted(uid: String)
    }

    var outcome: Outcome
    /// What the watch says meanwhile.
    var watched: Store.Entry?

    /// True where the watch has brought this write, or what came after it.
    ///
    /// - isTerminating: the object is being deleted, as the watch knows.
    func isSettled(by object: CachedObject, isTerminating: Bool) -> Bool {
        switch outcome {
        case .written(let written): ResourceVersion.reaches(object.resourceVersion, written.resourceVersion)
        case .left(let version): ResourceVersion.reaches(object.resourceVersion, version)
        // Only waiting for its finalizers: it is not gone. An older event of the object proves nothing.
        case .deleted(let uid): object.uid != uid || isTerminating
        }
    }

    /// True where the watch has passed this version of the collection without bringing the write: the object is not
    /// selected, or was gone again.
    func isSettled(byReaching version: String) -> Bool {
        switch outcome {
        case .written(let written): ResourceVersion.reaches(version, written.resourceVersion)
        case .left(let left): ResourceVersion.reaches(version, left)
        case .deleted: false
        }
    }

    func isSettled(byDeletionOf object: CachedObject) -> Bool {
        switch outcome {
        case .written(let written):
            written.uid == object.uid || ResourceVersion.reaches(object.resourceVersion, written.resourceVersion)
        case .left: true
        case .deleted(let uid): uid == object.uid
        }
    }
}
