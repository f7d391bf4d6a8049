internal import KubeAPI
internal import Synchronization

/// Statuses that are left to the next look at their objects.
///
/// A status costs the API server as much as several children. While other objects wait for theirs it is not written
/// together with the children but on the second look, which the writes bring anyway and which stands behind those that
/// wait: what runs goes before what is read.
final class StatusBacklog: Sendable {
    /// For how long at most a status is left, however many wait.
    static let patience: Duration = .seconds(5)
    /// When an object whose status is left is looked at again.
    static let nextLook: Duration = .milliseconds(100)

    private let time: TimeSource
    /// Since when each of them is left.
    private let left = Mutex<[ObjectKey: Duration]>([:])

    init(time: TimeSource) { self.time = time }

    /// Whether the status of an object that has just had its children written is left to the next look.
    ///
    /// - Parameters:
    ///   - writes: how many children were written; after none the status is due.
    ///   - hasFailures: what went wrong is told at once.
    func leaves(_ key: ObjectKey, writes: Int, hasFailures: Bool) -> Bool {
        let now = time.now
        let mayWait = writes > 0 && !hasFailures && ReconcileContext.othersWait()
        return left.withLock { left in
            guard mayWait, now - left[key, default: now] < Self.patience else {
                left[key] = nil
                return false
            }
            left[key] = left[key] ?? now
            return true
        }
    }

    /// Lets go of an object that is gone.
    func forget(_ key: ObjectKey) { left.withLock { $0[key] = nil } }
}
