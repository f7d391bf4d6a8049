internal import KubeAPI
internal import Synchronization

/// What the server keeps, in memory: objects by resource, one resourceVersion for all, and a bounded history.
final class VersionedStore: Sendable {
    /// A write that found another state than the one it was based on.
    struct Conflict: Error {
        var current: StoredObject?
    }

    /// The state that a write must find.
    enum Expectation: Sendable {
        case absent
        case version(Int64)
    }

    struct State: Sendable {
        var resourceVersion: Int64 = 1
        /// History up to and including this resourceVersion is forgotten for every resource.
        var compactedUpTo: Int64 = 0
        var collections: [GroupResource: Collection] = [:]
        var addresses: [String: ObjectAddress] = [:]
        var dependents: [String: Set<ObjectAddress>] = [:]
    }

    struct Collection: Sendable {
        var objects: [String: StoredObject] = [:]
        var sortedKeys: [String] = []
        /// In the order of their resourceVersions.
        var events: [StoredEvent] = []
        /// Events up to and including this resourceVersion are forgotten.
        var forgottenUpTo: Int64 = 0
    }

    /// Events kept for each resource.
    let historyLimit: Int
    let state = Mutex(State())
    private let onChange: @Sendable (GroupResource, StoredEvent) -> Void

    /// - Parameter onChange: Called after each write, on the writer's thread, with nothing locked.
    init(historyLimit: Int, onChange: @escaping @Sendable (GroupResource, StoredEvent) -> Void) {
        self.historyLimit = historyLimit
        self.onChange = onChange
    }

    var resourceVersion: Int64 { state.withLock { $0.resourceVersion } }

    func get(_ resource: GroupResource, _ key: ObjectKey) -> StoredObject? {
        state.withLock { $0.collections[resource]?.objects[StoredObject.storageKey(key)] }
    }

    /// All objects of a resource, in the order of their keys.
    func all(_ resource: GroupResource, namespace: String? = nil) -> [StoredObject] {
        state.withLock { state in
            guard let collection = state.collections[resource] else { return [] }
            return collection.sortedKeys.compactMap { collection.objects[$0] }
                .filter { namespace == nil || $0.namespace == namespace }
        }
    }

    /// The object that carries a UID.
    func object(uid: String) -> (resource: GroupResource, object: StoredObject)? {
        state.withLock { state in
            guard let address = state.addresses[uid],
                let object = state.collections[address.resource]?.objects[StoredObject.storageKey(address.key)]
            else { return nil }
            return (address.resource, object)
        }
    }

    /// The objects that name a UID among their owners.
    func dependents(of uid: String) -> [(resource: GroupResource, object: StoredObject)] {
        state.withLock { state in
            (state.dependents[uid] ?? []).compactMap { address in
                state.collections[address.resource]?.objects[StoredObject.storageKey(address.key)]
                    .map { (address.resource, $0) }
            }.sorted { ($0.0, $0.1.key) < ($1.0, $1.1.key) }
        }
    }

    /// Every resource that holds objects of a namespace.
    func resources(in namespace: String) -> [GroupResource] {
        state.withLock { state in
            state.collections.filter { $0.value.objects.values.contains { $0.namespace == namespace } }.keys.sorted()
        }
    }

    /// - Throws: `Conflict` where the expectation is not met.
    @discardableResult
    func put(
        _ resource: GroupResource, _ json: JSONValue, expecting expectation: Expectation
    ) throws(Conflict) -> StoredObject {
        let result = state.withLock { state in
            Result<StoredEvent, Conflict> { () throws(Conflict) in
                try state.put(resource, json, expecting: expectation, historyLimit: historyLimit)
            }
        }
        let event = try result.get()
        onChange(resource, event)
        return event.object
    }

