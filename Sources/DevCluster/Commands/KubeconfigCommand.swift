internal import CommandLineInterface
internal import KubeAPI

/// `devcluster kubeconfig`.
struct KubeconfigCommand: Command {
    static let name = "kubeconfig"
    static let summary = "Write a kubeconfig by which a program acts as a ServiceAccount, with that one's rights"
    static let usage = "--kubeconfig FILE --service-account NAMESPACE/NAME --output FILE"
    static let flags = [
        Flag("kubeconfig", "FILE", help: "the cluster, as somebody who may create tokens"),
        Flag("context", "NAME", help: "the context of the kubeconfig, where it is not the current one"),
        Flag("service-account", "NAMESPACE/NAME", help: "whose token to ask for"),
        Flag("output", "FILE", short: "o", help: "where to write; readable by its owner only"),
        Flag("duration", "TIME", default: "1h", help: "how long the token is valid, at least 10m"),
    ]

    private let kubeconfig: String
    private let context: String?
    private let account: ObjectKey
    private let output: String
    private let duration: Duration

    init(_ arguments: Arguments) throws(UsageError) {
        guard let kubeconfig = arguments.string("kubeconfig"), let output = arguments.string("output") else {
            throw UsageError("name the cluster with --kubeconfig FILE and the result with --output FILE")
        }
        let parts = (arguments.string("service-account") ?? "").split(separator: "/").map(String.init)
        guard parts.count == 2 else {
            throw UsageError("flag --service-account: write it as NAMESPACE/NAME")
        }
        self.kubeconfig = kubeconfig
        self.output = output
        context = arguments.string("context")
        account = ObjectKey(namespace: parts[0], name: parts[1])
        duration = try arguments.duration("duration")
    }

    func run() async throws -> CommandStatus {
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, context: context, environment: [:])
        let client = try KubeClient.unlimited(configuration, fieldManager: "devcluster")
        let result = try await ServiceAccountKubeconfig(
            for: account, lasting: duration, named: "devcluster", asking: client)
        try PrivateFile.write(result.text.utf8, to: output)
        await client.shutdown()
        return .fine
    }
}
