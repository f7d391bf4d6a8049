extension ResolvedEnvironment {
    /// The alerts that the operator knows, without those that the spec has others for.
    var builtInAlerts: [AlertRule] {
        guard hasAlerts else { return [] }
        let replaced = Set((spec.observability.extraAlerts ?? []).map(\.name))
        let ofComponents = components.flatMap { component in
            let own = replaced.union((component.spec.extraAlerts ?? []).map(\.name))
            return alerts(of: component).filter { !own.contains($0.name) }.map { alert in
                var alert = alert
                alert.labels = ["namespace": namespace, "component": component.name]
                return alert
            }
        }
        let ofHosts = [certificateExpiry].compactMap(\.self).filter { !replaced.contains($0.name) }
        return (ofComponents + ofHosts).map { $0.explained(on: .environments) }
    }

    private var thresholds: AppEnvironment.Observability.Thresholds { spec.observability.thresholds }

    private func alerts(of component: Component) -> [AlertRule] {
        if component.runsToItsEnd { return [runFailed(component)] }
        let isScraped = hasServiceMonitors && component.spec.metrics != nil
        let seen = isScraped ? [latency(component), errors(component)] : []
        return (isScraped ? [down(component)] : []) + [unavailable(component), restarts(component)] + seen
            + [cpu(component), memory(component)]
            + (component.volumes.isEmpty ? [] : [volumes(component)])
            + (component.autoscaling == nil ? [] : [autoscaler(component)])
    }

    // MARK: By the component's own metrics

    /// `namespace="shop", job="backend"`: the job of a ServiceMonitor is the name of the Service.
    private func scrape(_ component: Component) -> String { #"namespace="\#(namespace)", job="\#(component.name)""# }

    private func down(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentDown", expression: "up{\(scrape(component))} == 0", duration: "5m",
            severity: "critical", summary: "\(component.name) in \(namespace) does not answer Prometheus",
            description: "No metrics of \(component.name) for 5 minutes.")
    }

    private func latency(_ component: Component) -> AlertRule {
        let seconds = Self.fraction(thresholds.latencyMilliseconds, of: 1000)
        return AlertRule(
            name: "ComponentHighLatency",
            expression: """
                histogram_quantile(0.95, sum by (le) \
                (rate(http_request_duration_seconds_bucket{\(scrape(component))}[5m]))) > \(seconds)
                """, duration: "10m", severity: "warning", summary: "\(component.name) in \(namespace) is slow",
            description: "The 95th percentile of its answers is above \(seconds) s for 10 minutes.")
    }

    private func errors(_ component: Component) -> AlertRule {
        let share = Self.fraction(thresholds.errorPercent, of: 100)
        return AlertRule(
            name: "ComponentHighErrorRate",
            expression: """
                sum(rate(http_requests_total{\(scrape(component)), status_code=~"5.."}[5m])) \
                / sum(rate(http_requests_total{\(scrape(component))}[5m])) > \(share)
                """, duration: "5m", severity: "warning",
            summary: "\(component.name) in \(namespace) answers with errors",
            description: "More than \(thresholds.errorPercent) % of its answers are 5xx for 5 minutes.")
    }

    // MARK: By those of kube-state-metrics and the kubelet

    private func unavailable(_ component: Component) -> AlertRule {
        let isOrdered = component.kind == .statefulSet
        let selector = "namespace=\"\(namespace)\", \(isOrdered ? "statefulset" : "deployment")=\"\(component.name)\""
        let available =
            isOrdered ? "kube_statefulset_status_replicas_available" : "kube_deployment_status_replicas_available"
        let wanted = wanted(component)
        return AlertRule(
            name: "ComponentUnavailable",
            expression: "\(available){\(selector)} == 0 and \(wanted) > 0", duration: "5m",
            severity: "critical",
            summary: "\(component.name) in \(namespace) has no pod that is ready",
            description: "kubectl describe appenvironment \(name) names the cause.")
    }

    /// The number of pods that the component wants.
    private func wanted(_ component: Component) -> String {
        component.kind == .statefulSet
            ? #"kube_statefulset_replicas{namespace="\#(namespace)", statefulset="\#(component.name)"}"#
            : #"kube_deployment_spec_replicas{namespace="\#(namespace)", deployment="\#(component.name)"}"#
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
                increase(kube_pod_container_status_restarts_total{\(container(component))}[15m]) > \(thresholds.restarts)
                """, duration: "5m", severity: "warning",
            summary: "\(component.name) in \(namespace) restarts again and again",
            description: "{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes.")
    }

    private func container(_ component: Component) -> String {
        #"namespace="\#(namespace)", container="\#(component.name)""#
    }

    private func cpu(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentHighCPU",
            expression: """
                sum by (pod) (rate(container_cpu_usage_seconds_total{\(container(component))}[5m])) \
                / \(limit("cpu", of: component)) * 100 > \(thresholds.cpuPercent)
                """, duration: "15m", severity: "warning",
            summary: "\(component.name) in \(namespace) is short of CPU",
            description: "{{ $labels.pod }} uses {{ $value | humanize }} % of its CPU limit.")
    }

    private func memory(_ component: Component) -> AlertRule {
        AlertRule(
            name: "ComponentHighMemory",
            expression: """
                max by (pod) (container_memory_working_set_bytes{\(container(component))}) \
                / \(limit("memory", of: component)) * 100 > \(thresholds.memoryPercent)
                """, duration: "10m", severity: "warning",
            summary: "\(component.name) in \(namespace) is short of memory",
            description: "{{ $labels.pod }} uses {{ $value | humanize }} % of its memory limit; at 100 % it is killed.")
    }

    /// Of each pod. More than one kube-state-metrics may say it.
    private func limit(_ resource: String, of component: Component) -> String {
        #"max by (pod) (kube_pod_container_resource_limits{\#(container(component)), resource="\#(resource)"})"#
    }

    private func volumes(_ component: Component) -> AlertRule {
        // Those of a StatefulSet are numbered, and may become more.
        let claims = component.volumes.map { volume in
            component.kind == .statefulSet && volume.existingClaim == nil
                ? "\(volume.name)-\(component.name)-[0-9]+" : component.claimName(volume)
        }.joined(separator: "|")
        let selector = #"namespace="\#(namespace)", persistentvolumeclaim=~"\#(claims)""#
        return AlertRule(
            name: "VolumeFillingUp",
            expression: """
                max by (persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes{\(selector)} \
                / kubelet_volume_stats_capacity_bytes{\(selector)}) * 100 > \(thresholds.volumePercent)
                """, duration: "10m", severity: "warning",
            summary: "A volume of \(component.name) in \(namespace) is nearly full",
            description: "{{ $labels.persistentvolumeclaim }} is filled by {{ $value | humanize }} %.")
    }

    /// KEDA's autoscaler has the name of ours. At 0 pods it is inactive and nothing is wrong.
    private func autoscaler(_ component: Component) -> AlertRule {
        let blind = """
            max(kube_horizontalpodautoscaler_status_condition{namespace="\(namespace)", \
            horizontalpodautoscaler="\(component.name)", condition="ScalingActive", status="false"}) == 1
            """
        return AlertRule(
            name: "AutoscalerBlind",
            expression: component.autoscaling?.min == 0
                ? "\(blind) and max(\(wanted(component))) > 0" : blind, duration: "15m", severity: "warning",
            summary: "\(component.name) in \(namespace) is not scaled",
            description: "Its HorizontalPodAutoscaler can't read its metrics for 15 minutes.")
    }

    // MARK: By those of cert-manager

    /// `nil` where no host has a certificate of cert-manager's.
    private var certificateExpiry: AlertRule? {
        // The name of a Certificate is that of its Secret, and may have dots.
        let names = (spec.ingress ?? []).filter(\.isSigned).compactMap(\.secretName).map { name in
            name.split(separator: ".").joined(separator: "[.]")
        }
        guard !names.isEmpty else { return nil }
        // Where Prometheus does not honour labels, the namespace of cert-manager itself takes the place of the Certificate's. What is
        // not issued yet expires at 0.
        let ends = ["exported_namespace", "namespace"].map { label in
            #"certmanager_certificate_expiration_timestamp_seconds{\#(label)="\#(namespace)", name=~"\#(names.joined(separator: "|"))"}"#
        }
        return AlertRule(
            name: "CertificateExpiresSoon",
            expression: """
                (min by (name) (\(ends.joined(separator: " or "))) > 0) - time() < \(thresholds.certificateDays * 86400)
                """, duration: "15m", severity: "warning",
            summary: "A certificate in \(namespace) expires soon",
            description: """
                {{ $labels.name }} expires in {{ $value | humanizeDuration }}, and cert-manager has not renewed it.
                """, labels: ["namespace": namespace])
    }

    /// `1500` of `1000` is `1.5`, as PromQL writes it.
    private static func fraction(_ value: Int, of unit: Int) -> String {
        let (whole, rest) = value.quotientAndRemainder(dividingBy: unit)
        if rest == 0 { return "\(whole)" }
        var digits = String(String(unit + rest).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
