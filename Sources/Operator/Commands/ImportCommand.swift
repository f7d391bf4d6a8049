internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster import`: the AppEnvironment for what is there already.
struct ImportCommand: Command {
    static let name = "import"
    static let summary =
        "Write the AppEnvironment for a Compose file or a namespace, with comments for what it can't say"
    static let usage = "-f COMPOSE_FILE | -n NAMESPACE [--name NAME] [--tier TIER]"
    static let flags =
        [
            Flag("filename", "FILE", short: "f", help: "a Compose file, or - for standard input"),
            Flag(
                "namespace", "NAME", short: "n",
                help: "a namespace of the cluster, whose objects are read and not changed"),
            Flag(
                "name", "NAME",
                help: "the environment's name; else that of the Compose file, its folder or the namespace"),
            Flag("tier", "TIER", default: "staging", help: "development, staging, production or preview"),
        ] + ClusterFlags.connection

    private enum Source {
        case file(String)
        case namespace(String)
    }

    private let source: Source
    private let cluster: ClusterFlags
    private let environment: String?
    private let tier: String

    init(_ arguments: Arguments) throws(UsageError) {
        let paths = arguments.list("filename") + arguments.positional
        let namespace = arguments.string("namespace")
        switch (paths.first, namespace) {
        case (let path?, nil) where paths.count == 1: source = .file(path)
        case (nil, let namespace?): source = .namespace(namespace)
        default:
            throw UsageError(
                "name one Compose file with -f FILE (- is standard input), or a namespace with -n NAMESPACE")
        }
        cluster = try ClusterFlags(arguments)
        tier = try arguments.choice("tier", of: AppEnvironment.Tier.allCases.map(\.rawValue))
        environment = arguments.string("name")
        guard environment.map({ Names.problems(ofLabel: $0).isEmpty && !ImportedName.isOfTheCluster($0) }) != false
        else {
            throw UsageError(
                "flag --name: \"\(environment ?? "")\" is no name of a namespace of your own, such as shop")
        }
    }

    func run() async throws -> CommandStatus {
        switch source {
        case .file(let path):
            let file = try ComposeFile(path: path)
            let origin = path == "-" ? "a Compose file" : path
            return try Self.printed(try ComposeImport(file, name: environment, tier: tier, source: origin).environment)
        case .namespace(let namespace):
            let contents = try await cluster.withClient { try await NamespaceContents(of: namespace, asking: $0) }
            return try Self.printed(try NamespaceImport(contents, name: environment, tier: tier).environment)
        }
    }

    private static func printed(_ environment: ImportedEnvironment) throws -> CommandStatus {
        let (text, losses) = try environment.manifest()
        print(text, terminator: "")
        guard losses > 0 else { return .fine }
        let things = losses == 1 ? "1 thing" : "\(losses) things"
        printError("quartermaster import: \(things) could not be taken; the comments say which, and what to do instead")
        return .finding
    }
}
