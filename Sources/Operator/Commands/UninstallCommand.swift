internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster uninstall`: everything that has to happen before the operator may go.
struct UninstallCommand: Command {
    static let name = "uninstall"
    static let summary = "Delete all objects of quartermaster.dev so that nodes are clean and data stays"
    static let usage = "[--yes]"
    static let flags =
        [
            Flag("yes", help: "do it; without it the plan is printed and nothing is changed"),
            Flag("timeout", "DURATION", default: "10m", help: "how long the operator may take"),
            Flag(
                "leader-election-namespace", "NAME", default: "quartermaster-system",
                help: "the operator's namespace, with its Lease"),
            Flag("leader-election-id", "NAME", default: "quartermaster-leader", help: "the name of the Lease"),
        ] + ClusterFlags.connection

    private let cluster: ClusterFlags
    private let lease: ObjectKey
    private let isConfirmed: Bool
    private let timeout: Duration

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        cluster = try ClusterFlags(arguments)
        isConfirmed = try arguments.bool("yes")
        timeout = try arguments.duration("timeout")
        lease = ObjectKey(
            namespace: arguments.string("leader-election-namespace") ?? "",
            name: arguments.string("leader-election-id") ?? "")
    }

    func run() async throws -> CommandStatus {
        try await cluster.withClient { client in
            let uninstall = Uninstall(client: client, lease: lease, timeout: timeout, say: { printLine($0) })
            return try await uninstall.run(isConfirmed: isConfirmed)
        }
    }
}
