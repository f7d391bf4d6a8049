/// When a schedule of cron is due, by the rules of the library that Kubernetes' CronJob controller uses.
///
/// Every minute of real time whose clock reading matches is due. So a time that a change to summer time skips is not
/// due that day, and one that comes twice when the clock is set back is due twice.
/// Source: github.com/robfig/cron v3, `ParseStandard` and `SpecSchedule.Next`.
package struct CronSchedule: Sendable, Hashable {
    package struct ParseError: Error, Sendable, Hashable { package var message: String }

    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    /// Where both are restricted, either of the two will do.
    private var needsDayAndWeekday: Bool

    private static let macros = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// - Throws: `ParseError` that says what to write instead.
    package init(_ text: String) throws(ParseError) {
        let fields = (Self.macros[text] ?? text).split(separator: " ").map(String.init)
        guard fields.count == 5 else {
            throw ParseError(message: "\"\(text)\" has \(fields.count) fields; write five, or a word such as @daily")
        }
        minutes = try CronField("minute", 0...59).bits(fields[0])
        hours = try CronField("hour", 0...23).bits(fields[1])
        days = try CronField("day of the month", 1...31).bits(fields[2])
        months = try CronField("month", 1...12, CronField.monthNames).bits(fields[3])
        weekdays = try CronField("day of the week", 0...6, CronField.weekdayNames).bits(fields[4])
        needsDayAndWeekday = CronField.isStar(fields[2]) || CronField.isStar(fields[4])
    }

    /// The first time after `time` that is due; `nil` where there is none in five years (the 31st of February).
    package func next(after time: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        let limit = time.secondsSinceEpoch + 5 * 366 * 86400
        // The next full minute.
        var now = time.secondsSinceEpoch - time.secondsSinceEpoch.modulo(60) + 60
        while now < limit {
            let period = zone.period(at: now)
            let local = now + period.offset
            let secondOfDay = local.modulo(86400)
            var step: Int64
            if !matchesDay(local) {
                step = 86400 - secondOfDay
            } else if hours & (1 << UInt64(secondOfDay / 3600)) == 0 {
                step = 3600 - local.modulo(3600)
            } else if minutes & (1 << UInt64(secondOfDay / 60 % 60)) == 0 {
                step = 60 - local.modulo(60)
            } else {
                return Timestamp(secondsSinceEpoch: now)
            }
            // The clock is even only up to the zone's next change.
            if let end = period.end, end > now { step = min(step, end - now) }
            now += step
            now += (60 - now.modulo(60)).modulo(60)
        }
        return nil
    }

    /// The last time that was due at `time` or before; `nil` where there was none in five years.
    package func last(until time: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        let end = time.secondsSinceEpoch
        func following(_ second: Int64) -> Timestamp? {
            next(after: Timestamp(secondsSinceEpoch: second), in: zone).flatMap { $0 <= time ? $0 : nil }
        }
        var span: Int64 = 60
        while following(end - span) == nil {
            guard span < 5 * 366 * 86400 else { return nil }
            span *= 2
        }
        // After `low` something was due until `time`, after `high` nothing.
        var (low, high) = (end - span, end)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if following(middle) == nil { high = middle } else { low = middle }
        }
        return following(low)
    }

    private func matchesDay(_ local: Int64) -> Bool {
        let date = CivilDate(daysSinceEpoch: (local - local.modulo(86400)) / 86400)
        guard months & (1 << UInt64(date.month)) != 0 else { return false }
        let day = days & (1 << UInt64(date.day)) != 0
        let weekday = weekdays & (1 << UInt64(date.weekday)) != 0
        return needsDayAndWeekday ? day && weekday : day || weekday
    }
}

extension Int64 {
    /// The remainder that is never negative.
    func modulo(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
