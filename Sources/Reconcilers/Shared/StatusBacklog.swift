internal import KubeAPI
internal import Synchronization

/// First statuses that are left to a later look at their objects.
///
/// A status costs the API server as much as several children. While other objects wait for theirs, that of an object whose
/// spec is new is not written together with its children but on a later look, which stands behind those that wait: what
/// runs goes before what is read.
final class StatusBacklog: Sendable {
    /// After how long a status is not left any more, however many wait.
    static let patience: Duration = .seconds(5)
    /// When an object whose status is left is looked at again.
    static let nextLook: Duration = .milliseconds(250)

    private let time: TimeSource
    /// Since when each of them is left.
    private let left = Mutex<[ObjectKey: Duration]>([:])

    init(time: TimeSource) { self.time = time }

    /// Whether the status of an object is left to a later look, for which the caller has to provide.
    ///
    /// Not for an object whose status is of its spec already, and not to be asked where something failed: that is told
    /// at once.
    func leaves(_ object: DynamicObject) -> Bool {
        let now = time.now
        let isNew = object[path: "status", "observedGeneration"]?.integer != object.generation
        let mayWait = isNew && ReconcileContext.current.othersWait()
        return left.withLock { left in
            let since = left[object.key] ?? now
            let isLeft = mayWait && now - since < Self.patience
            left[object.key] = isLeft ? since : nil
            return isLeft
        }
    }

    /// Whether an attempt for an object can be put off as a whole: it would only write the status that was left, and
    /// that would be left again.
    func putsOff(_ key: ObjectKey) -> Bool {
        let context = ReconcileContext.current
        guard context.isSecondLook, context.othersWait() else { return false }
        let now = time.now
        return left.withLock { $0[key].map { now - $0 < Self.patience } ?? false }
    }

    /// Lets go of an object that is gone, or whose status is written.
    func forget(_ key: ObjectKey) { left.withLock { $0[key] = nil } }
}
