internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster validate`: the schema and the rules of manifests, without a cluster.
struct ValidateCommand: Command {
    static let name = "validate"
    static let summary = "Check manifests against the schemas and the rules, without a cluster"
    static let usage = "-f FILE [-f FILE …]"
    static let flags = [ManifestFlag.flag, OutputFormat.flag]

    private let paths: [String]
    private let format: OutputFormat

    init(_ arguments: Arguments) throws(UsageError) {
        paths = try ManifestFlag.paths(arguments)
        format = try OutputFormat(arguments)
    }

    func run() throws -> CommandStatus {
        try ValidationReport(try ManifestFiles.load(paths)).printed(as: format)
    }
}
