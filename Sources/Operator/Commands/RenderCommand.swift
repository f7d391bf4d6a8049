internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster render`: the children of manifests, by the code of the reconcile loop, without a cluster.
struct RenderCommand: Command {
    static let name = "render"
    static let summary = "Print the objects that a manifest leads to, without a cluster"
    static let usage = "-f FILE [-f FILE …]"
    static let flags = [ManifestFlag.flag]

    private let paths: [String]

    init(_ arguments: Arguments) throws(UsageError) { paths = try ManifestFlag.paths(arguments) }

    func run() throws -> CommandStatus {
        let documents = try ManifestFiles.load(paths)
        let problems = try Rendering.problems(of: documents)
        guard problems.isEmpty else {
            for problem in problems { printError("quartermaster render: \(problem)") }
            return .finding
        }
        print(YAML.write(try Rendering.children(of: documents).map(\.json)), terminator: "")
        return .fine
    }
}
