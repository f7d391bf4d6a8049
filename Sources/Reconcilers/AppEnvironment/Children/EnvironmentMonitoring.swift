internal import KubeAPI

extension ResolvedEnvironment {
    /// How Prometheus finds the components' metrics.
    func serviceMonitors() throws -> [DesiredChild] {
        guard hasServiceMonitors else { return [] }
        return try components.compactMap { component -> DesiredChild? in
            guard let metrics = component.spec.metrics,
                let port = component.ports.first(where: { $0.containerPort == metrics.port && $0.transport == .tcp })
            else { return nil }
            return try .serviceMonitor(
                of: environment, named: component.name,
                labels: spec.observability.labels.merging(component.labels) { $1 }, part: component.name,
                selecting: component.podSelector, inNamespace: namespace,
                port: keepsUnnamedPort(component) ? .target(port.containerPort) : .name(port.name),
                path: metrics.path,
                interval: metrics.interval, timeout: metrics.scrapeTimeout)
        }
    }

    /// What is wrong before somebody has to say so, and what the authors of the environment want to know besides.
    ///
    /// Theirs are an object of their own: where an expression of it is refused, the built-in ones are still there.
    func alerts() throws -> [DesiredChild] {
        try [("alerts", "rules", builtInAlerts), (Self.extraAlertsName, "extra", extraAlerts)].compactMap {
            name, group, alerts in
            guard !alerts.isEmpty else { return nil }
            return try .prometheusRule(
                of: environment, named: name, labels: spec.observability.labels, group: "\(namespace).\(group)",
                interval: "60s", alerts)
        }
    }

    static let extraAlertsName = "extra-alerts"

    var extraAlerts: [AlertRule] {
        (spec.observability.extraAlerts ?? []).map { $0.rule(["namespace": namespace]) }
            + components.flatMap { component in
                (component.spec.extraAlerts ?? []).map {
                    $0.rule(["namespace": namespace, "component": component.name])
                }
            }
    }
}

extension AppEnvironment.Alert {
    fileprivate func rule(_ own: [String: String]) -> AlertRule {
        AlertRule(
            name: name, expression: expr, duration: self.for, severity: severity, summary: summary ?? name,
            description: description, labels: (labels ?? [:]).merging(own) { $1 }, runbookURL: runbookURL)
    }
}
