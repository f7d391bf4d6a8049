/// One child that was made, as `status.inventory` keeps it.
package struct InventoryEntry: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package var apiVersion: String
    package var kind: String
    /// Missing for cluster-scoped kinds.
    package var namespace: String?
    package var name: String
    package var uid: String

    package init(apiVersion: String, kind: String, namespace: String? = nil, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    package init(_ key: ObjectKey, of type: ResourceType, uid: String) {
        self.init(
            apiVersion: type.apiVersion, kind: type.kind, namespace: key.namespace.isEmpty ? nil : key.namespace,
            name: key.name, uid: uid)
    }

    package var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name) }

    package var description: String { "\(kind) \(key)" }

    /// A fixed order, so that an unchanged inventory is an unchanged status.
    package static func < (left: InventoryEntry, right: InventoryEntry) -> Bool {
        (left.kind, left.key, left.apiVersion, left.uid) < (right.kind, right.key, right.apiVersion, right.uid)
    }

    /// The child without its version of the API and its UID: what a name can mean only once.
    fileprivate var place: [String] {
        let group = apiVersion.split(separator: "/").dropLast().first.map(String.init) ?? ""
        return [group, kind, namespace ?? "", name]
    }
}

/// Which children there are, and which of them are not wanted any more.
package enum Inventory {
    /// Entries of `recorded` that `current` does not hold, by group, kind and name.
    package static func stale(_ recorded: [InventoryEntry], comparedTo current: [InventoryEntry]) -> [InventoryEntry] {
        let places = Set(current.map(\.place))
        return recorded.filter { !places.contains($0.place) }.sorted()
    }

    /// The inventory after a pass: what was applied, and what is still on its way out.
    package static func merged(_ current: [InventoryEntry], _ remaining: [InventoryEntry]) -> [InventoryEntry] {
        Array(Set(current).union(remaining)).sorted()
    }

    /// What a status has room for.
    ///
    /// - Parameter isEssential: whether nothing but the inventory leads to a child: such stay in before all others.
    package static func bounded(
        _ entries: [InventoryEntry], to limit: Int, isEssential: (InventoryEntry) -> Bool
    ) -> [InventoryEntry] {
        guard entries.count > limit else { return entries }
        return ((entries.filter(isEssential) + entries.filter { !isEssential($0) }).prefix(limit)).sorted()
    }
}
