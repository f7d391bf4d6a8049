internal import KubeAPI
internal import Synchronization

/// Deletes what has expired, but not at once: an environment must have been past its time for five minutes of the
/// clock that never jumps. A wall clock that is wrong for a moment takes nothing away.
final class ExpiryTimer: Sendable {
    static let patience: Duration = .seconds(300)

    private struct Sighting {
        var uid: String
        var since: Duration
    }

    private let client: FencedClient
    private let time: TimeSource
    private let sightings = Mutex<[ObjectKey: Sighting]>([:])

    init(_ environment: ReconcilerEnvironment) {
        client = environment.client
        time = environment.time
    }

    /// How long an expired environment still has; `nil`: it is to go.
    func remaining(_ key: ObjectKey, uid: String) -> Duration? {
        let now = time.now
        let since = sightings.withLock { sightings in
            if let known = sightings[key], known.uid == uid { return known.since }
            sightings[key] = Sighting(uid: uid, since: now)
            return now
        }
        let remaining = since + Self.patience - now
        return remaining > .zero ? remaining : nil
    }

    func forget(_ key: ObjectKey) { sightings.withLock { $0[key] = nil } }

    /// - Throws: `APIError`, `NotLeaderError`.
    func delete(_ object: DynamicObject) async throws {
        // The version too: an edit of this moment may have given it more time.
        try await client.delete(
            AppEnvironment.resourceType, object.key, expecting: object.uid, version: object.resourceVersion)
    }
}
