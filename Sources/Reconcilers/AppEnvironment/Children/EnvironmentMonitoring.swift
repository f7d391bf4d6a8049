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
                selecting: component.podSelector, inNamespace: namespace, port: port.name, path: metrics.path,
                interval: metrics.interval)
        }
    }

    /// What is wrong before somebody has to say so.
    func alerts() throws -> [DesiredChild] {
        let alerts = hasAlerts ? components.flatMap(alerts) : []
        guard !alerts.isEmpty else { return [] }
        return [
            try .prometheusRule(
                of: environment, named: "alerts", labels: spec.observability.labels, group: "\(namespace).rules",
                interval: "60s", alerts)
        ]
    }

    private func alerts(of component: Component) -> [AlertRule] {
        if component.runsToItsEnd { return [runFailed(component)].map { labelled($0, component) } }
        var alerts = [unavailable(component), restarts(component)]
        if hasServiceMonitors, component.spec.metrics != nil {
            alerts = [down(component)] + alerts + [latency(component), errors(component)]
        }
        return alerts.map { labelled($0, component) }
    }

    private func labelled(_ alert: AlertRule, _ component: Component) -> AlertRule {
        var alert = alert
        alert.labels = ["namespace": namespace, "component": component.name]
        return alert.explained(on: .environments)
    }

    /// `namespace="shop", job="backend"`: the job of a ServiceMonitor is the name of the Service.
    private func scrape(_ component: Component) -> String { #"namespace="\#(namespace)", job="\#(component.name)""# }

    private func down(_ component: Component) -> AlertRule {
        return AlertRule(
            name: "ComponentDown", expression: "up{\(scrape(component))} == 0", duration: "5m",
            severity: "critical", summary: "\(component.name) in \(namespace) does not answer Prometheus",
            description: "No metrics of \(component.name) for 5 minutes.")
    }

    private func unavailable(_ component: Component) -> AlertRule {
        let isOrdered = component.kind == .statefulSet
        let selector = "namespace=\"\(namespace)\", \(isOrdered ? "statefulset" : "deployment")=\"\(component.name)\""
        let available =
            isOrdered ? "kube_statefulset_status_replicas_available" : "kube_deployment_status_replicas_available"
        let wanted = isOrdered ? "kube_statefulset_replicas" : "kube_deployment_spec_replicas"
        return AlertRule(
            name: "ComponentUnavailable",
            expression: "\(available){\(selector)} == 0 and \(wanted){\(selector)} > 0", duration: "5m",
            severity: "critical",
            summary: "\(component.name) in \(namespace) has no pod that is ready",
            description: "kubectl describe appenvironment \(name) names the cause.")
    }

    /// Of a CronJob those count that it has been due for: it is well again with the next success.
    private func runFailed(_ component: Component) -> AlertRule {
        let selector = "namespace=\"\(namespace)\", cronjob=\"\(component.name)\""
        let (due, success) = ("kube_cronjob_status_last_schedule_time", "kube_cronjob_status_last_successful_time")
        let times = """
            (\(due){\(selector)} > \(success){\(selector)} or \(due){\(selector)} unless \(success){\(selector)}) and \
            kube_cronjob_status_active{\(selector)} == 0
            """
        let once =
            "kube_job_failed{namespace=\"\(namespace)\", job_name=~\"\(component.name)-[0-9a-f]{10}\", condition=\"true\"} == 1"
        return AlertRule(
            name: "ComponentRunFailed", expression: component.kind == .cronJob ? times : once, duration: "5m",
            severity: "warning", summary: "\(component.name) in \(namespace) has not succeeded",
            description: "kubectl describe appenvironment \(name) names the cause.")
    }

    private func restarts(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentRestarts",
            expression: """
                increase(kube_pod_container_status_restarts_total{namespace="\(namespace)", \
                container="\(component.name)"}[15m]) > 3
                """, duration: "5m", severity: "warning",
            summary: "\(component.name) in \(namespace) restarts again and again",
            description: "{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes.")
    }

    private func latency(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentHighLatency",
            expression: """
                histogram_quantile(0.95, sum by (le) \
                (rate(http_request_duration_seconds_bucket{\(scrape(component))}[5m]))) > 2
                """, duration: "10m", severity: "warning", summary: "\(component.name) in \(namespace) is slow",
            description: "The 95th percentile of its answers is above 2 s for 10 minutes.")
    }

    private func errors(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentHighErrorRate",
            expression: """
                sum(rate(http_requests_total{\(scrape(component)), status_code=~"5.."}[5m])) \
                / sum(rate(http_requests_total{\(scrape(component))}[5m])) > 0.05
                """, duration: "5m", severity: "warning",
            summary: "\(component.name) in \(namespace) answers with errors",
            description: "More than 5 % of its answers are 5xx for 5 minutes.")
    }
}
