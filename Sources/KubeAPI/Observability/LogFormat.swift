internal import Glibc

/// How a log record becomes a line.
package enum LogFormat: String, Sendable {
    /// One JSON object a line, for collectors.
    case json
    /// For people: time of day, level, message, fields.
    case text

    /// Text where the descriptor is a terminal, else JSON.
    package static func automatic(descriptor: Int32 = 2) -> LogFormat { isatty(descriptor) == 1 ? .text : .json }

    /// The line with its line feed.
    func line(_ record: Logger.Record, service: String) -> [UInt8] {
        var line = LineBuilder()
        switch self {
        case .json: line.json(record, service: service)
        case .text: line.text(record)
        }
        return line.bytes
    }
}

enum LogClock {
    /// The wall clock since 1970-01-01T00:00:00Z.
    static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

private struct LineBuilder {
    private(set) var bytes: [UInt8] = []

    mutating func json(_ record: Logger.Record, service: String) {
        append("{")
        member("timestamp", .string(Self.timestamp(record.time)), isFirst: true)
        member("level", .string("\(record.level)"))
        member("message", .string(record.message))
        member("service", .string(service))
        for field in record.fields { member(field.name, field.value) }
        append("}\n")
    }

    mutating func text(_ record: Logger.Record) {
        let time = Self.timestamp(record.time)
        append(time.dropFirst("2026-01-31T".count).dropLast(1) + " ")
        append("\(record.level)".uppercased())
        append(String(repeating: " ", count: 8 - "\(record.level)".count))
        append(Self.singleLine(record.message))
        for field in record.fields {
            append("  \(field.name)=")
            // Bare where it cannot be misread.
            if case .string(let text) = field.value, !text.isEmpty, text.utf8.allSatisfy(Self.isPlain) {
                append(text)
            } else {
                append(field.value)
            }
        }
        append("\n")
    }

    private mutating func member(_ name: String, _ value: LogValue, isFirst: Bool = false) {
        if !isFirst { append(",") }
        append(LogValue.string(name))
        append(":")
        append(value)
    }

    private mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(_ value: LogValue) {
        switch value {
        case .integer(let number): append(String(number))
        case .number(let number): append(number.isFinite ? number.description : "null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .string(let text): quoted(text)
        }
    }

    private mutating func quoted(_ text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\t"): append("\\t")
            case 0..<0x20, 0x7F:
                append("\\u00")
                let (high, low) = byte.hexDigits
                bytes += [high, low]
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    /// A message cannot forge a second line, nor control the terminal.
    private static func singleLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") }

    /// `2026-01-31T09:05:00.123456Z`.
    private static func timestamp(_ time: Duration) -> String {
        let (seconds, attoseconds) = time.components
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = [
            padded(Int(parts.tm_year) + 1900, 4), padded(Int(parts.tm_mon) + 1, 2), padded(Int(parts.tm_mday), 2),
        ]
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        let fraction = padded(Int(attoseconds / 1_000_000_000_000), 6)
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(fraction)Z"
    }
}
