internal import KubeAPI

extension BackupPolicy {
    /// Schedules and the time zone, which take more than CEL can do.
    package var violationsBeyondDefinition: [Violation] {
        let schedules = [
            ("spec.schedule", spec.schedule), ("spec.verification.checkSchedule", spec.verification.checkSchedule),
            ("spec.verification.drill.schedule", spec.verification.drill?.schedule),
        ]
        let violations = schedules.compactMap { path, schedule -> Violation? in
            guard let schedule else { return nil }
            do throws(CronSchedule.ParseError) {
                _ = try CronSchedule(schedule)
                return nil
            } catch {
                return Violation(path, error.message)
            }
        }
        do {
            _ = try TimeZoneRules.named(spec.timeZone)
            return violations
        } catch {
            return violations + [Violation("spec.timeZone", error.message)]
        }
    }
}
