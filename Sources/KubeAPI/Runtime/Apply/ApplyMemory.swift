internal import Synchronization

/// What the applier knows of objects that it has looked at before.
///
/// Only a saving: it is lost at a restart, and the first reconcile afterwards finds everything out again.
final class ApplyMemory: Sendable {
    struct Entry: Sendable {
        var uid: String
        /// The version that was found to be as desired, or that our write made.
        var resourceVersion: String
        var hash: String
        /// Fields that the server stores in another spelling than ours, with that spelling: no difference.
        var accepted: [FieldPath: JSONValue?] = [:]
    }

    private struct Subject: Hashable {
        var type: ResourceType
        var key: ObjectKey
    }

    private struct State {
        var entries: [Subject: Entry] = [:]
        var contentions: [Subject: Contention] = [:]
        var unselected: Set<Subject> = []
    }

    private static let limit = 50_000

    private let state = Mutex(State())

    func entry(_ type: ResourceType, _ key: ObjectKey) -> Entry? {
        state.withLock { $0.entries[Subject(type: type, key: key)] }
    }

    func remember(_ entry: Entry, _ type: ResourceType, _ key: ObjectKey) {
        state.withLock { state in
            // Objects come and go, and nobody tells this memory when. Forgetting costs a comparison each, no write.
            if state.entries.count >= Self.limit { state.entries = [:] }
            state.entries[Subject(type: type, key: key)] = entry
        }
    }

    /// There is an object that the cache does not select: the next pass looks at it before it tries to make one.
    func noteUnselected(_ type: ResourceType, _ key: ObjectKey) {
        state.withLock { state in
            if state.unselected.count >= Self.limit { state.unselected = [] }
            state.unselected.insert(Subject(type: type, key: key))
        }
    }

    func forgetUnselected(_ type: ResourceType, _ key: ObjectKey) {
        state.withLock { _ = $0.unselected.remove(Subject(type: type, key: key)) }
    }

    func isUnselected(_ type: ResourceType, _ key: ObjectKey) -> Bool {
        state.withLock { $0.unselected.contains(Subject(type: type, key: key)) }
    }

    func withContention<Result: Sendable>(
        _ type: ResourceType, _ key: ObjectKey, _ body: (inout Contention) -> Result
    ) -> Result {
        state.withLock { state in
            let subject = Subject(type: type, key: key)
            var contention = state.contentions[subject] ?? Contention()
            defer { state.contentions[subject] = contention.isEmpty ? nil : contention }
            return body(&contention)
        }
    }
}

extension ApplyMemory.Entry {
    /// The differences that are more than a matter of spelling.
    func remaining(of differences: [Difference], uid: String, hash: String) -> [Difference] {
        guard self.uid == uid, self.hash == hash, !accepted.isEmpty else { return differences }
        return differences.filter { difference in
            guard let spelling = accepted[difference.path] else { return true }
            return spelling != difference.live
        }
    }
}
