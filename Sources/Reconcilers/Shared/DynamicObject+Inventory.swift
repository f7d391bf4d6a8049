internal import KubeAPI

extension DynamicObject {
    /// The inventory in the status of an object of ours, whatever the rest of it is.
    var inventory: [InventoryEntry] {
        (self["status"]?["inventory"]?.elements ?? []).compactMap {
            try? JSONValueDecoder().decode(InventoryEntry.self, from: $0)
        }
    }
}
