internal import BackupModel
internal import KubeAPI

// Each run that has ended is an event where it matters: a failure always, a success where it ends a row of failures. What
// `Ready` says changes once; the tenth failed run is news all the same.
extension PolicyObservation: KindObservation {
    var allFailures: [WriteFailure] { failures + pruneFailures }

    /// - Parameter object: as it was read, with the status before this observation.
    func events(on object: DynamicObject) -> [ObjectEvent] {
        let before = policy.policy.status?.targets ?? []
        let runs = targets.compactMap { target in
            target.event(after: before.first { $0.name == target.name }, on: object)
        }
        return runs + [missedRun(on: object)].compactMap(\.self)
    }

    private func missedRun(on object: DynamicObject) -> ObjectEvent? {
        func fresh(_ conditions: [Condition]?) -> Condition? {
            conditions?.first { $0.type == ConditionType.fresh.rawValue }
        }
        guard let now = fresh(status.conditions), now.reason == Reason.missed.rawValue,
            fresh(policy.policy.status?.conditions)?.reason != now.reason
        else { return nil }
        return ObjectEvent(object, .warning, .runMissed, action: "Backup", message: now.message)
    }
}

extension BackupPolicy.Target {
    fileprivate func event(after before: Self?, on object: DynamicObject) -> ObjectEvent? {
        // Two runs may end in the same second.
        let isNew = lastAttemptTime != before?.lastAttemptTime || lastRuns != before?.lastRuns
        guard isNew, lastAttemptTime != nil, let lastResult else { return nil }
        switch lastResult {
        case .failed:
            let row = (consecutiveFailures ?? 1) > 1 ? ", \(consecutiveFailures ?? 1) times in a row" : ""
            return ObjectEvent(
                object, .warning, .runFailed, action: "Backup",
                message: "\(name) failed\(row): \(message ?? "see the logs of its job")")
        case .partial:
            return ObjectEvent(
                object, .warning, .runFailed, action: "Backup",
                message: "\(name) is incomplete: \(message ?? "see the logs of its job")")
        case .succeeded:
            guard let last = before?.lastResult, last != .succeeded else { return nil }
            return ObjectEvent(
                object, .normal, .runRecovered, action: "Backup", message: "\(name) went well again: \(artifact ?? "")")
        }
    }
}
