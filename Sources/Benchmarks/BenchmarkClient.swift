internal import CommandLineInterface
internal import KubeAPI

/// The client of all benchmarks.
enum BenchmarkClient {
    static let flags = [
        Flag("kubeconfig", "FILE", help: "the cluster; else that of $KUBECONFIG or ~/.kube/config"),
        Flag("context", "NAME", help: "a context of the kubeconfig"),
    ]

    static func make(_ arguments: Arguments) throws -> KubeClient {
        let configuration = try ClientConfiguration.load(
            kubeconfig: arguments.string("kubeconfig"), context: arguments.string("context"), environment: .process)
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(product: "quartermaster-bench", version: BuildInfo.version)
        return try KubeClient(configuration: configuration, options: options)
    }
}
