internal import CommandLineInterface
internal import KubeAPI

/// The flags of a command for people that talks to a cluster, as kubectl names them.
struct ClusterFlags: Sendable {
    static let all =
        [Flag("namespace", "NAME", short: "n", help: "the namespace; else the one of the context")] + connection

    /// Those that say which cluster.
    static let connection = [
        Flag(
            "kubeconfig", "FILE",
            help: "the cluster to work on; else $KUBECONFIG, else the cluster this runs in, else ~/.kube/config"),
        Flag("context", "NAME", help: "the context of the kubeconfig, where it is not the current one"),
        Flag(
            "allow-insecure", default: "false",
            help: "honour insecure-skip-tls-verify of the kubeconfig; never where it matters"),
    ]

    let namespace: String?
    private let kubeconfig: String?
    private let context: String?
    private let allowsInsecure: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        namespace = arguments.string("namespace")
        kubeconfig = arguments.string("kubeconfig")
        context = arguments.string("context")
        allowsInsecure = try arguments.bool("allow-insecure")
    }

    /// - Throws: `ConfigurationError`.
    func configuration() throws -> ClientConfiguration {
        try ClientConfiguration.load(
            kubeconfig: kubeconfig, context: context, environment: .process, allowInsecure: allowsInsecure)
    }

    func client(_ configuration: ClientConfiguration) throws -> KubeClient {
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(version: BuildInfo.version)
        return try KubeClient(configuration: configuration, options: options)
    }

    /// Runs `body` with a client for the cluster, and closes its connections after it.
    func withClient<Value: Sendable>(_ body: (KubeClient) async throws -> Value) async throws -> Value {
        let client = try client(configuration())
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
