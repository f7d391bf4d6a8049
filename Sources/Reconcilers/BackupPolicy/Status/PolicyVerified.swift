internal import BackupModel
internal import KubeAPI

// Whether backups were looked at again: after each run, by checks of their own, and by restores.
extension PolicyObservation {
    func addVerification(to conditions: inout Conditions) {
        if !policy.hasPods {
            conditions.note(.verified, .false, .disabled, "what Velero stores is not read back")
            return
        }
        let verification = policy.spec.verification
        if verification.afterEach == .none, verification.checkSchedule == nil, verification.drill == nil {
            conditions.note(
                .verified, .false, .disabled,
                "spec.verification has afterEach none and neither checkSchedule nor drill: nothing is read back")
            return
        }
        if let finding = Self.verificationChecks.firstFinding(in: self) {
            conditions.add(.verified, finding, orElse: .passed, "")
        } else if readTargets.contains(where: { $0.lastVerifiedTime == nil }) {
            conditions.note(.verified, .unknown, .neverRan, "not every target has been checked yet")
        } else if let late = overdue {
            conditions.note(.verified, .false, .overdue, late)
        } else if let waiting = drillTargets.first(where: { $0.lastDrillTime == nil }) {
            conditions.note(.verified, .unknown, .neverRan, "\(waiting.name): no drill has restored it yet")
        } else {
            conditions.add(.verified, nil, orElse: .passed, passedMessage)
        }
    }

    private static let verificationChecks = Checks<PolicyObservation>(readBackFailed, checkFailed, drillFailed)

    private static func readBackFailed(_ observed: PolicyObservation) -> Finding? {
        observed.requiredTargets.first { $0.reason == "VerificationFailed" }.map {
            Finding(.failed, "\($0.name): \($0.message ?? "it can't be read back")", .wait)
        }
    }

    private static func checkFailed(_ observed: PolicyObservation) -> Finding? {
        guard observed.policy.spec.verification.checkSchedule != nil else { return nil }
        return observed.requiredTargets.first { $0.checkFailure != nil }.map {
            Finding(.failed, "\($0.name), checked: \($0.checkFailure ?? "")", .wait)
        }
    }

    private static func drillFailed(_ observed: PolicyObservation) -> Finding? {
        observed.drillTargets.first { $0.drillFailure != nil }.map {
            Finding(.failed, "\($0.name), restored: \($0.drillFailure ?? "")", .wait)
        }
    }

    /// Those that a drill restores.
    private var drillTargets: [BackupPolicy.Target] {
        let sources = Set(policy.policy.drillSources.map(\.name))
        return targets.filter { sources.contains($0.source) && $0.destination == policy.policy.drillDestination?.name }
    }

    /// Those that anything but a drill reads.
    private var readTargets: [BackupPolicy.Target] {
        let verification = policy.spec.verification
        guard verification.afterEach != .none || verification.checkSchedule != nil else { return [] }
        return requiredTargets.filter { $0.destination != BackupPolicy.veleroDestination }
    }

    private var passedMessage: String {
        drillTargets.isEmpty
            ? "the newest artifacts were checked where they are stored"
            : "the newest artifacts were checked where they are stored, and restored"
    }

    private var overdue: String? {
        deadlines.first { $0.time < now }?.message
    }

    /// When something that should have been looked at by then is overdue.
    var overdueTimes: [Timestamp] { deadlines.map(\.time) }

    private var deadlines: [(time: Timestamp, message: String)] {
        guard !policy.spec.suspend else { return [] }
        let verification = policy.spec.verification
        var deadlines: [(time: Timestamp, message: String)] = []
        if verification.afterEach != .none {
            deadlines += readTargets.compactMap { target in
                guard let last = target.lastVerifiedTime else { return nil }
                let base = max(last, since(target))
                let age = allowance(after: base)
                return (base + age, "\(target.name): nothing was read back in the last \(age.policyText)")
            }
        }
        deadlines += readTargets.compactMap { target in
            let base = base(target, target.lastCheckTime, policy.policy.checkName)
            return patience(for: verification.checkSchedule, after: base).map {
                (base + $0, "\(target.name): no check in the last \($0.policyText)")
            }
        }
        deadlines += drillTargets.compactMap { target in
            let base = base(target, target.lastDrillTime, policy.policy.drillName(target.source))
            return patience(for: verification.drill?.schedule, after: base).map {
                (base + $0, "\(target.name): no drill in the last \($0.policyText)")
            }
        }
        return deadlines
    }

    /// From when it counts that nobody has looked: the last time, or since when somebody was to.
    private func base(_ target: BackupPolicy.Target, _ last: Timestamp?, _ cronJob: String) -> Timestamp {
        max(last ?? verifiedSince[cronJob] ?? since(target), since(target))
    }

    /// One run may fail or be late.
    private func patience(for schedule: String?, after time: Timestamp) -> Duration? {
        schedule.flatMap { policy.policy.times($0)?.allowance(after: time) }
    }
}
