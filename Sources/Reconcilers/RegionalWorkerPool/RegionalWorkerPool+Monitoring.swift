internal import KubeAPI

extension RegionalWorkerPool {
    /// Where the pool's ServiceMonitor and PrometheusRule are.
    package var monitoringNamespace: String { spec.monitoring?.namespace ?? metadata.namespace ?? "" }

    /// The number of the port that is scraped; `nil` where no container of the template has a port of that name.
    package var metricsPort: Int? {
        switch spec.monitoring?.serviceMonitor?.port {
        case nil: nil
        case .int(let number): number
        case .string(let name): containerPort(named: name)
        }
    }

    private func containerPort(named name: String) -> Int? {
        let podSpec = spec.template["spec"]
        // A sidecar may be an init container that is restarted; both kinds can have ports.
        let containers = ["containers", "initContainers"].flatMap { podSpec?[$0]?.elements ?? [] }
        let port = containers.flatMap { $0["ports"]?.elements ?? [] }.first { $0["name"]?.string == name }
        return port?["containerPort"]?.integer.map(Int.init)
    }
}
