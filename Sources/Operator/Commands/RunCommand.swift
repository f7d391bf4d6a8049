internal import CommandLineInterface
internal import Glibc
internal import KubeAPI

/// `quartermaster run`: the operator itself.
struct RunCommand: Command {
    static let name = "run"
    static let summary = "Run the operator until it is told to stop"
    static let usage = "[flags]"
    static let flags = RunFlags.all

    private let flags: RunFlags

    init(_ arguments: Arguments) throws(UsageError) { flags = try RunFlags(arguments) }

    func run() async throws -> CommandStatus {
        let environment = [String: String].process
        let configuration = try ClientConfiguration.load(
            kubeconfig: flags.kubeconfig, context: flags.context, environment: environment,
            allowInsecure: flags.allowsInsecure)
        let traces = try OTLPSettings(endpoint: flags.otlpEndpoint, environment: environment)
        let signals = ProcessSignals.termination()
        let writer = LogWriter(format: flags.logFormat, service: "quartermaster")
        defer { writer.flush() }
        let logger = Logger(to: writer, minimum: flags.logLevel)
        logger.info("starting", ["version": .string(BuildInfo.version), "cluster": .string("\(configuration)")])
        let podNamespace = environment["POD_NAMESPACE"] ?? configuration.serviceAccountNamespace
        let leaseNamespace = flags.leaseNamespace ?? podNamespace ?? configuration.namespace
        let process = try OperatorProcess(
            flags: flags, configuration: configuration, identity: Self.identity(environment),
            operatorNamespace: podNamespace ?? leaseNamespace, leaseNamespace: leaseNamespace, traces: traces,
            logger: logger)
        try await process.preflight()
        return .ended(await process.run(signals: signals).exitCode)
    }

    /// The pod's or host's name, and something that no other process has.
    private static func identity(_ environment: [String: String]) -> String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host =
            environment["POD_NAME"] ?? name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
            ?? "host"
        return "\(host)_\(String(UInt64.random(in: .min ... .max), radix: 16))"
    }
}
