internal import Glibc

/// A moment of wall-clock time: what Kubernetes writes as RFC 3339 in UTC (`Time`, `MicroTime`).
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    package var secondsSinceEpoch: Int64
    /// 0 ..< 1,000,000,000.
    package var nanoseconds: Int32

    package init(secondsSinceEpoch: Int64, nanoseconds: Int32 = 0) {
        self.secondsSinceEpoch = secondsSinceEpoch
        self.nanoseconds = nanoseconds
    }

    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(secondsSinceEpoch: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.secondsSinceEpoch, left.nanoseconds) < (right.secondsSinceEpoch, right.nanoseconds)
    }

    package static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        var sum = time.secondsSinceEpoch + seconds
        var nanoseconds = Int64(time.nanoseconds) + attoseconds / 1_000_000_000
        if nanoseconds >= 1_000_000_000 {
            sum += 1
            nanoseconds -= 1_000_000_000
        } else if nanoseconds < 0 {
            sum -= 1
            nanoseconds += 1_000_000_000
        }
        return Timestamp(secondsSinceEpoch: sum, nanoseconds: Int32(nanoseconds))
    }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .seconds(left.secondsSinceEpoch - right.secondsSinceEpoch)
            + .nanoseconds(Int64(left.nanoseconds) - Int64(right.nanoseconds))
    }
}

extension Timestamp {
    /// `2026-01-31T09:05:00Z`: what Kubernetes' `Time` holds; the fraction is cut.
    package var rfc3339: String {
        let (year, month, day) = Self.civil(fromDays: secondsSinceEpoch.flooredDivision(by: 86400))
        let second = secondsSinceEpoch - secondsSinceEpoch.flooredDivision(by: 86400) * 86400
        return [
            padded(year, 4), "-", padded(month, 2), "-", padded(day, 2), "T", padded(second / 3600, 2), ":",
            padded(second / 60 % 60, 2), ":", padded(second % 60, 2), "Z",
        ].joined()
    }

    /// `2026-01-31T09:05:00.123456Z`: what Kubernetes' `MicroTime` holds.
    package var rfc3339Micro: String {
        String(rfc3339.dropLast()) + "." + padded(Int64(nanoseconds) / 1000, 6) + "Z"
    }

    /// Reads RFC 3339 with any offset and any number of decimals; `nil` where the text is something else.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let date = Self.date(bytes) else { return nil }
        var index = 19
        var fraction: Int32 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            var scale: Int32 = 100_000_000
            let start = index
            while index < bytes.count, let digit = bytes[index].decimalDigit {
                fraction += Int32(digit) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard let offset = Self.offset(bytes[index...]) else { return nil }
        self.init(secondsSinceEpoch: date - offset, nanoseconds: fraction)
    }

    private static func date(_ bytes: [UInt8]) -> Int64? {
        func number(_ range: Range<Int>) -> Int64? {
            range.reduce(Int64?(0)) { sum, index in
                guard let sum, let digit = bytes[index].decimalDigit else { return nil }
                return sum * 10 + Int64(digit)
            }
        }
        let separators: [(Int, UInt8)] = [
            (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (13, UInt8(ascii: ":")), (16, UInt8(ascii: ":")),
        ]
        guard separators.allSatisfy({ bytes[$0.0] == $0.1 }), bytes[10] | 0x20 == UInt8(ascii: "t"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = days(year: year, month: month, day: day)
        // The 31st of June and its like come back as another day.
        guard civil(fromDays: days) == (year, month, day) else { return nil }
        return days * 86400 + hour * 3600 + minute * 60 + second
    }

    /// Seconds east of UTC.
    private static func offset(_ rest: ArraySlice<UInt8>) -> Int64? {
        let text = Array(rest)
        if text.count == 1, text[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"), let sign = [0x2B: 1, 0x2D: -1][Int(text[0])] else {
            return nil
        }
        let digits = [1, 2, 4, 5].compactMap { text[$0].decimalDigit.map(Int64.init) }
        guard digits.count == 4, digits[0] * 10 + digits[1] < 24, digits[2] < 6 else { return nil }
        return Int64(sign) * ((digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60)
    }

    // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredDivision(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}

extension UInt8 {
    fileprivate var decimalDigit: UInt8? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? self - UInt8(ascii: "0") : nil
    }
}

extension Timestamp: Codable, CustomStringConvertible {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = Timestamp(rfc3339: text) else {
            throw JSONError(
                .value, "\"\(text)\" is not a time as in 2026-01-31T09:05:00Z", path: decoder.codingPath.fieldPath)
        }
        self = time
    }

    /// Writes whole seconds, as Kubernetes' `Time` does; where fractions count, the field is a `MicroTime`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }

    package var description: String { rfc3339 }
}
