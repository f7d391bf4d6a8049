internal import BackupModel
package import KubeAPI

/// What is known of every source and destination: what the status said, and the runs that have ended since. Jobs stay
/// for a while after their end, so a run that nobody watched is counted later.
package enum RunHistory {
    package static func targets(
        of policy: BackupPolicy, runs: [BackupRun], at now: Timestamp
    ) -> [BackupPolicy.Target] {
        policy.ownSources.flatMap { source in
            let own = runs.filter { $0.source == source.name }.sorted(by: ended)
            return policy.spec.destinations.map { destination in
                let container = BackupPolicy.destinationContainer(destination.name)
                var target = policy.knownTarget(source.name, destination.name, at: now)
                for run in own {
                    guard let end = run.endedAt, !target.hasCounted(run.name, endedAt: end) else { continue }
                    // A destination that is new was not part of runs before it.
                    let began = run.startedAt ?? end
                    guard run.pods.isEmpty ? began >= (target.since ?? began) : run.mayHave(container) else { continue }
                    guard let outcome = run.outcome(of: container) else { continue }
                    if run.silentSince(container).map({ $0 + BackupRun.patience > now }) ?? false { continue }
                    target.add(outcome, of: run.name, endedAt: end)
                }
                return target
            }
        }
    }

    private static func ended(_ left: BackupRun, _ right: BackupRun) -> Bool {
        guard let first = left.endedAt, let second = right.endedAt else { return false }
        // Where nobody knows which was the later one, it is the one that failed.
        func failed(_ run: BackupRun) -> Int { run.ending == .succeeded ? 0 : 1 }
        return (first, left.startedAt ?? first, failed(left), left.name)
            < (second, right.startedAt ?? second, failed(right), right.name)
    }
}

extension BackupPolicy {
    /// The target as the status has it, with the time since when backups are expected of it.
    func knownTarget(_ source: String, _ destination: String, at now: Timestamp) -> Target {
        let created = metadata.creationTimestamp ?? now
        guard var target = status?.target(source, destination) else {
            var target = Target(source: source, destination: destination)
            // A status without any is that of a policy that is new, or has lost it.
            target.since = (status?.targets ?? []).isEmpty ? created : now
            return target
        }
        target.since = isResumed ? now : target.since ?? created
        return target
    }

    /// Whether the status is that of a policy that was suspended, and it is so no longer.
    private var isResumed: Bool {
        let wasSuspended =
            status?.conditions?.contains {
                $0.type == ConditionType.fresh.rawValue && $0.reason == Reason.suspended.rawValue
            } ?? false
        return wasSuspended && !spec.suspend
    }
}

extension BackupPolicy.Target {
    /// Whether a run is part of what is known already. Two may end in the same second.
    func hasCounted(_ run: String, endedAt end: Timestamp) -> Bool {
        guard let lastAttemptTime, lastAttemptTime >= end else { return false }
        // Without names it is the status of an operator that counted one for each second.
        return lastAttemptTime > end || lastRuns?.contains(run) ?? true
    }

    /// Adds a run. What is not known of a failed one stays as it was: the newest artifact is still the one before.
    mutating func add(_ outcome: RunOutcome, of run: String, endedAt end: Timestamp) {
        lastRuns = Array(((lastAttemptTime == end ? lastRuns ?? [] : []) + [run.cut(to: 253)]).suffix(8))
        lastAttemptTime = end
        lastResult = outcome.result
        reason = outcome.result == .succeeded ? nil : outcome.reason?.cut(to: 64)
        message = outcome.message?.cut(to: 2048)
        if let report = outcome.report {
            durationSeconds = report.durationSeconds
            pruned = report.pruned ?? pruned
        }
        guard outcome.result != .failed else {
            // What a failed run has deleted by the rules is not missing.
            count = count.map { max($0 - outcome.deleted, 0) }
            consecutiveFailures = min(consecutiveFailures ?? 0, 1_000_000) + 1
            return
        }
        consecutiveFailures = nil
        if outcome.result == .succeeded { lastSuccessTime = end }
        if let report = outcome.report {
            // What was verified and is not stored is no artifact.
            if report.verified != nil, report.artifact != nil { lastVerifiedTime = end }
            compare(report.count, outcome, endedAt: end)
            artifact = report.artifact
            if outcome.result == .succeeded, report.suspicion == nil { complete = report.artifact ?? complete }
            sizeBytes = report.sizeBytes
            // Where it was stored and not listed afterwards, the number follows.
            count = report.count ?? count.map { max($0 + outcome.stored - outcome.deleted, 0) }
            oldest = report.oldest ?? oldest
            suspicion = report.suspicion?.cut(to: 1024)
        }
    }

    /// Notices artifacts that are gone and that no run has deleted.
    private mutating func compare(_ found: Int64?, _ outcome: RunOutcome, endedAt end: Timestamp) {
        guard let found else { return }
        if let expected {
            // Where retention keeps less than before, that many are not to be expected any more.
            let wanted = expected - max(outcome.deleted - outcome.stored, 0)
            (self.expected, missingSince) = found >= wanted ? (nil, nil) : (wanted, missingSince)
        } else if let count, found < count + outcome.stored - outcome.deleted {
            (expected, missingSince) = (count, end)
        }
    }

    /// Somebody has looked into what was missed until then, and takes what is there for all that there is.
    mutating func accept(lossesUntil time: Timestamp) {
        guard let missingSince, missingSince <= time else { return }
        (expected, self.missingSince) = (nil, nil)
    }
}

extension BackupPolicy.Status {
    /// Times that are still to come would hide every run until then.
    func forgetting(after limit: Timestamp) -> Self {
        func past(_ time: Timestamp?) -> Timestamp? { time.flatMap { $0 <= limit ? $0 : nil } }
        var status = self
        status.targets = targets?.map { target in
            var target = target
            target.since = past(target.since)
            target.lastAttemptTime = past(target.lastAttemptTime)
            target.lastSuccessTime = past(target.lastSuccessTime)
            target.lastVerifiedTime = past(target.lastVerifiedTime)
            target.lastCheckTime = past(target.lastCheckTime)
            target.lastDrillTime = past(target.lastDrillTime)
            return target
        }
        status.destinations = destinations?.map { destination in
            var destination = destination
            destination.preparedTime = past(destination.preparedTime)
            destination.checkedTime = past(destination.checkedTime)
            return destination
        }
        return status
    }
}

extension BackupRun {
    fileprivate func mayHave(_ container: String) -> Bool { pods.contains { $0.has(container) } }
}

extension Pod {
    fileprivate func has(_ container: String) -> Bool {
        // The statuses are missing until the kubelet has seen the pod.
        guard let statuses = status?.containerStatuses, !statuses.isEmpty else { return true }
        return statuses.contains { $0.name == container }
    }
}
