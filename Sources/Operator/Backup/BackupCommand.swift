internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster backup`: runs and lists the backups of a policy, and prints how to restore one.
struct BackupCommand: Command {
    static let name = "backup"
    static let summary = "Run a backup now, list what there is, print how to restore it"
    static let usage = """
        run POLICY [--source NAME …]
                   backup list POLICY
                   backup restore POLICY --target SOURCE[/DESTINATION] [--at ARTIFACT] --dry-run
        """
    static let flags =
        ClusterFlags.all + [
            OutputFormat.flag(help: "list: wide, json or yaml; else text that fits the terminal"),
            Flag(
                "source", "NAME", isRepeatable: true,
                help: "run: only this source; may be given more than once; every source where it is not"),
            Flag("follow", "BOOL", default: "true", help: "run: whether to wait until the runs are done"),
            Flag(
                "target", "SOURCE[/DESTINATION]",
                help:
                    "restore: what is wanted back; from the destination with the newest good backup where none is named"
            ),
            Flag(
                "at", "ARTIFACT",
                help: "restore: such as 20260131T020000Z; the newest that is known where it is not given"),
            Flag("dry-run", default: "false", help: "restore: print the steps; there is no other way"),
        ]

    private static let verbs = ["run", "list", "restore"]

    private enum Action: Sendable {
        case run(sources: [String], follow: Bool)
        case list
        case restore(target: String, artifact: String?)
    }

    private let cluster: ClusterFlags
    private let policy: String
    private let action: Action
    private let format: OutputFormat

    init(_ arguments: Arguments) throws(UsageError) {
        cluster = try ClusterFlags(arguments)
        let words = arguments.positional
        guard let verb = words.first, Self.verbs.contains(verb) else {
            throw UsageError("say what to do: backup run POLICY, backup list POLICY or backup restore POLICY")
        }
        guard words.count > 1 else { throw UsageError("name a BackupPolicy: backup \(verb) POLICY") }
        guard words.count == 2 else { throw UsageError("\"\(words[2])\" is one argument too many") }
        policy = words[1]
        format = try OutputFormat(arguments)
        if verb != "list", format != .text { throw UsageError("flag --output belongs to backup list") }
        switch verb {
        case "run": action = .run(sources: arguments.list("source"), follow: try arguments.bool("follow"))
        case "list": action = .list
        default:
            guard let target = arguments.string("target") else {
                throw UsageError("name what is wanted back: --target SOURCE or --target SOURCE/DESTINATION")
            }
            guard try arguments.bool("dry-run") else {
                throw UsageError(
                    "quartermaster restores nothing by itself: a restore overwrites, and when and over what is for you to "
                        + "decide. With --dry-run it prints the exact steps")
            }
            action = .restore(target: target, artifact: arguments.string("at"))
        }
    }

    static func candidates(after arguments: Arguments) async -> [String] {
        switch arguments.positional.count {
        case 0: verbs
        case 1: await OwnObjects.names(of: BackupPolicy.resourceType.kind, arguments)
        default: []
        }
    }

    func run() async throws -> CommandStatus {
        try await cluster.withClient { client in
            let namespace = cluster.namespace ?? client.configuration.namespace
            let backups = BackupActions(
                client: client, policy: ObjectKey(namespace: namespace, name: policy), write: { printLine($0) })
            switch action {
            case .run(let sources, let follow): return try await backups.run(sources: sources, follows: follow)
            case .list: return try await backups.list().printed(as: format)
            case .restore(let target, let artifact): return try await backups.restore(target: target, at: artifact)
            }
        }
    }
}
