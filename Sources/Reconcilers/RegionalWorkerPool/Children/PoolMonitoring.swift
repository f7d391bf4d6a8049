internal import KubeAPI

extension ResolvedPool {
    /// The part of the pool that its ServiceMonitor, PrometheusRule and Service are; no region can have this name.
    static let monitoringPart = "spec.monitoring"

    /// What has the pool watched by Prometheus, as far as it may be where it is wanted.
    func monitoring() throws -> [DesiredChild] {
        guard let monitoring = spec.monitoring else { return [] }
        let scraped = try monitoring.serviceMonitor.map { [try metricsService($0), try serviceMonitor($0)] } ?? []
        let rule = try monitoring.alerts.map { [try prometheusRule($0)] } ?? []
        return (scraped + rule).filter { mayMonitor || $0.object.namespace == namespace }
    }

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

    /// The Service whose endpoints are all pods of the pool. Its name is the label `job` of what is scraped.
    private func metricsService(_ scrape: RegionalWorkerPool.Scrape) throws -> DesiredChild {
        try DesiredChild(
            .service, of: pool, named: metricsServiceName, part: Self.monitoringPart,
            [
                "spec": [
                    "clusterIP": "None",
                    "selector": .strings(pool.podSelector),
                    "ports": [
                        [
                            "name": .string(scrape.portName),
                            "protocol": "TCP",
                            // A headless Service has no port of its own; the pods' is looked up by `targetPort`.
                            "port": .integer(Int64(metricsPort ?? 80)),
                            "targetPort": scrape.targetPort,
                        ]
                    ],
                ]
            ])
    }

    private func serviceMonitor(_ scrape: RegionalWorkerPool.Scrape) throws -> DesiredChild {
        try .serviceMonitor(
            of: pool, named: monitoringName("metrics"), in: .namespace(monitoringNamespace),
            labels: spec.monitoring?.labels ?? [:], part: Self.monitoringPart,
            selecting: pool.podSelector.merging([LabelKey.component: RegionalWorkerPool.childComponent]) { $1 },
            inNamespace: namespace, port: .name(scrape.portName), path: scrape.path, interval: scrape.interval)
    }

    private func prometheusRule(_ alerts: [RegionalWorkerPool.Alert]) throws -> DesiredChild {
        let names = Set(alerts.map(\.name))
        return try .prometheusRule(
            of: pool, named: monitoringName("alerts"), in: .namespace(monitoringNamespace),
            labels: spec.monitoring?.labels ?? [:], part: Self.monitoringPart, group: name,
            alerts.map(\.rule) + builtInAlerts.filter { !names.contains($0.name) })
    }

    var builtInAlerts: [AlertRule] {
        let kind = RegionalWorkerPool.resourceType.kind
        // Only what is scraped can be seen to be down.
        let down = spec.monitoring?.serviceMonitor.map { _ in
            AlertRule(
                name: "WorkerDown", expression: "up{namespace=\"\(namespace)\",job=\"\(metricsServiceName)\"} == 0",
                duration: "2m", severity: "critical", summary: "Worker pod is down",
                description: "Prometheus cannot scrape {{ $labels.pod }} of \(kind) \(namespace)/\(name).")
        }
        let notReady = AlertRule(
            name: "PoolNotReady",
            expression: """
                max(\(MetricName.resourceCondition){kind="\(kind)",namespace="\(namespace)",name="\(name)",\
                type="Ready",status="False"}) == 1
                """, duration: "15m", severity: "warning",
            summary: "\(kind) \(namespace)/\(name) is not Ready",
            description: "quartermaster status \(name) -n \(namespace) tells why.")
        return [down, notReady].compactMap { $0?.explained(on: .pools) }
    }

    private var metricsServiceName: String { ChildName.service(name, "metrics") }

    /// In a namespace of others the pool's own namespace is part of the name.
    private func monitoringName(_ part: String) -> String {
        monitoringNamespace == namespace
            ? ChildName.joined(name, part) : ChildName.outside(namespace, name, part)
    }
}

extension RegionalWorkerPool.Scrape {
    fileprivate var portName: String { if case .string(let name) = port { name } else { "metrics" } }

    fileprivate var targetPort: JSONValue {
        switch port {
        case .int(let number): .integer(Int64(number))
        case .string(let name): .string(name)
        }
    }
}

extension RegionalWorkerPool.Alert {
    fileprivate var rule: AlertRule {
        AlertRule(
            name: name, expression: expr, duration: self.for, severity: severity, summary: summary ?? name,
            description: description, runbookURL: runbookURL)
    }
}
