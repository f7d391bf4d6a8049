/// A way to find objects by what they contain: a name, and the values under which an object is found.
///
/// The function is pure and looks only at the object.
package struct Indexer: Sendable {
    package var name: String
    package var values: @Sendable (CachedObject) -> [String]

    package init(_ name: String, values: @escaping @Sendable (CachedObject) -> [String]) {
        self.name = name
        self.values = values
    }

    /// By the UID of every owner.
    package static let ownerUID = Indexer("ownerUID") { $0.ownerReferences.map(\.uid) }

    package static let namespace = Indexer("namespace") { [$0.key.namespace] }

    /// By the value of a label; objects without it are not found. The index is named as the label.
    package static func label(_ key: String) -> Indexer {
        Indexer(key) { $0.labels[key].map { [$0] } ?? [] }
    }
}

/// One index of a store. The values of each object are kept, so that leaving it needs no look at the old object.
struct Index {
    private var keys: [String: Set<ObjectKey>] = [:]
    private var values: [ObjectKey: [String]] = [:]

    func keys(for value: String) -> Set<ObjectKey> { keys[value] ?? [] }

    func values(of key: ObjectKey) -> [String] { values[key] ?? [] }

    mutating func update(_ key: ObjectKey, to new: [String]) {
        let old = values[key] ?? []
        guard old != new else { return }
        for value in old {
            keys[value]?.remove(key)
            if keys[value]?.isEmpty == true { keys[value] = nil }
        }
        for value in new { keys[value, default: []].insert(key) }
        values[key] = new.isEmpty ? nil : new
    }
}
