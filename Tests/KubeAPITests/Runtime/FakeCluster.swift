import KubeAPI
import Synchronization

/// A server in a dictionary: as much of one as the runtime's rules need, with every request on record.
///
/// Server-side apply is a plain merge; who owns which field is what a test writes into `managedFields`.
final class FakeCluster: ObjectAPI, LiveObjects {
    struct Place: Hashable {
        var type: ResourceType
        var key: ObjectKey
    }

    private struct State {
        var objects: [Place: DynamicObject] = [:]
        /// What `lookUp` sees.
        var cache: [Place: DynamicObject] = [:]
        var cacheIsWhole = true
        var followsWrites = true
        var version = 100
        var requests: [String] = []
        var failures: [String: [APIError]] = [:]
        var afterWrite: (@Sendable (DynamicObject) -> DynamicObject)?

        mutating func put(_ object: DynamicObject, at place: Place, uid: String? = nil) -> DynamicObject {
            version += 1
            var object = object
            object[path: "metadata", "uid"] = .string(uid ?? objects[place]?.uid ?? "uid-\(version)")
            object[path: "metadata", "resourceVersion"] = .string("\(version)")
            objects[place] = object
            if followsWrites { cache[place] = object }
            return object
        }

        mutating func remove(_ place: Place) {
            objects[place] = nil
            if followsWrites { cache[place] = nil }
        }
    }

    private let state = Mutex(State())

    /// `PATCH deployments.apps shop/web`, in their order.
    var requests: [String] { state.withLock { $0.requests } }
    var writes: [String] { requests.filter { !$0.hasPrefix("GET") } }

    func clearRequests() { state.withLock { $0.requests = [] } }

    /// The next request with this verb fails.
    func fail(_ verb: String, _ error: APIError) { state.withLock { $0.failures[verb, default: []].append(error) } }

    /// Rewrites what is stored, as defaulting and normalising servers do.
    func normalise(_ body: @escaping @Sendable (DynamicObject) -> DynamicObject) {
        state.withLock { $0.afterWrite = body }
    }

    /// The cache holds a part of the objects only, as with a selector.
    func limitCache() { state.withLock { $0.cacheIsWhole = false } }

    /// The cache sees no writes any more: a watch that is behind.
    func freezeCache() { state.withLock { $0.followsWrites = false } }

    subscript(type: ResourceType, key: ObjectKey) -> DynamicObject? {
        state.withLock { $0.objects[Place(type: type, key: key)] }
    }

    /// Somebody else's write; seen by the cache unless it is frozen.
    @discardableResult
    func put(_ object: DynamicObject, as type: ResourceType, uid: String? = nil) -> DynamicObject {
        state.withLock { $0.put(object, at: Place(type: type, key: object.key), uid: uid) }
    }

    func change(_ type: ResourceType, _ key: ObjectKey, _ body: (inout DynamicObject) -> Void) {
        guard var object = self[type, key] else { return }
        body(&object)
        put(object, as: type)
    }

    func remove(_ type: ResourceType, _ key: ObjectKey) {
        state.withLock { $0.remove(Place(type: type, key: key)) }
    }

    // MARK: LiveObjects

    func lookUp(_ type: ResourceType, _ key: ObjectKey) -> LiveLookup {
        state.withLock { state in
            if var object = state.cache[Place(type: type, key: key)] {
                object[path: "metadata", "managedFields"] = nil
                return .found(object)
            }
            return state.cacheIsWhole ? .absent : .unselected
        }
    }

    func recordWrite(_ object: DynamicObject, of type: ResourceType) {
        state.withLock { $0.cache[Place(type: type, key: object.key)] = object }
    }

