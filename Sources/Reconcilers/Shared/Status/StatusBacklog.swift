internal import KubeAPI
internal import Synchronization

/// First statuses that are deferred to a later pass.
///
/// A status costs the API server as much as several children. While other objects have pending work, that of an object whose spec is
/// new is not written together with its children but in a later pass, which stands behind those that wait: what runs goes before what is
/// read.
final class StatusBacklog: Sendable {
    /// After how long a status is not deferred any more, however many wait.
    static let patience: Duration = .seconds(5)
    /// When an object whose status is deferred is requeued.
    static let delay: Duration = .milliseconds(250)

    private let time: TimeSource
    /// Since when each of them is deferred.
    private let deferred = Mutex<[ObjectKey: Duration]>([:])

    init(time: TimeSource) { self.time = time }

    /// Whether the status of an object is deferred: then the caller requeues it.
    ///
    /// Not for an object whose status is of its spec already, and not to be asked where something failed: that is told
    /// at once.
    func defers(_ object: DynamicObject) -> Bool {
        let now = time.now
        let isNew = object[path: "status", "observedGeneration"]?.integer != object.generation
        let mayWait = isNew && ReconcileContext.current.hasPendingWork()
        return deferred.withLock { deferred in
            let since = deferred[object.key] ?? now
            let isDeferred = mayWait && now - since < Self.patience
            deferred[object.key] = isDeferred ? since : nil
            return isDeferred
        }
    }

    /// Whether a pass for an object can be deferred as a whole: it would only write the deferred status, and that would be deferred
    /// again.
    func defersPass(for key: ObjectKey) -> Bool {
        let context = ReconcileContext.current
        guard context.isSelfTriggered, context.hasPendingWork() else { return false }
        let now = time.now
        return deferred.withLock { $0[key].map { now - $0 < Self.patience } ?? false }
    }

    /// Lets go of an object that is gone, or whose status is written.
    func forget(_ key: ObjectKey) { deferred.withLock { $0[key] = nil } }
}
