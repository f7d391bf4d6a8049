internal import CommandLineInterface
internal import KubeAPI

extension CommandLineProgram {
    /// `devcluster`.
    static let devcluster = CommandLineProgram(
        name: "devcluster",
        summary:
            "devcluster is a Kubernetes cluster in one process, for development: an API server with simulated nodes.",
        commands: [
            StartCommand.self, SimulateCommand.self, KubeconfigCommand.self, FaultCommand.self, DemoCommand.self,
            ChaosCommand.self,
        ])
}
