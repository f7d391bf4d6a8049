package import BackupModel
package import KubeAPI

/// What a pass has found and done: the status follows from it.
package struct PolicyObservation: Sendable {
    package var policy: ResolvedPolicy
    package var now: Timestamp
    package var targets: [BackupPolicy.Target]
    package var destinations: [BackupPolicy.DestinationStatus]
    /// When each source was scheduled last, as the CronJob controller says.
    package var lastScheduled: [String: Timestamp] = [:]
    /// Since when the CronJobs are there that look at what is stored, by their names.
    var verifiedSince: [String: Timestamp] = [:]
    /// Why the pod that makes destinations ready does not begin.
    var preparationWaits: String?
    /// Jobs and pods that say that they are the policy's and are not.
    package var strangers: [String] = []
    /// What is known of the CronJobs that jobs are made from.
    var templates: [BackupPolicy.TemplateRecord] = []
    /// What does nothing because its pod does not begin, such as `source db`, with the reason.
    package var waiting: [String: String] = [:]
    /// When pods have had their time to begin, and jobs that are not counted are named no more.
    var patienceEnds: [Timestamp] = []
    /// What the newest run that has ended said of its webhook.
    package var notification: RunReport?
    /// Whether a PrometheusRule is wanted of a cluster that does not know what that is.
    package var isPrometheusMissing = false
    package var failures: [WriteFailure] = []
    package var pruneFailures: [WriteFailure] = []
    package var inventory: [InventoryEntry] = []
    /// Why the pods of some run would be refused.
    var podSecurity: Finding?
    /// What keeps pods from what the spec names, as far as it is known.
    package var closedWay: String?
    /// Sources of etcd that no node of the cluster has.
    package var withoutServers: Set<String> = []
    package var velero: [VeleroSource] = []

    package init(
        _ resolved: ResolvedPolicy, now: Timestamp, runs: [BackupRun], verifications: [VerificationRun] = [],
        velero: [VeleroSource] = [], preparations: [PreparationRun] = []
    ) {
        // Clocks differ a little. What has ended later than that is counted when its time has come.
        let limit = now + .seconds(300)
        let resolved = resolved.forgetting(after: limit)
        let policy = resolved.policy
        let runs = runs.filter { $0.endedAt ?? now <= limit }
        let verifications = verifications.filter { $0.run.endedAt ?? now <= limit }
        self.policy = resolved
        self.now = now
        targets = RunHistory.targets(of: policy, runs: runs, at: now)
        targets.add(verifications, of: policy)
        let checks = verifications.filter { $0.task == .check }
        destinations = resolved.destinations.map { destination in
            var known = destination.known
            if let before = policy.status?.destination(destination.name), before.place != known.place {
                known.movedTime = now
            }
            known.add(preparations, for: destination, of: resolved, at: now)
            known.add(checks)
            return known
        }
        noteEarlyRuns()
        self.velero = velero
        for source in velero {
            let previous = policy.knownTarget(source.name, BackupPolicy.veleroDestination, at: now)
            targets.append(source.target(after: previous, until: limit))
            lastScheduled[source.name] = source.lastScheduled
            if let end = source.patienceEnds { patienceEnds.append(end) }
        }
        acceptLosses(until: limit)
        notification =
            runs.filter { $0.endedAt != nil && $0.notification != nil }
            .max { $0.endedAt ?? now < $1.endedAt ?? now }?.notification
        for (name, run) in runs.map({ ("source \($0.source)", $0) }) + verifications.map({ ($0.task.name, $0.run) }) {
            if let waiting = run.waiting(at: now) { self.waiting[name] = waiting }
            if let since = run.waitingSince { patienceEnds.append(since + BackupRun.patience) }
        }
        for run in runs {
            for destination in policy.spec.destinations {
                let silent = run.silentSince(BackupPolicy.destinationContainer(destination.name))
                if let silent { patienceEnds.append(silent + BackupRun.patience + .seconds(1)) }
            }
        }
        for run in preparations.map(\.run) {
            if let waiting = run.waiting(at: now) { preparationWaits = waiting }
            if let since = run.waitingSince { patienceEnds.append(since + BackupRun.patience) }
        }
    }

    /// To a run that comes before its destination is made ready it looks as if what held the artifacts were gone.
    private mutating func noteEarlyRuns() {
        let reasons = [RunFailure.Reason.destinationMissing.rawValue, Reason.destinationNotReady.rawValue]
        let jobs =
            "see kubectl get jobs -n \(policy.namespace) -l "
            + "\(LabelKey.backupTask)=\(BackupPolicy.prepareTask)"
        for (destination, known) in zip(policy.destinations, destinations) {
            // Where runs have succeeded before, it is gone indeed.
            guard destination.expectedSources.isEmpty else { continue }
            let state = known.message ?? (policy.spec.suspend ? "the policy is suspended" : jobs)
            for index in targets.indices where targets[index].destination == destination.name {
                let target = targets[index]
                guard target.lastResult == .failed, target.reason.map(reasons.contains) ?? false,
                    known.preparedTime.map({ $0 > target.lastAttemptTime ?? now }) ?? true
                else { continue }
                targets[index].reason = Reason.destinationNotReady.rawValue
                targets[index].message = "the destination was not made ready yet: \(state)".cut(to: 2048)
            }
        }
    }

    /// A user names the time up to which artifacts may be gone. One that is still to come would hide what is lost later.
    private mutating func acceptLosses(until limit: Timestamp) {
        let given = policy.policy.metadata.annotations?[AnnotationKey.acceptedLoss].flatMap(Timestamp.init(rfc3339:))
        guard let given, given <= limit else { return }
        for index in targets.indices { targets[index].accept(lossesUntil: given) }
    }
}

