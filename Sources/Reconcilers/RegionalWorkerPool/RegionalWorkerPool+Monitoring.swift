package import KubeAPI

extension RegionalWorkerPool {
    /// The objects of the Prometheus operator.
    package struct Monitoring: Sendable, Hashable, Codable {
        package var serviceMonitor: Scrape?
        /// `nil` where the pool wants no PrometheusRule.
        package var alerts: [Alert]?
        package var labels: [String: String]?
        /// Where ServiceMonitor and PrometheusRule are made; `nil` is the pool's own namespace.
        package var namespace: String?
    }

    package struct Scrape: Sendable, Hashable, Codable {
        /// A number, or the name of a port of the template.
        package var port: IntOrString
        package var path: String
        package var interval: String
    }

    package struct Alert: Sendable, Hashable, Codable {
        package var name: String
        package var expr: String
        package var `for`: String
        package var severity: String
        package var summary: String?
        package var description: String?
    }

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