    /// - Returns: The last state with the resourceVersion of the deletion.
    /// - Throws: `Conflict` where the object has another version or is gone.
    @discardableResult
    func remove(_ resource: GroupResource, _ key: ObjectKey, version: Int64) throws(Conflict) -> StoredObject {
        let result = state.withLock { state in
            Result<StoredEvent, Conflict> { () throws(Conflict) in
                try state.remove(resource, key, version: version, historyLimit: historyLimit)
            }
        }
        let event = try result.get()
        onChange(resource, event)
        return event.object
    }
}

extension VersionedStore.State {
    fileprivate mutating func put(
        _ resource: GroupResource, _ json: JSONValue, expecting expectation: VersionedStore.Expectation,
        historyLimit: Int
    ) throws(VersionedStore.Conflict) -> StoredEvent {
        let object = StoredObject(json, resourceVersion: resourceVersion + 1)
        let key = object.storageKey
        let previous = collections[resource]?.objects[key]
        switch expectation {
        case .absent where previous == nil: break
        case .version(let version) where previous?.resourceVersion == version: break
        default: throw VersionedStore.Conflict(current: previous)
        }
        resourceVersion += 1
        if let previous { forget(previous, resource) }
        remember(object, resource)
        let event = StoredEvent(change: previous == nil ? .added : .modified, object: object, previous: previous)
        collections[resource, default: .init()].set(object, at: key)
        collections[resource]?.append(event, limit: historyLimit)
        return event
    }

    fileprivate mutating func remove(
        _ resource: GroupResource, _ key: ObjectKey, version: Int64, historyLimit: Int
    ) throws(VersionedStore.Conflict) -> StoredEvent {
        let storageKey = StoredObject.storageKey(key)
        guard let previous = collections[resource]?.objects[storageKey], previous.resourceVersion == version else {
            throw VersionedStore.Conflict(current: collections[resource]?.objects[storageKey])
        }
        resourceVersion += 1
        forget(previous, resource)
        let last = StoredObject(previous.json, resourceVersion: resourceVersion)
        let event = StoredEvent(change: .deleted, object: last, previous: previous)
        collections[resource]?.set(nil, at: storageKey)
        collections[resource]?.append(event, limit: historyLimit)
        return event
    }

    private mutating func remember(_ object: StoredObject, _ resource: GroupResource) {
        let address = ObjectAddress(resource: resource, key: object.key)
        addresses[object.uid] = address
        for owner in object.owners { dependents[owner, default: []].insert(address) }
    }

    private mutating func forget(_ object: StoredObject, _ resource: GroupResource) {
        let address = ObjectAddress(resource: resource, key: object.key)
        addresses.removeValue(forKey: object.uid)
        for owner in object.owners {
            dependents[owner]?.remove(address)
            if dependents[owner]?.isEmpty == true { dependents.removeValue(forKey: owner) }
        }
    }
}

extension VersionedStore.Collection {
    fileprivate mutating func set(_ object: StoredObject?, at key: String) {
        let isKnown = objects[key] != nil
        objects[key] = object
        guard isKnown != (object != nil) else { return }
        let position = sortedKeys.partitioningIndex { $0 >= key }
        if object == nil { sortedKeys.remove(at: position) } else { sortedKeys.insert(key, at: position) }
    }

    fileprivate mutating func append(_ event: StoredEvent, limit: Int) {
        events.append(event)
        // Trimmed by halves, so that a write costs the same on average however long the history is.
        if events.count > max(1, limit) * 2 { trim(toLast: limit) }
        if limit == 0 { trim(toLast: 0) }
    }

    mutating func trim(toLast count: Int) {
        guard events.count > count else { return }
        forgottenUpTo = events[events.count - count - 1].resourceVersion
        events.removeFirst(events.count - count)
    }
}

extension RandomAccessCollection {
    /// The first index whose element, and every later one, satisfies the predicate.
    func partitioningIndex(where isBeyond: (Element) -> Bool) -> Index {
        var low = startIndex
        var count = distance(from: startIndex, to: endIndex)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if isBeyond(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
