internal import BackupModel
package import KubeAPI

/// What is known of every source and destination: what the status said, and the runs that have ended since. Jobs stay
/// for a while after their end, so a run that nobody watched is counted later.
package enum RunHistory {
    package static func targets(
        of policy: BackupPolicy, runs: [BackupRun], at now: Timestamp
    ) -> [BackupPolicy.Target] {
        policy.ownSources.flatMap { source in
            let own = runs.filter { $0.source == source.name }
            return policy.spec.destinations.map { destination in
                var target = policy.knownTarget(source.name, destination.name, at: now)
                target.add(own, at: BackupPolicy.destinationContainer(destination.name), now)
                return target
            }
        }
    }
}

extension BackupPolicy.Target {
    /// A run is counted once, when its job has ended. Runs may overlap, so what a run has left is as new as its container's
    /// end.
    fileprivate mutating func add(_ runs: [BackupRun], at container: String, _ now: Timestamp) {
        let ended = runs.compactMap { run -> EndedRun? in
            guard let end = run.endedAt, !hasCounted(run.name, endedAt: end) else { return nil }
            // A destination that is new was not part of runs before it.
            let began = run.startedAt ?? end
            guard run.pods.isEmpty ? began >= (since ?? began) : run.mayHave(container) else { return nil }
            if run.silentSince(container).map({ $0 + BackupRun.patience > now }) ?? false { return nil }
            return run.outcome(of: container).map { EndedRun(run: run, end: end, outcome: $0) }
        }
        guard !ended.isEmpty else { return }
        let attempts = runs.flatMap { run in run.attempts(at: container).map { (run.name, $0) } }
        for run in ended.sorted(by: <) {
            let before = lastReportTime ?? lastAttemptTime
            // Another one has ended since, and is what counts; what this one has stored is stored.
            if let before, run.reported < before {
                keep(run.outcome, endedAt: run.reported)
                continue
            }
            var outcome = run.outcome
            // Others may be at work still that have stored and deleted meanwhile.
            for (name, attempt) in attempts {
                let time = attempt.endedAt ?? run.end
                guard time <= run.reported else { continue }
                if let before, time < before || (time == before && name != run.run.name) { continue }
                outcome.add(attempt.report)
            }
            add(outcome, endedAt: run.end)
            lastReportTime = run.reported
        }
        for run in ended.sorted(by: { $0.end < $1.end }) { note(run.run.name, endedAt: run.end) }
    }
}

/// A run that has ended, with what it means for one destination.
private struct EndedRun: Comparable {
    var run: BackupRun
    var end: Timestamp
    var outcome: RunOutcome

    /// When its container ended.
    var reported: Timestamp { outcome.endedAt ?? end }

    static func < (left: Self, right: Self) -> Bool {
        // Where nobody knows which was the later one, it is the one that failed.
        func failed(_ run: Self) -> Int { run.outcome.result == .failed ? 1 : 0 }
        return (left.reported, left.run.startedAt ?? left.end, failed(left), left.run.name)
            < (right.reported, right.run.startedAt ?? right.end, failed(right), right.run.name)
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

    /// Notes that a run was counted.
    mutating func note(_ run: String, endedAt end: Timestamp) {
        lastRuns = Array(((lastAttemptTime == end ? lastRuns ?? [] : []) + [run.cut(to: 253)]).suffix(8))
        lastAttemptTime = end
    }

    /// Adds what a run means. What is not known of a failed one stays as it was: the newest artifact is still the one before.
    mutating func add(_ outcome: RunOutcome, endedAt end: Timestamp) {
        lastResult = outcome.result
        reason = outcome.result == .succeeded ? nil : outcome.reason?.cut(to: 64)
        message = outcome.message?.cut(to: 2048)
        if let report = outcome.report {
            durationSeconds = report.durationSeconds
            pruned = report.pruned ?? pruned
        }
        guard outcome.result != .failed else {
            // What a failed run has deleted by the rules is not missing.
            count = count.map { max($0 + outcome.stored - outcome.deleted, 0) }
            consecutiveFailures = min(consecutiveFailures ?? 0, 1_000_000) + 1
            return
        }
        consecutiveFailures = nil
        if outcome.result == .succeeded { lastSuccessTime = max(lastSuccessTime ?? end, end) }
        if let report = outcome.report {
            // What was verified and is not stored is no artifact.
            if report.verified != nil, report.artifact != nil { lastVerifiedTime = max(lastVerifiedTime ?? end, end) }
            compare(report.count, outcome, endedAt: end)
            // Where it was stored and not listed afterwards, the number follows.
            count = report.count ?? count.map { max($0 + outcome.stored - outcome.deleted, 0) }
            oldest = report.oldest ?? oldest
            take(report, outcome)
        }
    }

    /// Takes the report's artifact for the newest one; but not where a run that began later has stored one before.
    private mutating func take(_ report: RunReport, _ outcome: RunOutcome) {
        let known = artifact.flatMap { Stamp($0) }
        if let known, let new = report.artifact.flatMap({ Stamp($0) }), new < known,
            outcome.endedAt.map({ known <= Stamp($0) }) ?? false
        {
            return
        }
        artifact = report.artifact
        let isComplete = outcome.result == .succeeded && report.suspicion == nil
        complete = (isComplete ? report.artifact : nil) ?? complete ?? report.complete
        sizeBytes = report.sizeBytes
        suspicion = report.suspicion?.cut(to: 1024)
    }

    /// Adds what a run has stored that is not the last one.
    fileprivate mutating func keep(_ outcome: RunOutcome, endedAt end: Timestamp) {
        guard outcome.result == .succeeded, let report = outcome.report,
            let new = report.artifact.flatMap({ Stamp($0) })
        else { return }
        func isNewer(than known: String?) -> Bool { known.flatMap { Stamp($0) }.map { $0 < new } ?? true }
        lastSuccessTime = max(lastSuccessTime ?? end, end)
        if report.verified != nil { lastVerifiedTime = max(lastVerifiedTime ?? end, end) }
        if report.suspicion == nil, isNewer(than: complete) { complete = report.artifact }
        guard isNewer(than: artifact) else { return }
        (artifact, sizeBytes, suspicion) = (report.artifact, report.sizeBytes, report.suspicion?.cut(to: 1024))
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
            target.lastReportTime = past(target.lastReportTime)
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
