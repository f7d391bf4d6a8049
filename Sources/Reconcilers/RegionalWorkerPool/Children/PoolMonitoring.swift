internal import KubeAPI

extension RegionalWorkerPool {
    /// The part of the pool that its ServiceMonitor, PrometheusRule and Service are; no region can have this name.
    static let monitoringPart = "spec.monitoring"

    /// What has the pool watched by Prometheus.
    func monitoringChildren() throws -> [DesiredChild] {
        guard let monitoring = spec.monitoring else { return [] }
        let scraped = try monitoring.serviceMonitor.map { [try metricsService($0), try serviceMonitor($0)] } ?? []
        let rule = try monitoring.alerts.map { [try prometheusRule($0)] } ?? []
        return scraped + rule
    }

    /// The Service whose endpoints are all pods of the pool. Its name is the label `job` of what is scraped.
    private func metricsService(_ scrape: Scrape) throws -> DesiredChild {
        try DesiredChild(
            .service, of: self, named: metricsServiceName, part: Self.monitoringPart,
            [
                "spec": [
                    "clusterIP": "None",
                    "selector": .strings(podSelector),
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

    private func serviceMonitor(_ scrape: Scrape) throws -> DesiredChild {
        try .serviceMonitor(
            of: self, named: monitoringName("metrics"), in: .namespace(monitoringNamespace),
            labels: spec.monitoring?.labels ?? [:], part: Self.monitoringPart,
            selecting: podSelector.merging([LabelKey.component: Self.childComponent]) { $1 },
            inNamespace: metadata.namespace ?? "", port: scrape.portName, path: scrape.path, interval: scrape.interval)
    }

    private func prometheusRule(_ alerts: [Alert]) throws -> DesiredChild {
        let names = Set(alerts.map(\.name))
        return try .prometheusRule(
            of: self, named: monitoringName("alerts"), in: .namespace(monitoringNamespace),
            labels: spec.monitoring?.labels ?? [:], part: Self.monitoringPart, group: metadata.name ?? "",
            alerts.map(\.rule) + builtInAlerts.filter { !names.contains($0.name) })
    }

    private var builtInAlerts: [AlertRule] {
        let (namespace, name) = (metadata.namespace ?? "", metadata.name ?? "")
        let kind = Self.resourceType.kind
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
        return [down, notReady].compactMap(\.self)
    }

    private var metricsServiceName: String { ChildName.service(metadata.name ?? "", "metrics") }

    /// In a namespace of others the pool's own namespace is part of the name.
    private func monitoringName(_ part: String) -> String {
        let (namespace, name) = (metadata.namespace ?? "", metadata.name ?? "")
        return monitoringNamespace == namespace
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
            description: description)
    }
}
