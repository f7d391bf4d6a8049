internal import BackupModel
internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// What `quartermaster backup list` shows.
struct BackupReport: Report {
    /// A job that is running.
    struct Run: Sendable, Hashable, Encodable {
        var source: String
        var job: String
    }

    static let kind = "BackupReport"

    let namespace: String
    let name: String
    /// While it is, no run is due.
    let suspended: Bool
    let nextRunTime: Timestamp?
    /// As in the policy's status.
    let targets: [BackupPolicy.Target]
    let running: [Run]

    init(of policy: BackupPolicy, running: [Run]) {
        namespace = policy.metadata.namespace ?? ""
        name = policy.metadata.name ?? ""
        suspended = policy.spec.suspend
        nextRunTime = policy.status?.nextRunTime
        targets = policy.status?.targets ?? []
        self.running = running
    }

    /// A finding where the last run of a target did not succeed, or its newest artifact is suspicious.
    var exitStatus: CommandStatus {
        targets.allSatisfy { $0.lastResult ?? .succeeded == .succeeded && $0.suspicion == nil } ? .fine : .finding
    }

    func lines(_ style: TextStyle) -> [String] {
        var lines: [String]
        if targets.isEmpty {
            lines = ["nothing is known of \(namespace)/\(name) yet: it never ran, or no operator has looked"]
        } else {
            lines = style.isWide ? wideTable : table
        }
        lines += running.map { "source \($0.source): job \($0.job) is running" }
        if let nextRunTime { lines.append("the next run is due at \(nextRunTime.rfc3339)") }
        if suspended { lines.append("the policy is suspended: no run is due") }
        return lines
    }

    private var table: [String] {
        var table = TextTable(
            "SOURCE", "DESTINATION", "RESULT", "LAST-SUCCESS", "NEWEST", "SIZE", "KEPT", "OLDEST", "VERIFIED", "MESSAGE"
        )
        for target in targets {
            table.add(
                target.source, target.destination, target.lastResult?.rawValue ?? "",
                target.lastSuccessTime?.rfc3339 ?? "", target.artifact ?? "", target.size, target.kept,
                target.oldest ?? "", target.lastVerifiedTime?.rfc3339 ?? "", target.remark)
        }
        return table.lines()
    }

    private var wideTable: [String] {
        var table = TextTable(
            "SOURCE", "DESTINATION", "RESULT", "LAST-ATTEMPT", "LAST-SUCCESS", "FAILURES", "SECONDS", "NEWEST", "SIZE",
            "KEPT", "EXPECTED", "OLDEST", "VERIFIED", "CHECKED", "DRILLED", "PRUNED", "MESSAGE")
        for target in targets {
            table.add(
                target.source, target.destination, target.lastResult?.rawValue ?? "",
                target.lastAttemptTime?.rfc3339 ?? "", target.lastSuccessTime?.rfc3339 ?? "",
                target.consecutiveFailures.map { "\($0)" } ?? "", target.durationSeconds.map { "\($0)" } ?? "",
                target.artifact ?? "", target.size, target.kept, target.expected.map { "\($0)" } ?? "",
                target.oldest ?? "", target.lastVerifiedTime?.rfc3339 ?? "", target.lastCheckTime?.rfc3339 ?? "",
                target.lastDrillTime?.rfc3339 ?? "", target.pruned ?? "", target.remark)
        }
        return table.lines()
    }
}

extension BackupPolicy.Target {
    fileprivate var size: String { sizeBytes.map { ByteCount.text($0) } ?? "" }
    fileprivate var kept: String { count.map { "\($0)" } ?? "" }
    fileprivate var remark: String { suspicion ?? message ?? "" }
}
