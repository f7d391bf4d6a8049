internal import KubeAPI
internal import Synchronization

/// A client that counts what is sent, and when each child was written.
final class CountedAPI: ObjectAPI {
    private struct State {
        var requests: [String: Int] = [:]
        /// When each object was first applied: the answer's time.
        var applied: [ObjectKey: [ResourceType: ContinuousClock.Instant]] = [:]
        var lastWrite = ContinuousClock.now
    }

    private let client: KubeClient
    private let state = Mutex(State())

    init(_ client: KubeClient) { self.client = client }

    /// By verb and resource: `apply deployments.apps`.
    var requests: [String: Int] { state.withLock { $0.requests } }
    var writes: Int { requests.filter { !$0.key.hasPrefix("get ") }.values.reduce(0, +) }
    var sinceLastWrite: Duration { state.withLock { $0.lastWrite }.duration(to: .now) }

    func forget() { state.withLock { $0.requests = [:] } }

    func appliedAt(_ type: ResourceType, _ key: ObjectKey) -> ContinuousClock.Instant? {
        state.withLock { $0.applied[key]?[type] }
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
            return try await client.patch(type, key, patch, subresource: subresource, options: options)
        }
        note("apply", type)
        let answer = try await client.patch(type, key, patch, subresource: subresource, options: options)
        state.withLock { state in
            if state.applied[key]?[type] == nil { state.applied[key, default: [:]][type] = .now }
        }
        return answer
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        note("delete", type)
        try await client.delete(type, key, options: options)
    }
}
