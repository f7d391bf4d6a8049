internal import KubeAPI

extension PolicyObservation {
    func addFreshness(to conditions: inout Conditions) {
        if policy.spec.suspend {
            conditions.note(.fresh, .false, .suspended, "suspended: nothing new is stored")
            // That the newest artifact is odd is as true as before.
            if let finding = Self.suspicious(self) { conditions.block(finding) }
        } else if let finding = Self.freshnessChecks.firstFinding(in: self) {
            conditions.add(.fresh, finding, orElse: .withinMaxAge, "")
        } else if let young = requiredTargets.first(where: { $0.lastSuccessTime == nil }) {
            // A policy that was just made is none that fails.
            conditions.note(.fresh, .false, .neverRan, "\(young.name) has no backup yet")
        } else if let old = requiredTargets.first(where: isOld) {
            // A policy that was resumed has its time too.
            conditions.note(
                .fresh, .false, .resumed,
                "\(old.name): resumed; the last good backup is of \(old.lastSuccessTime?.description ?? "")")
        } else {
            let longest = requiredTargets.compactMap(\.lastSuccessTime).map(allowance).max() ?? .zero
            conditions.add(
                .fresh, nil, orElse: .withinMaxAge,
                "every required target has a backup of the last \(longest.policyText)")
        }
    }

    private func isOld(_ target: BackupPolicy.Target) -> Bool {
        target.lastSuccessTime.map { $0 + allowance(after: $0) < now } ?? true
    }

    private static let freshnessChecks = Checks<PolicyObservation>(missed, stale, suspicious)

    private static func missed(_ observed: PolicyObservation) -> Finding? {
        for source in observed.policy.spec.sources {
            guard let limit = observed.missedAfter(source.name), limit < observed.now else { continue }
            // A run by hand after the time that was missed will do.
            let targets = observed.targets.filter { $0.source == source.name }
            if targets.allSatisfy({ $0.lastAttemptTime.map { $0 > limit } ?? false }) { continue }
            return Finding(
                .missed, "source \(source.name): the run before \(limit) did not begin; look at the CronJob's events",
                .wait)
        }
        return nil
    }

    private static func stale(_ observed: PolicyObservation) -> Finding? {
        for target in observed.requiredTargets where observed.staleAfter(target) < observed.now {
            let since = max(target.lastSuccessTime ?? observed.since(target), observed.since(target))
            let age = observed.allowance(after: since).policyText
            let words =
                target.lastSuccessTime.map { "the last good backup is of \($0), more than \(age) ago" }
                ?? "there is no good backup since it was added at \(since), more than \(age) ago"
            return Finding(.stale, "\(target.name): \(words)", .wait)
        }
        return nil
    }

    private static func suspicious(_ observed: PolicyObservation) -> Finding? {
        guard let target = observed.requiredTargets.first(where: { $0.suspicion != nil }) else { return nil }
        return Finding(
            .suspicious,
            """
            \(target.name): \(target.suspicion ?? ""); nothing is pruned; look at the source, or raise \
            freshness.maxShrinkPercent if that is right
            """, .wait)
    }
}
