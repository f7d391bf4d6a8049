internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster doctor`: whether a cluster has what the operator needs.
struct DoctorCommand: Command {
    static let name = "doctor"
    static let summary = "Check rights, CRDs, optional APIs, clock and leader of a cluster"
    static let usage = "[--service-account NAMESPACE/NAME]"
    static let flags =
        [
            OutputFormat.flag,
            Flag(
                "service-account", "NAMESPACE/NAME",
                help: "whose rights are looked at; else yours, which are the operator's only in its own pod"),
            Flag(
                "leader-election-namespace", "NAME", default: "quartermaster-system",
                help: "the operator's namespace, with its Lease"),
            Flag("leader-election-id", "NAME", default: "quartermaster-leader", help: "the name of the Lease"),
        ] + ClusterFlags.connection

    private let cluster: ClusterFlags
    private let lease: ObjectKey
    private let subject: ObjectKey?
    private let format: OutputFormat

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        cluster = try ClusterFlags(arguments)
        format = try OutputFormat(arguments)
        lease = ObjectKey(
            namespace: arguments.string("leader-election-namespace") ?? "",
            name: arguments.string("leader-election-id") ?? "")
        let parts = (arguments.string("service-account") ?? "").split(separator: "/").map(String.init)
        switch parts.count {
        case 0: subject = nil
        case 2: subject = ObjectKey(namespace: parts[0], name: parts[1])
        default:
            throw UsageError("flag --service-account: write NAMESPACE/NAME, such as quartermaster-system/quartermaster")
        }
    }

    func run() async throws -> CommandStatus {
        let findings = try await cluster.withClient { client in
            try await Checkup(client: client, lease: lease, subject: subject).run()
        }
        return try DoctorReport(items: findings).printed(as: format)
    }
}
