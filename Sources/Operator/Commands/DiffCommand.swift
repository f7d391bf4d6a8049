internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster diff`: what manifests would change among their children in a cluster.
struct DiffCommand: Command {
    static let name = "diff"
    static let summary = "Show what applying a manifest would change among its children, and change nothing"
    static let usage = "-f FILE [-f FILE …] [-n NAMESPACE]"
    static let flags = [ManifestFlag.flag, OutputFormat.flag] + ClusterFlags.all

    private let cluster: ClusterFlags
    private let paths: [String]
    private let format: OutputFormat

    init(_ arguments: Arguments) throws(UsageError) {
        paths = try ManifestFlag.paths(arguments)
        cluster = try ClusterFlags(arguments)
        format = try OutputFormat(arguments)
    }

    func run() async throws -> CommandStatus {
        let documents = try ManifestFiles.load(paths)
        let report = try await cluster.withClient { client in
            try await DiffReport(
                documents, asking: client, namespace: cluster.namespace ?? client.configuration.namespace)
        }
        return try report.printed(as: format)
    }
}
