internal import CommandLineInterface
internal import KubeAPI

/// `status --wait`: ends as soon as a condition of all objects is True, and was found to be for their specs as they are now. The status of
/// a former generation counts for nothing, so that it can be called right after an apply.
struct StatusWait: Sendable {
    /// Why it is no use to wait.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// How long an object has to be Stalled before that ends the wait: who has just mended what its message names, and not the
    /// object itself, is not to be told of what was before.
    private static let patience = Duration.seconds(5)

    private let stream: StatusStream
    private let condition: String
    private let format: OutputFormat
    private let write: @Sendable (String) -> Bool
    private let writeError: @Sendable (String) -> Void

    init(
        stream: StatusStream, condition: String, timeout: Duration, format: OutputFormat,
        write: @escaping @Sendable (String) -> Bool = printLine,
        writeError: @escaping @Sendable (String) -> Void = printError
    ) {
        var stream = stream
        stream.timeout = timeout
        stream.pulse = .seconds(1)
        self.stream = stream
        self.condition = condition
        self.format = format
        self.write = write
        self.writeError = writeError
    }

    /// - Returns: a finding where it took too long, or no waiting would help; an error where kinds could not be read.
    /// - Throws: `Failure` where there is nothing to wait for, or the user has ended it.
    func run() async throws -> CommandStatus {
        for kind in stream.unread { writeError("quartermaster status: \(kind.line)") }
        var last: [ObjectReport] = []
        var stalled: [String: ContinuousClock.Instant] = [:]
        var hopeless: [ObjectReport] = []
        let ending = try await stream.follow { objects in
            let events = StatusEvent.changes(from: last, to: objects, at: .now())
            last = objects
            for event in events { _ = write(try event.text(inStreamAs: format)) }
            guard !objects.isEmpty else {
                throw Failure(description: "there is nothing to wait for: no such object of quartermaster.dev")
            }
            let now = ContinuousClock.now
            let stuck = objects.filter(isStuck)
            stalled = Dictionary(stuck.map { ($0.headline, stalled[$0.headline] ?? now) }) { first, _ in first }
            hopeless = stuck.filter { stalled[$0.headline].map { now - $0 >= Self.patience } ?? false }
            return !hopeless.isEmpty || objects.allSatisfy { $0.holds(condition) }
        }
        switch ending {
        case .found where !hopeless.isEmpty:
            let reason = hopeless.map(obstacle).joined(separator: "; ")
            writeError("quartermaster status: \(condition) does not come without an edit: \(reason)")
            return .finding
        case .found: return stream.unread.isEmpty ? .fine : .error
        case .stopped: throw Failure(description: "ended by a signal; whether \(condition) came is not known")
        case .timeout:
            let waiting = last.filter { !$0.holds(condition) }.map(obstacle)
            let reason = waiting.isEmpty ? "nothing was heard of the objects" : waiting.joined(separator: "; ")
            writeError("quartermaster status: \(condition) did not come in time: \(reason)")
            return .finding
        }
    }

    /// Whether the condition does not come by itself. What an object is Stalled for keeps it from Ready, and from another condition
    /// where that has the same reason.
    private func isStuck(_ object: ObjectReport) -> Bool {
        guard object.holds("Stalled"), !object.holds(condition) else { return false }
        let reasons = ["Stalled", condition].map { type in object.conditions.first { $0.type == type }?.reason }
        return condition == "Ready" || reasons[0] == reasons[1]
    }

    /// What keeps the condition from an object, in the words of its status.
    private func obstacle(_ object: ObjectReport) -> String {
        guard object.observedGeneration == object.generation, condition != "Ready" else {
            return object.headline + (object.message.isEmpty ? "" : ": \(object.message)")
        }
        guard let found = object.conditions.first(where: { $0.type == condition }) else {
            let known = object.conditions.map(\.type).joined(separator: ", ")
            return "\(object.kind) \(object.key) has no condition \(condition); it has \(known)"
        }
        return
            "\(object.kind) \(object.key): \(condition) is \(found.status.rawValue), \(found.reason): \(found.message)"
    }
}
