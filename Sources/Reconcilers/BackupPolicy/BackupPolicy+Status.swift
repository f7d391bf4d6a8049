package import KubeAPI

extension BackupPolicy {
    package struct Status: Sendable, Hashable, Codable {
        package var observedGeneration: Int64?
        package var lastHandledReconcileAt: String?
        package var nextRunTime: Timestamp?
        /// The oldest of the last successes of the required destinations.
        package var lastSuccessTime: Timestamp?
        /// The newest artifacts of all sources together, such as `12.5Mi`.
        package var size: String?
        package var targets: [Target]?
        package var inventory: [InventoryEntry]?
        package var conditions: [Condition]?

        package init() {}

        func target(_ source: String, _ destination: String) -> Target? {
            targets?.first { $0.source == source && $0.destination == destination }
        }
    }

    /// One source at one destination.
    package struct Target: Sendable, Hashable, Codable {
        package enum Result: String, Sendable, Hashable, Codable {
            case succeeded = "Succeeded"
            case partial = "Partial"
            case failed = "Failed"
        }

        package var source: String
        package var destination: String
        package var lastAttemptTime: Timestamp?
        package var lastSuccessTime: Timestamp?
        package var lastResult: Result?
        /// Why it failed, in one word.
        package var reason: String?
        package var artifact: String?
        package var sizeBytes: Int64?
        package var durationSeconds: Int64?
        package var count: Int64?
        package var oldest: String?
        package var lastVerifiedTime: Timestamp?
        package var lastCheckTime: Timestamp?
        /// What the last check of the destination found wrong.
        package var checkFailure: String?
        package var lastDrillTime: Timestamp?
        package var lastDrillSeconds: Int64?
        package var drillFailure: String?
        /// `Done`, `Refused` or `Failed`.
        package var pruned: String?
        package var suspicion: String?
        package var consecutiveFailures: Int64?
        package var message: String?

        package init(source: String, destination: String) {
            self.source = source
            self.destination = destination
        }

        package var name: String { "\(source) to \(destination)" }
    }
}
