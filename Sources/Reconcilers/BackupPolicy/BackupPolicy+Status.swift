package import BackupModel
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
        package var destinations: [DestinationStatus]?
        package var templates: [TemplateRecord]?
        package var inventory: [InventoryEntry]?
        package var conditions: [Condition]?

        package init() {}

        func target(_ source: String, _ destination: String) -> Target? {
            targets?.first { $0.source == source && $0.destination == destination }
        }

        func destination(_ name: String) -> DestinationStatus? { destinations?.first { $0.name == name } }
    }

    /// What a CronJob makes jobs from, and made them from before: a job is told by it after a restart of the operator, too.
    package struct TemplateRecord: Sendable, Hashable, Codable {
        package var cronJob: String
        /// See `RunTemplates`; the newest one last.
        package var digests: [String]
        /// Proves that the operator has seen them on that CronJob.
        package var seal: String
    }

    /// What is known of a destination beside its artifacts.
    package struct DestinationStatus: Sendable, Hashable, Codable {
        package var name: String
        /// A hash of where it is: elsewhere it is another one.
        package var place: String?
        /// Since when it is there; `nil` where it was nowhere else before.
        package var movedTime: Timestamp?
        /// When it was made ready; `nil` where it is not, as far as is known.
        package var preparedTime: Timestamp?
        /// Why it could not be made ready.
        package var reason: String?
        package var message: String?
        /// Of eight: the part of a repository's data that the last good check has read.
        package var checkedPart: Int64?
        /// The end of that check.
        package var checkedTime: Timestamp?

        package init(name: String) { self.name = name }
    }

    /// One source at one destination.
    package struct Target: Sendable, Hashable, Codable {
        package typealias Result = RunResult

        package var source: String
        package var destination: String
        /// Since when backups are expected: it was added then, or the policy was resumed.
        package var since: Timestamp?
        package var lastAttemptTime: Timestamp?
        /// The jobs of which the last one ended at `lastAttemptTime`.
        package var lastRuns: [String]?
        /// When the container ended whose result is the last one: of runs that overlap, this says which one it is.
        package var lastReportTime: Timestamp?
        package var lastSuccessTime: Timestamp?
        package var lastResult: Result?
        /// Why it failed, in one word.
        package var reason: String?
        package var artifact: String?
        /// The newest one that nothing is wrong with, as far as is known.
        package var complete: String?
        package var sizeBytes: Int64?
        package var durationSeconds: Int64?
        package var count: Int64?
        package var oldest: String?
        /// How many artifacts there were before some vanished that no run has deleted; `nil` where none did.
        package var expected: Int64?
        /// The end of the run that missed them.
        package var missingSince: Timestamp?
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
