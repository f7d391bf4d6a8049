internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster import`: the AppEnvironment for what is there already.
struct ImportCommand: Command {
    static let name = "import"
    static let summary = "Write the AppEnvironment for a Compose file, with comments for what it can't say"
    static let usage = "-f COMPOSE_FILE [--name NAME] [--tier TIER]"
    static let flags = [
        Flag("filename", "FILE", short: "f", help: "a Compose file, or - for standard input"),
        Flag("name", "NAME", help: "the environment's name; else that of the Compose file or its folder"),
        Flag("tier", "TIER", default: "staging", help: "development, staging, production or preview"),
    ]

    private let path: String
    private let environment: String?
    private let tier: String

    init(_ arguments: Arguments) throws(UsageError) {
        let paths = arguments.list("filename") + arguments.positional
        guard let path = paths.first, paths.count == 1 else {
            throw UsageError("name one Compose file with -f FILE, or -f - for standard input")
        }
        self.path = path
        tier = try arguments.choice("tier", of: AppEnvironment.Tier.allCases.map(\.rawValue))
        environment = arguments.string("name")
        guard environment.map({ Names.problems(ofLabel: $0).isEmpty && !ImportedName.isOfTheCluster($0) }) != false else {
            throw UsageError("flag --name: \"\(environment ?? "")\" is no name of a namespace of your own, such as shop")
        }
    }

    func run() async throws -> CommandStatus {
        let source = path == "-" ? "a Compose file" : path
        let imported = try ComposeImport(try ComposeFile(path: path), name: environment, tier: tier, source: source)
        return try Self.printed(imported.environment)
    }

    private static func printed(_ environment: ImportedEnvironment) throws -> CommandStatus {
        let (text, losses) = try environment.manifest()
        print(text, terminator: "")
        guard losses > 0 else { return .fine }
        printError("quartermaster import: \(losses) things could not be taken as they are; the comments say which, and what to do")
        return .finding
    }
}
