internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster doctor`: whether a cluster has what the operator needs.
struct DoctorCommand: Command {
    static let name = "doctor"
    static let summary = "Check whether a cluster has what the operator and its objects need"
    static let usage = "[--service-account NAMESPACE/NAME] [--bundle FILE]"
    static let flags =
        [
            OutputFormat.flag,
            Flag(
                "bundle", "FILE",
                help:
                    "write an archive (.tar.gz) for who is asked for help: findings, objects, events and logs, without secrets"
            ),
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
    private let bundle: String?

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        cluster = try ClusterFlags(arguments)
        format = try OutputFormat(arguments)
        bundle = arguments.string("bundle")
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
        if let bundle, PrivateFile.exists(bundle) {
            throw UsageError("flag --bundle: \(bundle) is there already, and is not written over")
        }
        let report = try await cluster.withClient { client in
            let findings = try await Checkup(client: client, lease: lease, subject: subject).run()
            let report = DoctorReport(items: findings)
            guard let bundle else { return report }
            var archive = SupportBundle(client: client, lease: lease)
            try PrivateFile.create(try await archive.archive(with: report), at: bundle)
            printError(
                "\(bundle) is written; look through it before you give it away: its README.txt says what is in it")
            return report
        }
        return try report.printed(as: format)
    }
}
