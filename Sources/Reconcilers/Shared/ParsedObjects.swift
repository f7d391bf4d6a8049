internal import KubeAPI
internal import Synchronization

/// What was read out of cached objects, kept for as long as they do not change: a reconcile looks at every node, and
/// few of them have changed since the one before.
final class ParsedObjects<Value: Sendable & Equatable>: Sendable {
    private struct Entry {
        var object: CachedObject
        var value: Value
    }

    private struct State {
        var entries: [ObjectKey: Entry] = [:]
        /// Counts the changes of the values.
        var revision = 0
    }

    private let parse: @Sendable (CachedObject) -> Value
    private let state = Mutex(State())

    init(_ parse: @escaping @Sendable (CachedObject) -> Value) { self.parse = parse }

    /// The value of one object. It stays until it is forgotten, or all objects are asked for and this one is not among
    /// them.
    func value(of object: CachedObject) -> Value {
        state.withLock { state in
            if let known = state.entries[object.key], known.object.isIdentical(to: object) { return known.value }
            let value = parse(object)
            if state.entries[object.key]?.value != value { state.revision += 1 }
            state.entries[object.key] = Entry(object: object, value: value)
            return value
        }
    }

    func forget(_ key: ObjectKey) {
        state.withLock { state in
            if state.entries.removeValue(forKey: key) != nil { state.revision += 1 }
        }
    }

    /// The values of these objects, in their order; what is known of others is forgotten. With a number that stays the
    /// same for as long as the values do, whatever else of the objects changes and whatever their order.
    func revised(_ objects: [CachedObject]) -> (values: [Value], revision: Int) {
        state.withLock { state in
            var isSame = true
            let values = objects.map { object in
                let known = state.entries[object.key]
                if let known, known.object.isIdentical(to: object) { return known.value }
                let value = parse(object)
                isSame = isSame && known?.value == value
                state.entries[object.key] = Entry(object: object, value: value)
                return value
            }
            if state.entries.count > objects.count {
                let present = Set(objects.map(\.key))
                state.entries = state.entries.filter { present.contains($0.key) }
                isSame = false
            }
            if !isSame { state.revision += 1 }
            return (values, state.revision)
        }
    }
}
