internal import CommandLineInterface
internal import KubeAPI

/// `devcluster demo`.
struct DemoCommand: Command {
    static let name = "demo"
    static let summary = "Apply a RegionalWorkerPool, break things, and show what the operator repairs"
    static let usage = "--kubeconfig FILE --pool FILE [flags]"
    static let flags = [
        Flag("kubeconfig", "FILE", help: "a development cluster in which the operator runs"),
        Flag("context", "NAME", help: "the context of the kubeconfig, where it is not the current one"),
        Flag("pool", "FILE", help: "the manifest with the RegionalWorkerPool"),
        Flag("keep", help: "leave the pool in the cluster at the end"),
    ]

    private let kubeconfig: String
    private let context: String?
    private let pool: String
    private let keeps: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        guard let kubeconfig = arguments.string("kubeconfig"), let pool = arguments.string("pool") else {
            throw UsageError("name the cluster with --kubeconfig FILE and the manifest with --pool FILE")
        }
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        self.kubeconfig = kubeconfig
        self.pool = pool
        context = arguments.string("context")
        keeps = try arguments.bool("keep")
    }

    func run() async throws -> CommandStatus {
        let manifests = try Manifests(paths: [pool])
        guard let object = manifests.objects.first(where: { $0.kind == PoolFacts.kind }) else {
            throw JSONError(.value, "\(pool) holds no \(PoolFacts.kind)")
        }
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, context: context, environment: [:])
        let client = try KubeClient.unlimited(configuration, fieldManager: "demo")
        let somebody = try KubeClient.unlimited(configuration, fieldManager: "somebody")
        guard let type = try await client.resourceType(apiVersion: object.apiVersion, kind: object.kind) else {
            throw JSONError(.value, "the cluster has no kind \(object.kind); apply crds/ first")
        }
        let story = DemoStory(
            cluster: DemoCluster(client: client), somebody: DemoCluster(client: somebody), manifests: manifests,
            type: type, key: ObjectKey(namespace: object.namespace, name: object.name))
        try await story.tell(keeps: keeps)
        await client.shutdown()
        await somebody.shutdown()
        return .fine
    }
}
