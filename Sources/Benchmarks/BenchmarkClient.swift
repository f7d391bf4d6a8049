internal import CommandLineInterface
internal import Glibc
internal import KubeAPI

/// The client of all benchmarks.
enum BenchmarkClient {
    static let flags = [
        Flag("kubeconfig", "FILE", help: "the cluster; else that of $KUBECONFIG or ~/.kube/config"),
        Flag("context", "NAME", help: "a context of the kubeconfig"),
    ]

    /// - Parameter qps: requests a second at most; 0 for no limit.
    static func make(_ arguments: Arguments, qps: Double = 0) throws -> KubeClient {
        let configuration = try ClientConfiguration.load(
            kubeconfig: arguments.string("kubeconfig"), context: arguments.string("context"), environment: .process)
        var options = ClientOptions()
        options.userAgent = ClientOptions.userAgent(product: "quartermaster-bench", version: BuildInfo.version)
        options.qps = qps
        options.burst = max(Int(qps * 2), 1)
        return try KubeClient(configuration: configuration, options: options)
    }
}

/// To standard error: standard output is for the one line of JSON.
func eprint(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
