internal import CommandLineInterface
internal import KubeAPI

/// `status --wait`: ends as soon as a condition of all objects is True, and was found to be for their specs as they are now. The status of
/// a former generation counts for nothing, so that it can be called right after an apply.
struct StatusWait: Sendable {
    /// Why it is no use to wait.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

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
        self.stream = stream
        self.condition = condition
        self.format = format
        self.write = write
        self.writeError = writeError
    }

    /// - Returns: a finding where it took too long.
    /// - Throws: `Failure` where there is nothing to wait for, or the user has ended it.
    func run() async throws -> CommandStatus {
        var last: [ObjectReport] = []
        let ending = try await stream.follow { objects in
            let events = StatusEvent.changes(from: last, to: objects, at: .now())
            last = objects
            for event in events { _ = write(try event.text(inStreamAs: format)) }
            guard !objects.isEmpty else {
                throw Failure(description: "there is nothing to wait for: no such object of quartermaster.dev")
            }
            return objects.allSatisfy { $0.holds(condition) }
        }
        switch ending {
        case .found: return .fine
        case .stopped: throw Failure(description: "ended by a signal; whether \(condition) came is not known")
        case .timeout:
            let waiting = last.filter { !$0.holds(condition) }.map(obstacle)
            let reason = waiting.isEmpty ? "nothing was heard of the objects" : waiting.joined(separator: "; ")
            writeError("quartermaster status: \(condition) did not come in time: \(reason)")
            return .finding
        }
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