    func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String) {
        state.withLock { $0.cache[Place(type: type, key: key)] = nil }
    }

    // MARK: ObjectAPI

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        try begin("GET", type, key)
        guard let object = self[type, key] else { throw APIError.fake(404, "NotFound") }
        return object
    }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try begin("POST", type, object.key)
        return try store(type, object.key) { live in
            guard live == nil else { throw APIError.fake(409, "AlreadyExists") }
            return object
        }
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try begin("PUT", type, object.key, subresource)
        return try store(type, object.key) { live in
            guard let live else { throw APIError.fake(404, "NotFound") }
            try Self.check(object.json, against: live)
            return object
        }
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try begin("PATCH", type, key, subresource)
        return try store(type, key) { live in
            switch patch {
            case .apply(let body, _):
                if let live {
                    try Self.check(body, against: live)
                } else if body["metadata"]?["uid"] != nil {
                    throw APIError.fake(409, "Conflict")
                }
                return try DynamicObject(Self.merge(live?.json ?? [:], body, isPatch: false))
            case .merge(let body):
                guard let live else { throw APIError.fake(404, "NotFound") }
                try Self.check(body, against: live)
                return try DynamicObject(Self.merge(live.json, body, isPatch: true))
            default:
                throw APIError.fake(415, "UnsupportedMediaType")
            }
        }
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try begin("DELETE", type, key)
        guard let live = self[type, key] else { throw APIError.fake(404, "NotFound") }
        if let uid = options.uid, uid != live.uid { throw APIError.fake(409, "Conflict") }
        if live.finalizers.isEmpty {
            remove(type, key)
        } else {
            change(type, key) { $0[path: "metadata", "deletionTimestamp"] = "2026-01-31T09:05:00Z" }
        }
    }

    private func begin(
        _ verb: String, _ type: ResourceType, _ key: ObjectKey, _ subresource: String? = nil
    ) throws {
        let request = "\(verb) \(type.qualifiedName)\(subresource.map { "/\($0)" } ?? "") \(key)"
        let failure = state.withLock { state -> APIError? in
            state.requests.append(request)
            guard var failures = state.failures[verb], !failures.isEmpty else { return nil }
            defer { state.failures[verb] = failures }
            return failures.removeFirst()
        }
        if let failure { throw failure }
    }

    /// Checks and stores without anybody in between.
    private func store(
        _ type: ResourceType, _ key: ObjectKey, _ change: (DynamicObject?) throws -> DynamicObject
    ) throws -> DynamicObject {
        try state.withLock { state in
            let place = Place(type: type, key: key)
            let live = state.objects[place]
            let changed = try change(live)
            let normalised = state.afterWrite?(changed) ?? changed
            // A write that changes nothing gets no new version.
            if let live {
                var same = normalised
                same[path: "metadata", "resourceVersion"] = .string(live.resourceVersion)
                if same == live { return live }
            }
            let stored = state.put(normalised, at: place)
            if stored.isBeingDeleted, stored.finalizers.isEmpty { state.remove(place) }
            return stored
        }
    }

    private static func check(_ body: JSONValue, against live: DynamicObject) throws {
        if let uid = body["metadata"]?["uid"]?.string, uid != live.uid { throw APIError.fake(409, "Conflict") }
        let version = body["metadata"]?["resourceVersion"]?.string
        if let version, version != live.resourceVersion { throw APIError.fake(409, "Conflict") }
    }

    private static func merge(_ live: JSONValue, _ patch: JSONValue, isPatch: Bool) -> JSONValue {
        guard let fields = patch.object else { return patch }
        var result = live.object ?? [:]
        for (field, value) in fields {
            if value.isNull, isPatch {
                result.removeValue(forKey: field)
            } else {
                result[field] = merge(result[field] ?? .null, value, isPatch: isPatch)
            }
        }
        return .object(result)
    }
}

extension APIError {
    static func fake(_ code: Int, _ reason: String) -> APIError {
        APIError(code: code, reason: reason, message: "as the test wants", request: "TEST")
    }
}

extension DynamicObject {
    static func fixture(_ fields: JSONObject) -> DynamicObject { DynamicObject(fields) }
}

/// The way to a server, which can be cut: requests then hang until somebody gives them up.
final class CuttableAPI: ObjectAPI {
    private let cluster: FakeCluster
    private let isCut = Mutex(false)

    init(to cluster: FakeCluster) { self.cluster = cluster }

    func cut() { isCut.withLock { $0 = true } }
    func mend() { isCut.withLock { $0 = false } }

    private func pass() async throws {
        if isCut.withLock({ $0 }) { try await Task.sleep(for: .seconds(3600)) }
    }

    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        try await pass()
        return try await cluster.get(type, key)
    }

    func create(_ object: DynamicObject, as type: ResourceType, options: WriteOptions) async throws -> DynamicObject {
        try await pass()
        return try await cluster.create(object, as: type, options: options)
    }

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await pass()
        return try await cluster.update(object, as: type, subresource: subresource, options: options)
    }

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject {
        try await pass()
        return try await cluster.patch(type, key, patch, subresource: subresource, options: options)
    }

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws {
        try await pass()
        try await cluster.delete(type, key, options: options)
    }
}
