internal import KubeAPI

/// A schedule in its time zone.
struct RunTimes {
    let schedule: CronSchedule
    let zone: TimeZoneRules

    func next(after time: Timestamp) -> Timestamp? { schedule.next(after: time, in: zone) }

    /// How long it is well that something is as a run has left it at `time`: two runs were due since then, and had as long
    /// as that one. In real time, from one clock change to the other, and through nights and weekends without a run.
    ///
    /// - Returns: `nil` where no two runs are due.
    func allowance(after time: Timestamp) -> Duration? {
        guard let first = next(after: time), let second = next(after: first) else { return nil }
        return second - (schedule.last(until: time, in: zone) ?? time)
    }
}

extension BackupPolicy {
    /// `nil` only where the spec breaks a rule.
    var times: RunTimes? { times(spec.schedule) }

    /// Any schedule in the policy's time zone.
    func times(_ schedule: String) -> RunTimes? {
        guard let schedule = try? CronSchedule(schedule), let zone = try? TimeZoneRules.named(spec.timeZone) else {
            return nil
        }
        return RunTimes(schedule: schedule, zone: zone)
    }
}

extension Duration {
    /// `26h`, `90m`, `1h30m`; `nil` where it is nothing or no length of time.
    init?(ofPolicy text: String) {
        var seconds: Int64 = 0
        var number: Int64 = 0
        for character in text {
            switch character {
            case "h": (seconds, number) = (seconds + number * 3600, 0)
            case "m": (seconds, number) = (seconds + number * 60, 0)
            case "s": (seconds, number) = (seconds + number, 0)
            default:
                guard let digit = character.wholeNumberValue else { return nil }
                number = number * 10 + Int64(digit)
            }
        }
        guard seconds > 0 else { return nil }
        self = .seconds(seconds)
    }

    /// In the largest unit that says it exactly: `26h`, `90m`.
    var policyText: String {
        let seconds = components.seconds
        if seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}
