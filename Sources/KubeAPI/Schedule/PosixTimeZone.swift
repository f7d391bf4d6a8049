/// The rule for all years to come at the end of a TZif file, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
/// Source: POSIX, environment variable TZ; RFC 9636, section 3.3.1.
struct PosixTimeZone: Sendable, Hashable {
    /// When a year changes its clocks, in local time before the change.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// Month, week (5 is the last), weekday.
            case week(Int64, Int64, Int64)
            /// From 0, with the 29th of February.
            case zeroBased(Int64)
            /// From 1, without it.
            case julian(Int64)
        }

        var day: Day
        /// Seconds since midnight; may be negative or more than a day.
        var time: Int64
    }

    struct Summer: Sendable, Hashable {
        var offset: Int64
        var begin: Change
        var end: Change
    }

    var offset: Int64
    var summer: Summer?

    init?(_ text: String) {
        var rest = Substring(text)
        guard Self.name(&rest), let west = Self.time(&rest) else { return nil }
        offset = -west
        guard !rest.isEmpty else { return }
        guard Self.name(&rest) else { return nil }
        var summerOffset = offset + 3600
        if rest.first != "," {
            guard let west = Self.time(&rest) else { return nil }
            summerOffset = -west
        }
        guard let begin = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
        summer = Summer(offset: summerOffset, begin: begin, end: end)
    }

    func period(at time: Int64) -> TimeZoneRules.Period {
        guard let summer else { return .init(offset: offset, end: nil) }
        let local = time + offset
        let year = CivilDate(daysSinceEpoch: (local - local.modulo(86400)) / 86400).year
        // Of the years around: near its turn the year of UTC may be another one.
        let changes = (year - 1...year + 1).flatMap { year in
            [
                (at: summer.begin.seconds(in: year) - offset, offset: summer.offset),
                (at: summer.end.seconds(in: year) - summer.offset, offset: offset),
            ]
        }.sorted { $0.at < $1.at }
        let before = changes.last { $0.at <= time }
        return .init(offset: before?.offset ?? offset, end: changes.first { $0.at > time }?.at)
    }

    private static func name(_ rest: inout Substring) -> Bool {
        if rest.first == "<" {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let name = rest.prefix { $0.isLetter }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
    private static func time(_ rest: inout Substring) -> Int64? {
        var sign: Int64 = 1
        if rest.first == "-" || rest.first == "+" { sign = rest.removeFirst() == "-" ? -1 : 1 }
        let text = rest.prefix { $0.isNumber || $0 == ":" }
        rest = rest.dropFirst(text.count)
        let parts = text.split(separator: ":").map { Int64($0) }
        // RFC 9636 allows up to a week.
        guard (1...3).contains(parts.count), parts.allSatisfy({ (0...167).contains($0 ?? -1) }) else { return nil }
        return sign * zip(parts, [3600, 60, 1]).reduce(Int64(0)) { $0 + ($1.0 ?? 0) * $1.1 }
    }

    private static func change(_ rest: inout Substring) -> Change? {
        guard rest.first == "," else { return nil }
        rest.removeFirst()
        let text = rest.prefix { $0 != "," && $0 != "/" }
        rest = rest.dropFirst(text.count)
        let numbers = text.drop { $0 == "M" || $0 == "J" }.split(separator: ".").compactMap { Int64($0) }
        let day: Change.Day
        switch (text.first, numbers.count) {
        case ("M", 3):
            guard (1...12).contains(numbers[0]), (1...5).contains(numbers[1]), (0...6).contains(numbers[2]) else {
                return nil
            }
            day = .week(numbers[0], numbers[1], numbers[2])
        case ("J", 1) where (1...365).contains(numbers[0]): day = .julian(numbers[0])
        case (_, 1) where (0...365).contains(numbers[0]): day = .zeroBased(numbers[0])
        default: return nil
        }
        guard rest.first == "/" else { return Change(day: day, time: 7200) }
        rest.removeFirst()
        guard let time = time(&rest) else { return nil }
        return Change(day: day, time: time)
    }
}

extension PosixTimeZone.Change {
    /// Seconds since the epoch as the local clock counts them.
    func seconds(in year: Int64) -> Int64 {
        let newYear = CivilDate.days(year: year, month: 1, day: 1)
        let days: Int64
        switch day {
        case .zeroBased(let number): days = newYear + number
        case .julian(let number):
            let isLeap = CivilDate.days(year: year, month: 3, day: 1) - newYear == 60
            days = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .week(let month, let week, let weekday):
            let first = CivilDate.days(year: year, month: month, day: 1)
            let next = CivilDate.days(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
            var found = first + (weekday - Int64(CivilDate(daysSinceEpoch: first).weekday)).modulo(7) + (week - 1) * 7
            if found >= next { found -= 7 }
            days = found
        }
        return days * 86400 + time
    }
}
