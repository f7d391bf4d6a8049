internal import KubeAPI
internal import Reconcilers
internal import Synchronization

/// A client that counts what is sent, and when each child was written.
final class CountedAPI: ObjectAPI {
    private struct State {
        var requests: [String: Int] = [:]
        /// Objects whose applies somebody waits for.
        var awaited: [ResourceType: Set<ObjectKey>] = [:]
        var lastWrite = ContinuousClock.now
        var merges: [Merge] = []
    }

    /// A write that is no apply of a child: finalizers, statuses, claims of nodes.
    struct Merge: Sendable {
        var type: ResourceType
        var key: ObjectKey
        var body: JSONValue
        var subresource: String?
    }

    private let client: KubeClient
    private let state = Mutex(State())
    /// When the last of the awaited applies was answered.
    private let lastAnswers = AsyncStream.makeStream(
        of: ContinuousClock.Instant.self, bufferingPolicy: .bufferingNewest(1))

    init(_ client: KubeClient) { self.client = client }

    /// By verb and resource: `apply deployments.apps`.
    var requests: [String: Int] { state.withLock { $0.requests } }
    var writes: Int { requests.filter { !$0.key.hasPrefix("get ") }.values.reduce(0, +) }
    var lastWrite: ContinuousClock.Instant { state.withLock { $0.lastWrite } }
    var sinceLastWrite: Duration { lastWrite.duration(to: .now) }

    func forget() { state.withLock { $0.requests = [:] } }

    /// The merge patches that the server has accepted.
    var merges: [Merge] { state.withLock { $0.merges } }

    /// Begins to wait for the applies of these objects, instead of those that were named before.
    func expect(_ children: [DesiredChild]) {
        let awaited = Dictionary(grouping: children, by: \.type).mapValues { Set($0.map(\.object.key)) }
        state.withLock { $0.awaited = awaited }
    }

    /// - Returns: when the server had answered the last of the applies that are awaited.
    func lastAwaited() async throws -> ContinuousClock.Instant {
        // Not by looking again and again: that would take processor time from what is measured.
        for await time in lastAnswers.stream { return time }
        throw CancellationError()
    }

    private func note(_ verb: String, _ type: ResourceType, _ subresource: String? = nil) {
        let name = type.qualifiedName + (subresource.map { "/\($0)" } ?? "")
        state.withLock { state in
            state.requests["\(verb) \(name)", default: 0] += 1
            if verb != "get" { state.lastWrite = .now }
        }
    }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        note("get", type)
        return try await client.get(type, key)
    }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        note("create", type)
        return try await client.create(object, as: type, options: options)
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        note("update", type, subresource)
        return try await client.update(object, as: type, subresource: subresource, options: options)
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        guard case .apply = patch, subresource == nil else {
            note("patch", type, subresource)
            let answer = try await client.patch(type, key, patch, subresource: subresource, options: options)
            if case .merge(let body) = patch {
                state.withLock {
                    $0.merges.append(Merge(type: type, key: key, body: body, subresource: subresource))
                    $0.lastWrite = .now
                }
            }
            return answer
        }
        note("apply", type)
        let answer = try await client.patch(type, key, patch, subresource: subresource, options: options)
        let isLast = state.withLock { state in
            guard state.awaited[type]?.remove(key) != nil else { return false }
            if state.awaited[type]?.isEmpty == true { state.awaited[type] = nil }
            return state.awaited.isEmpty
        }
        if isLast { lastAnswers.continuation.yield(.now) }
        return answer
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        note("delete", type)
        try await client.delete(type, key, options: options)
    }
}
