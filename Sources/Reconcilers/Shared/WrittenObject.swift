package import KubeAPI

/// Which object a write is about. Decisions go by its fields; `description` is for people.
package struct WrittenObject: Sendable, Hashable, CustomStringConvertible {
    package var kind: String
    package var key: ObjectKey

    package init(_ type: ResourceType, _ key: ObjectKey) {
        kind = type.kind
        self.key = key
    }

    init(_ entry: InventoryEntry) {
        kind = entry.kind
        key = entry.key
    }

    /// `Deployment workers/workers-eu`.
    package var description: String { "\(kind) \(key)" }

    func isOne(of types: [ResourceType]) -> Bool { types.contains { $0.kind == kind } }
}