extension PolicyObservation {
    /// When the next run is due; `nil` while the policy is suspended, and where the schedule is never due.
    package var nextRun: Timestamp? {
        policy.spec.suspend ? nil : policy.policy.times?.next(after: now)
    }

    /// How old a backup of that time may get.
    func allowance(after time: Timestamp) -> Duration {
        if let given = policy.spec.freshness.maxAge.flatMap(Duration.init(ofPolicy:)) { return given }
        return policy.policy.times?.allowance(after: time) ?? .seconds(2 * 86400)
    }

    /// Since when backups are expected of a target.
    func since(_ target: BackupPolicy.Target) -> Timestamp { target.since ?? created }

    /// When a target without a new backup is stale: reckoned from its last one, and not from before backups were expected.
    func staleAfter(_ target: BackupPolicy.Target) -> Timestamp {
        let base = max(target.lastSuccessTime ?? since(target), since(target))
        return base + allowance(after: base)
    }

    var requiredDestinations: [String] { policy.policy.requiredDestinations }

    /// Those that the policy can't do without.
    var requiredTargets: [BackupPolicy.Target] {
        let required = Set(requiredDestinations + [BackupPolicy.veleroDestination])
        return targets.filter { required.contains($0.destination) }
    }

    /// When to requeue although nothing may have changed: a run is due, or a backup gets too old.
    package var requeueAfter: Duration? {
        var times: [Timestamp] = []
        if let nextRun { times.append(nextRun + .seconds(1)) }
        times += patienceEnds
        if destinations != policy.policy.status?.destinations ?? [] { times.append(now + .seconds(1)) }
        times += requiredTargets.map { staleAfter($0) + .seconds(1) }
        times += overdueTimes.map { $0 + .seconds(1) }
        times += policy.spec.sources.compactMap { missedAfter($0.name).map { $0 + .seconds(1) } }
        return times.map { $0 - now }.filter { $0 > .zero }.min()
    }

    /// When a run of the source that has not begun until then is missed.
    func missedAfter(_ source: String) -> Timestamp? {
        guard !policy.spec.suspend, policy.refused[source] == nil else { return nil }
        // What was due before it was there, or while the policy was suspended, was not missed.
        let since = targets.filter { $0.source == source }.map(since).min() ?? created
        let due = policy.policy.times?.next(after: max(lastScheduled[source] ?? since, since))
        return due.map { $0 + .seconds(policy.spec.startingDeadlineSeconds) }
    }

    var created: Timestamp { policy.policy.metadata.creationTimestamp ?? now }
}
