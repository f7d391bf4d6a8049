internal import KubeAPI
internal import Synchronization

/// What was read out of cached objects, kept for as long as they do not change: a reconcile looks at every node, and
/// few of them have changed since the one before.
final class ParsedObjects<Value: Sendable>: Sendable {
    private struct Entry {
        var object: CachedObject
        var value: Value
    }

    private let parse: @Sendable (CachedObject) -> Value
    private let known = Mutex<[ObjectKey: Entry]>([:])

    init(_ parse: @escaping @Sendable (CachedObject) -> Value) { self.parse = parse }

    /// The values of these objects, in their order. What is known of others is forgotten.
    func values(of objects: [CachedObject]) -> [Value] {
        let before = known.withLock { $0 }
        var after: [ObjectKey: Entry] = Dictionary(minimumCapacity: objects.count)
        let values = objects.map { object in
            if let entry = before[object.key], entry.object.isIdentical(to: object) {
                after[object.key] = entry
                return entry.value
            }
            let value = parse(object)
            after[object.key] = Entry(object: object, value: value)
            return value
        }
        known.withLock { $0 = after }
        return values
    }
}
