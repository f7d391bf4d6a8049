package import KubeAPI

extension RegionalWorkerPool {
    package struct Status: Sendable, Hashable, Codable {
        package var observedGeneration: Int64?
        package var lastHandledReconcileAt: String?
        /// Such as `2/3`.
        package var regionsReady: String?
        package var nodes: Int?
        package var replicas: Int?
        package var readyReplicas: Int?
        /// `KEDA`, `HPA` or `Fixed`.
        package var scaler: String?
        package var regions: [RegionStatus]?
        package var inventory: [InventoryEntry]?
        /// Whether ledgers without a seal are nobody's.
        package var ledgersSealed: Bool?
        package var conditions: [Condition]?

        package init() {}
    }

    package struct RegionStatus: Sendable, Hashable, Codable {
        package var name: String
        package var nodes: NodeCounts?
        package var deployment: String?
        package var desired: Int?
        package var ready: Int?
        package var message: String?
    }

    package struct NodeCounts: Sendable, Hashable, Codable {
        package var matched: Int
        package var claimed: Int
        package var ready: Int
        package var conflicts: [NodeConflict]?
    }

    /// A node that a region matches and that somebody else holds.
    package struct NodeConflict: Sendable, Hashable, Codable {
        package var node: String
        package var heldBy: String
    }
}
