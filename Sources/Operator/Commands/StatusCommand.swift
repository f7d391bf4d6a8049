internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster status`: all objects of ours on one screen or, with a name, why one is not Ready.
struct StatusCommand: Command {
    static let name = "status"
    static let summary = "Show how the objects of quartermaster.dev are and, with a name, why one is not Ready"
    static let usage = "[NAME | KIND/NAME] [-n NAMESPACE] [--watch | --wait [--timeout DURATION] [--for CONDITION]]"
    static let flags =
        [
            Flag("namespace", "NAME", short: "n", help: "only objects of this namespace; else of every one"),
            OutputFormat.flag,
            Flag("watch", short: "w", help: "show each change, until SIGINT or SIGTERM"),
            Flag(
                "wait",
                help: """
                    wait until everything shown is Ready, as its spec is now; 1 if it is not within --timeout, or does not \
                    become so without an edit
                    """),
            Flag("for", "CONDITION", help: "the condition that --wait waits for; else Ready"),
            Flag("timeout", "DURATION", help: "how long --wait waits; else 5m"),
        ] + ClusterFlags.connection

    private enum Mode: Sendable {
        case once
        case watch
        case wait(condition: String, timeout: Duration)
    }

    private let cluster: ClusterFlags
    private let choice: OwnObjects.Choice
    private let format: OutputFormat
    private let mode: Mode

    init(_ arguments: Arguments) throws(UsageError) {
        if arguments.positional.count > 1 {
            throw UsageError("\"\(arguments.positional[1])\" is one argument too many; name one object or none")
        }
        cluster = try ClusterFlags(arguments)
        choice = try OwnObjects.Choice(arguments.positional.first, namespace: arguments.string("namespace"))
        format = try OutputFormat(arguments)
        mode = try Self.mode(arguments)
    }

    private static func mode(_ arguments: Arguments) throws(UsageError) -> Mode {
        let (isWatch, isWait) = (try arguments.bool("watch"), try arguments.bool("wait"))
        if isWatch, isWait { throw UsageError("--watch never ends, --wait does: give one of them") }
        guard isWait else {
            for flag in ["for", "timeout"] where arguments.string(flag) != nil {
                throw UsageError("flag --\(flag) belongs to --wait")
            }
            return isWatch ? .watch : .once
        }
        let timeout = arguments.string("timeout") == nil ? .seconds(300) : try arguments.duration("timeout")
        return .wait(condition: arguments.string("for") ?? "Ready", timeout: timeout)
    }

    static func candidates(after arguments: Arguments) async -> [String] {
        guard arguments.positional.isEmpty else { return [] }
        var candidates: [String] = []
        for resource in CustomResource.all {
            let names = await OwnObjects.names(of: resource.type.kind, arguments)
            candidates += names.map { "\(resource.shortName)/\($0)" }
        }
        return candidates
    }

    func run() async throws -> CommandStatus {
        try await cluster.withClient { client in
            // The first answer says what a watch would wait for in vain: no right, no server, no such object.
            let (objects, refusals) = try await OwnObjects(client: client).find(choice)
            let unread = refusals.map { OwnObjects.Unread(kind: $0.type.kind, message: $0.error.message) }
            let report = try StatusReport(objects.map(ObjectReport.init), unread: unread, choice)
            guard case .once = mode else { return try await follow(client, unread) }
            return try report.printed(as: format)
        }
    }

    private func follow(_ client: KubeClient, _ unread: [OwnObjects.Unread]) async throws -> CommandStatus {
        let stream = StatusStream(
            client: client, choice: choice, signals: ProcessSignals.termination(), unread: unread,
            warn: { printError("quartermaster status: \($0)") })
        guard case .wait(let condition, let timeout) = mode else {
            try await StatusWatch(stream: stream, format: format, width: Terminal.width, write: printLine).run()
            return .fine
        }
        return try await StatusWait(stream: stream, condition: condition, timeout: timeout, format: format).run()
    }
}
