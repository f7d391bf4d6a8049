internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster render`: the children of manifests, by the code of the reconcile loop, without a cluster.
struct RenderCommand: Command {
    static let name = "render"
    static let summary = "Print the objects that a manifest leads to, without a cluster"
    static let usage = "-f FILE [-f FILE …]"
    static let flags = [
        Flag(
            "filename", "FILE", short: "f", isRepeatable: true,
            help: "a manifest, a folder of manifests, or - for standard input; may be given more than once")
    ]

    private let paths: [String]

    init(_ arguments: Arguments) throws(UsageError) {
        paths = arguments.list("filename") + arguments.positional
        if paths.isEmpty { throw UsageError("name a manifest with -f FILE, or -f - for standard input") }
    }

    func run() throws -> Int32 {
        let children = try Rendering.children(of: try ManifestFiles.load(paths))
        print(YAML.write(children.map(\.json)), terminator: "")
        return 0
    }
}
