internal import BackupModel
package import KubeAPI

/// One job that looked at what is stored, with its pods.
package struct VerificationRun: Sendable, Hashable {
    package enum Task: Sendable, Hashable {
        /// Of every destination.
        case check
        case drill(source: String)

        /// The value of `LabelKey.backupTask`.
        var label: String {
            switch self {
            case .check: "check"
            case .drill: "drill"
            }
        }

        /// In messages.
        var name: String {
            switch self {
            case .check: "the check"
            case .drill(let source): "the drill of source \(source)"
            }
        }
    }

    package var task: Task
    /// Its `source` says nothing.
    var run: BackupRun

    package init(_ task: Task, job: DynamicObject, pods: [Pod]) {
        self.task = task
        run = BackupRun(of: "", job: job, pods: pods)
    }
}

extension [BackupPolicy.Target] {
    /// Adds what checks and drills have found. A run that was added before changes nothing.
    mutating func add(_ runs: [VerificationRun], of policy: BackupPolicy) {
        let ended = runs.compactMap { run in run.run.endedAt.map { (run, $0) } }.sorted { $0.1 < $1.1 }
        for (run, end) in ended {
            for index in indices where self[index].destination != BackupPolicy.veleroDestination {
                switch run.task {
                case .check:
                    self[index].add(
                        check: run.run.outcome(of: BackupPolicy.checkContainer(self[index].destination)), endedAt: end)
                case .drill(let source):
                    guard self[index].source == source,
                        self[index].destination == policy.drillDestination?.name
                    else { continue }
                    self[index].add(drill: run.run.outcome(of: BackupPolicy.drillContainer), endedAt: end)
                }
            }
        }
    }
}

extension BackupPolicy.Target {
    fileprivate mutating func add(check outcome: RunOutcome?, endedAt end: Timestamp) {
        // What is not known of a check is no finding, and no check either: it gets overdue.
        guard let outcome, outcome != .lost, lastCheckTime.map({ $0 < end }) ?? true else { return }
        let report = outcome.report
        if outcome.result == .failed {
            // Where one source is not sound, the check says which; where it could not work at all, all of them are not.
            if let unsound = report?.unsound, !unsound.contains(source) {
                if report?.checked?.contains(source) == true { pass(end) }
                return
            }
            checkFailure = (outcome.message ?? "see the logs of its job").cut(to: 1024)
        } else if report?.checked?.contains(source) ?? false {
            pass(end)
        }
    }

    private mutating func pass(_ end: Timestamp) {
        checkFailure = nil
        lastCheckTime = end
        lastVerifiedTime = [lastVerifiedTime, end].compactMap(\.self).max()
    }

    fileprivate mutating func add(drill outcome: RunOutcome?, endedAt end: Timestamp) {
        guard let outcome, outcome != .lost, lastDrillTime.map({ $0 < end }) ?? true else { return }
        guard outcome.result != .failed else {
            drillFailure = (outcome.message ?? "see the logs of its job").cut(to: 1024)
            return
        }
        drillFailure = nil
        lastDrillTime = end
        lastDrillSeconds = outcome.report?.durationSeconds
    }
}
