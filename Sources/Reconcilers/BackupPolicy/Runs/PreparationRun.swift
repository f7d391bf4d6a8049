internal import BackupModel
package import KubeAPI

/// One job that makes destinations ready, with its pods.
package struct PreparationRun: Sendable, Hashable {
    /// Its `source` says nothing.
    var run: BackupRun
    /// The containers of its template.
    private var containers: [JSONValue]

    package init(job: DynamicObject, pods: [Pod]) {
        run = BackupRun(of: "", job: job, pods: pods)
        containers = job[path: "spec", "template", "spec", "containers"]?.elements ?? []
    }

    /// What it means for a destination as it is now; `nil` where it is about another place, or nothing is known yet.
    func outcome(for destination: PolicyDestination, of policy: ResolvedPolicy, at now: Timestamp) -> RunOutcome? {
        let wanted = policy.prepareContainer(destination)
        guard containers.contains(where: { RunPods.does($0, what: wanted) }) else { return nil }
        let name = BackupPolicy.prepareContainer(destination.name)
        if let end = run.silentSince(name), end + BackupRun.patience > now { return nil }
        return run.outcome(of: name)
    }
}

extension BackupPolicy.DestinationStatus {
    /// Adds what jobs have said, the oldest first. What has become ready stays so: nothing is made where something was.
    mutating func add(
        _ runs: [PreparationRun], for destination: PolicyDestination, of policy: ResolvedPolicy, at now: Timestamp
    ) {
        for run in runs where preparedTime == nil {
            guard let outcome = run.outcome(for: destination, of: policy, at: now) else { continue }
            if outcome.result == .failed {
                reason = outcome.reason?.cut(to: 64)
                message = (outcome.message ?? "see the logs of its job").cut(to: 2048)
            } else if let end = run.run.endedAt {
                // Not before: its other containers may be at work, and another job would stop them.
                (preparedTime, reason, message) = (min(end, now), nil, nil)
            }
        }
    }

    /// Adds which part of a repository checks have read.
    mutating func add(_ checks: [VerificationRun]) {
        let ended = checks.compactMap { check in check.run.endedAt.map { (check.run, $0) } }.sorted { $0.1 < $1.1 }
        for (run, end) in ended where checkedTime.map({ $0 < end }) ?? true {
            guard let outcome = run.outcome(of: BackupPolicy.checkContainer(name)), outcome.result == .succeeded,
                // A job by hand may read any part as often as it likes: that reads no other one.
                let part = outcome.report?.part, part == nextCheckPart
            else { continue }
            (checkedPart, checkedTime) = (part, end)
        }
    }

    /// The part that the next check is to read: after eight that went well everything was read, whatever their schedule.
    var nextCheckPart: Int64 { (checkedPart ?? 0) % 8 + 1 }
}
