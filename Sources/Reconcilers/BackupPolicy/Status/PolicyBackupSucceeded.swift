internal import BackupModel
internal import KubeAPI

// What became of the last runs.
extension PolicyObservation {
    func addSuccess(to conditions: inout Conditions) {
        let failures = requiredTargets.filter { $0.lastResult == .failed && !cameTooEarly($0) }
        if let failed = failures.first {
            let isLate = failed.reason == Reason.deadlineExceeded.rawValue
            let others = failures.count - 1
            let more = others > 0 ? " (and \(others.counted("other target")))" : ""
            conditions.add(
                .backupSucceeded,
                Finding(
                    isLate ? .deadlineExceeded : .failed,
                    "\(failed.name)\(more) failed: \(failed.message ?? "see the logs of its job")", .wait),
                orElse: .succeeded, "")
        } else if let partial = requiredTargets.first(where: { $0.lastResult == .partial }) {
            conditions.add(
                .backupSucceeded,
                Finding(.partial, partial.verdict, .wait), orElse: .succeeded, "")
        } else if let early = requiredTargets.first(where: cameTooEarly) {
            conditions.note(
                .backupSucceeded, .unknown, .neverRan,
                "\(early.name): its last run came before the destination was made ready; it is ready for the next one")
        } else if requiredTargets.contains(where: { $0.lastResult == nil }) {
            conditions.note(.backupSucceeded, .unknown, .neverRan, "not every target has had a run yet")
        } else {
            conditions.add(.backupSucceeded, nil, orElse: .succeeded, summary)
        }
    }

    /// Whether the last run failed because the destination was not made ready yet, and it has become so since.
    func cameTooEarly(_ target: BackupPolicy.Target) -> Bool {
        target.reason == Reason.destinationNotReady.rawValue
            && destinations.contains { $0.name == target.destination && $0.preparedTime != nil }
    }
}

extension BackupPolicy.Target {
    /// Whether its last run did not store all that it should.
    var isFlawed: Bool { lastResult == .failed || lastResult == .partial }

    /// What its last run came to, where it is flawed.
    var verdict: String {
        "\(name) \(lastResult == .failed ? "failed" : "is incomplete"): \(message ?? "see the logs of its job")"
    }
}
