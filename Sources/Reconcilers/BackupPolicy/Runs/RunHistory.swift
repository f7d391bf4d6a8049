internal import KubeAPI

/// What is known of every source and destination: what the status said, and the runs that have ended since. Jobs stay
/// for a while after their end, so a run that nobody watched is counted later.
package enum RunHistory {
    package static func targets(of policy: BackupPolicy, runs: [BackupRun]) -> [BackupPolicy.Target] {
        return policy.ownSources.flatMap { source in
            policy.spec.destinations.map { destination in
                var target =
                    policy.status?.target(source.name, destination.name)
                    ?? BackupPolicy.Target(source: source.name, destination: destination.name)
                for run in runs.filter({ $0.source == source.name }).sorted(by: ended) {
                    guard let end = run.endedAt, target.lastAttemptTime.map({ $0 < end }) ?? true else { continue }
                    // A destination that is new was not part of runs before it.
                    let container = BackupPolicy.destinationContainer(destination.name)
                    guard run.pods.isEmpty || run.pods.contains(where: { $0.has(container) }) else { continue }
                    if let outcome = run.outcome(at: destination.name) { target.add(outcome, endedAt: end) }
                }
                return target
            }
        }
    }

    private static func ended(_ left: BackupRun, _ right: BackupRun) -> Bool {
        guard let first = left.endedAt, let second = right.endedAt else { return false }
        return first < second
    }
}

extension BackupPolicy.Target {
    /// Adds a run. What is not known of a failed one stays as it was: the newest artifact is still the one before.
    mutating func add(_ outcome: RunOutcome, endedAt end: Timestamp) {
        lastAttemptTime = end
        lastResult = outcome.result
        reason = outcome.result == .succeeded ? nil : outcome.reason?.cut(to: 64)
        message = outcome.message?.cut(to: 2048)
        if let report = outcome.report {
            durationSeconds = report.durationSeconds
            if report.verified != nil { lastVerifiedTime = end }
            pruned = report.pruned ?? pruned
        }
        guard outcome.result != .failed else {
            consecutiveFailures = min(consecutiveFailures ?? 0, 1_000_000) + 1
            return
        }
        consecutiveFailures = nil
        if outcome.result == .succeeded { lastSuccessTime = end }
        if let report = outcome.report {
            artifact = report.artifact
            sizeBytes = report.sizeBytes
            count = report.count
            oldest = report.oldest
            suspicion = report.suspicion?.cut(to: 1024)
        }
    }
}

extension BackupPolicy.Status {
    /// Times that are still to come would hide every run until then.
    func forgetting(after limit: Timestamp) -> Self {
        func past(_ time: Timestamp?) -> Timestamp? { time.flatMap { $0 <= limit ? $0 : nil } }
        var status = self
        status.targets = targets?.map { target in
            var target = target
            target.lastAttemptTime = past(target.lastAttemptTime)
            target.lastSuccessTime = past(target.lastSuccessTime)
            target.lastVerifiedTime = past(target.lastVerifiedTime)
            target.lastCheckTime = past(target.lastCheckTime)
            target.lastDrillTime = past(target.lastDrillTime)
            return target
        }
        return status
    }
}

extension Pod {
    fileprivate func has(_ container: String) -> Bool {
        // The statuses are missing until the kubelet has seen the pod.
        guard let statuses = status?.containerStatuses, !statuses.isEmpty else { return true }
        return statuses.contains { $0.name == container }
    }
}
