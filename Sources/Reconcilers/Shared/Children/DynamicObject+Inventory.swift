package import KubeAPI

extension DynamicObject {
    /// The inventory in the status of an object of ours, whatever the rest of it is.
    package var inventory: [InventoryEntry] {
        (self["status"]?["inventory"]?.elements ?? []).compactMap {
            try? JSONValueDecoder().decode(InventoryEntry.self, from: $0)
        }
    }
}

extension [InventoryEntry] {
    /// What the status of an owner has room for. The others are found by their seals; nothing of Secrets is in a cache, so
    /// those are listed before all others.
    func listed<Owner: ChildOwner>(for _: Owner.Type) -> [InventoryEntry] {
        Inventory.bounded(self, to: Owner.inventoryLimit) { $0.kind == ResourceType.secret.kind }
    }

    /// What has to be said of those for which there is no room; empty where there is.
    func omission<Owner: ChildOwner>(for _: Owner.Type) -> String {
        guard count > Owner.inventoryLimit else { return "" }
        return "; status.inventory lists \(Owner.inventoryLimit) of \(count) children"
    }
}
