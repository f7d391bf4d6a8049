internal import CommandLineInterface
internal import KubeAPI
internal import Simulation

/// `devcluster simulate`.
struct SimulateCommand: Command {
    static let name = "simulate"
    static let summary = "Play nodes and kubelets for another cluster, one that has a control plane and no machines"
    static let usage = "--kubeconfig FILE [flags]"
    static let flags = [
        Flag("kubeconfig", "FILE", help: "the cluster to simulate nodes for; never one with work that matters"),
        Flag("context", "NAME", help: "the context of the kubeconfig, where it is not the current one"),
        SimulationFlags.regions,
        SimulationFlags.nodesPerRegion,
        SimulationFlags.systemNodes(default: 0),
        SimulationFlags.controllers(default: .nodesOnly),
    ]

    private let kubeconfig: String
    private let context: String?
    private let options: SimulationOptions

    init(_ arguments: Arguments) throws(UsageError) {
        // Always named, never found: nodes are not to appear in whatever cluster $KUBECONFIG happens to mean.
        guard let kubeconfig = arguments.string("kubeconfig") else {
            throw UsageError("name the cluster with --kubeconfig FILE")
        }
        if let extra = arguments.positional.first { throw UsageError("\"\(extra)\" is one argument too many") }
        self.kubeconfig = kubeconfig
        context = arguments.string("context")
        options = try SimulationFlags.options(arguments)
    }

    func run() async throws -> CommandStatus {
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, context: context, environment: [:])
        let client = try KubeClient.unlimited(configuration, fieldManager: "devcluster")
        let version = try await client.serverVersion()
        let log = Logger(to: LogWriter(format: .text, service: "devcluster"))
        log.info(
            "simulating nodes for \(configuration.server)",
            ["version": .string(version.gitVersion), "regions": .string(options.regions.joined(separator: ","))])
        try await Simulation(client: client, options: options, log: log).run()
        return .fine
    }
}
