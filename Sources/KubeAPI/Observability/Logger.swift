/// A value in a log line.
package enum LogValue: Sendable, Hashable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Writes log lines that carry their context along.
///
/// ```swift
/// let log = logger.with("controller", "pool").with("object", "\(key)")
/// log.info("regions applied", ["regions": .integer(3)])
/// ```
/// Never hand it a secret: nothing is redacted here.
package struct Logger: Sendable {
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        case debug, info, warning, error

        /// The level of this name, as configuration gives it; `nil` where there is none.
        package init?(name: String) {
            guard let level = Level.allCases.first(where: { "\($0)" == name.lowercased() }) else { return nil }
            self = level
        }

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package typealias Field = (name: String, value: LogValue)

    /// What a line consists of, before it is formatted.
    package struct Record: Sendable {
        /// Since 1970-01-01T00:00:00Z.
        package var time: Duration
        package var level: Level
        package var message: String
        package var fields: [Field]
    }

    private let destination: any LogDestination
    private let minimum: Level
    private var context: [Field] = []

    /// - Parameter minimum: lines below this level cost a comparison and nothing else.
    package init(to destination: any LogDestination, minimum: Level = .info) {
        self.destination = destination
        self.minimum = minimum
    }

    /// Drops everything: the logger of code that nobody gave one.
    package static let disabled = Logger(to: NoLogDestination(), minimum: .error)

    /// This logger with one more field; a field of the same name is replaced.
    package func with(_ name: String, _ value: LogValue) -> Logger {
        var copy = self
        copy.context.removeAll { $0.name == name }
        copy.context.append((name, value))
        return copy
    }

    package func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.debug, message(), fields)
    }

    package func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.info, message(), fields)
    }

    package func warning(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.warning, message(), fields)
    }

    package func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
        log(.error, message(), fields)
    }

    package func log(
        _ level: Level, _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        guard level >= minimum else { return }
        let own = fields.map { (name: $0.key, value: $0.value) }
        let inherited = context.filter { field in !own.contains { $0.name == field.name } }
        destination.write(
            Record(time: LogClock.now(), level: level, message: message(), fields: inherited + own))
    }
}

/// Where log records go. `write` must return quickly: it is called in the middle of a reconcile.
package protocol LogDestination: Sendable {
    func write(_ record: Logger.Record)
}

private struct NoLogDestination: LogDestination {
    func write(_ record: Logger.Record) {}
}
