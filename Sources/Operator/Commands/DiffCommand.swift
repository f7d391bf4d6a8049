internal import CommandLineInterface
internal import KubeAPI
internal import Reconcilers

/// `quartermaster diff`: what manifests would change among their children in a cluster. As kubectl's, it exits 0 where
/// nothing would, 1 where something would, and 2 where it can't tell.
struct DiffCommand: Command {
    static let name = "diff"
    static let summary = "Show what applying a manifest would change among its children, and change nothing"
    static let usage = "-f FILE [-f FILE …] [-n NAMESPACE]"
    static let flags = [ManifestFlag.flag] + ClusterFlags.all

    private let cluster: ClusterFlags
    private let paths: [String]

    init(_ arguments: Arguments) throws(UsageError) {
        paths = try ManifestFlag.paths(arguments)
        cluster = try ClusterFlags(arguments)
    }

    func run() async throws -> Int32 {
        do {
            let documents = try ManifestFiles.load(paths)
            let lines = try await cluster.withClient { client in
                try await Self.lines(documents, client, namespace: cluster.namespace ?? client.configuration.namespace)
            }
            if !lines.isEmpty { print(lines.joined(separator: "\n")) }
            return lines.isEmpty ? 0 : 1
        } catch {
            // 1 says that there are differences.
            printError("quartermaster diff: \(error)")
            return 2
        }
    }

    /// Nothing where nothing would change.
    static func lines(_ documents: [JSONValue], _ client: KubeClient, namespace: String) async throws -> [String] {
        var lines: [String] = []
        let preview = ChangePreview(client: client)
        for manifest in try Rendering.objects(of: documents) {
            var object = manifest
            if object.namespace.isEmpty, Rendering.isNamespaced(object) {
                object[path: "metadata", "namespace"] = .string(namespace)
            }
            let changes = try await preview.changes(of: object)
            guard !changes.isEmpty else { continue }
            let isSuspended = object[path: "spec", "suspend"]?.bool == true
            lines.append(
                "\(object.kind) \(object.key)\(isSuspended ? " (suspended: held back until spec.suspend is false)" : "")"
            )
            lines += changes.flatMap(\.lines)
        }
        return lines
    }
}

extension ChangePreview.Change {
    fileprivate var lines: [String] {
        switch action {
        case .create: ["  + \(name)"]
        case .delete: ["  - \(name)"]
        case .change(let fields): ["  ~ \(name)"] + fields.map { "      \($0)" }
        }
    }
}
