internal import Synchronization

/// The objects that an informer knows, by key and by index. Reads see our own writes before the watch brings them.
package final class Store: Sendable {
    struct State {
        /// What readers see.
        var objects: [ObjectKey: CachedObject] = [:]
        /// Our own writes that the watch has not brought yet.
        var pending: [ObjectKey: PendingWrite] = [:]
        var indexes: [String: Index] = [:]
    }

    let state = Mutex(State())
    private let indexers = Mutex<[Indexer]>([])

    package init(indexers: [Indexer] = []) {
        add(indexers)
    }

    package func get(_ key: ObjectKey) -> CachedObject? { state.withLock { $0.objects[key] } }

    /// The object, where nothing of it is left out: see `InformerOptions.trim`.
    package func whole(_ key: ObjectKey) -> CachedObject? {
        get(key).flatMap { $0.isWhole ? $0 : nil }
    }

    /// All objects at one moment, in no order.
    package func list() -> [CachedObject] { state.withLock { Array($0.objects.values) } }

    package func keys() -> [ObjectKey] { state.withLock { Array($0.objects.keys) } }

    package var count: Int { state.withLock { $0.objects.count } }

    /// The objects found under a value of an index, in the order of their keys.
    ///
    /// - Precondition: the store has the index.
    package func list(index: String, value: String) -> [CachedObject] {
        state.withLock { state in
            guard let found = state.indexes[index] else { preconditionFailure("no index named \(index)") }
            return found.keys(for: value).sorted().compactMap { state.objects[$0] }
        }
    }

    /// Adds indexes whose names are not there yet.
    ///
    /// - Precondition: the store is empty: an index that misses objects would lie.
    package func add(_ new: [Indexer]) {
        for indexer in new {
            let isNew = indexers.withLock { indexers in
                guard !indexers.contains(where: { $0.name == indexer.name }) else { return false }
                indexers.append(indexer)
                return true
            }
            guard isNew else { continue }
            state.withLock { state in
                precondition(state.objects.isEmpty, "the index \(indexer.name) comes after the first objects")
                state.indexes[indexer.name] = Index()
            }
        }
    }

    /// The index values of an object, found before the store is locked.
    func entry(_ object: CachedObject) -> Entry {
        let indexers = indexers.withLock { $0 }
        return Entry(object: object, values: indexers.map { ($0.name, $0.values(object)) })
    }

    struct Entry {
        var object: CachedObject
        var values: [(index: String, values: [String])]
    }
}

extension Store.State {
    /// Shows readers an object, or that there is none.
    mutating func show(_ entry: Store.Entry?, at key: ObjectKey) {
        objects[key] = entry?.object
        if let entry {
            for (name, values) in entry.values { indexes[name]?.update(key, to: values) }
        } else {
            for name in indexes.keys { indexes[name]?.update(key, to: []) }
        }
    }

    /// What readers see, with the index values that were found for it.
    func shown(_ key: ObjectKey) -> Store.Entry? {
        objects[key].map { object in
            Store.Entry(object: object, values: indexes.map { ($0.key, $0.value.values(of: key)) })
        }
    }

    /// What the watch has brought last, whatever readers see.
    func watched(_ key: ObjectKey) -> CachedObject? {
        if let pending = pending[key] { pending.watched?.object } else { objects[key] }
    }
}
