package import KubeAPI

extension AppEnvironment {
    package struct Status: Sendable, Hashable, Codable {
        package var observedGeneration: Int64?
        package var lastHandledReconcileAt: String?
        package var namespace: String?
        package var defaultsVersion: Int?
        /// `2/3`: components with all of their pods ready, of all.
        package var componentsReady: String?
        package var urls: [String]?
        package var specChange: SpecChange?
        package var expiresAt: Timestamp?
        package var components: [ComponentStatus]?
        package var quota: QuotaStatus?
        package var inventory: [InventoryEntry]?
        package var conditions: [Condition]?

        package init() {}
    }

    /// The last change of the spec that was seen.
    package struct SpecChange: Sendable, Hashable, Codable {
        package var generation: Int64
        package var time: Timestamp
    }

    package struct ComponentStatus: Sendable, Hashable, Codable {
        package var name: String
        package var image: String?
        package var desired: Int?
        package var ready: Int?
        package var configHash: String?
        package var message: String?
    }

    /// Amounts by the names of a ResourceQuota.
    package struct QuotaStatus: Sendable, Hashable, Codable {
        package var used: [String: String]?
        package var required: [String: String]?
        package var shortfall: [String: String]?
    }
}
