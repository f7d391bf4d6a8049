internal import CommandLineInterface
internal import KubeAPI

/// `quartermaster version`.
struct VersionCommand: Command {
    static let name = "version"
    static let summary = "Print the version"
    static let usage = ""
    static let flags: [Flag] = []

    init(_ arguments: Arguments) throws(UsageError) {
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
    }

    func run() -> CommandStatus {
        print("quartermaster \(BuildInfo.version)")
        return .fine
    }
}
