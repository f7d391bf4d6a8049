internal import KubeAPI

extension ResolvedPolicy {
    func prometheusRules() throws -> [DesiredChild] {
        guard spec.alerting.prometheusRule == .auto else { return [] }
        return [
            try .prometheusRule(
                of: policy, named: policy.sharedName, labels: spec.alerting.labels ?? [:],
                group: "quartermaster.backup.\(namespace).\(name)", alertRules.map { $0.explained(on: .backups) })
        ]
    }

    /// From metrics of the operator alone. Both replicas expose them, so each rule takes one of the two.
    var alertRules: [AlertRule] {
        let policy = "BackupPolicy \(namespace)/\(name)"
        return [
            AlertRule(
                name: "BackupFailed",
                expression: "max by (namespace, name, source, destination) "
                    + "(\(MetricName.backupConsecutiveFailures){\(selector)}) > 0",
                severity: "warning", summary: "A backup of \(policy) failed.",
                description: """
                    Source {{ $labels.source }} to {{ $labels.destination }}: {{ $value }} failed runs in a row. \
                    kubectl describe bpol -n {{ $labels.namespace }} {{ $labels.name }} says why.
                    """),
            alert("BackupStale", .fresh, [.stale], "critical", "\(policy) has no backup that is recent enough."),
            alert("BackupMissed", .fresh, [.missed], "warning", "A run of \(policy) was due and did not begin."),
            alert(
                "BackupSuspicious", .fresh, [.suspicious], "warning",
                "The newest backup of \(policy) is suspiciously small; nothing is pruned."),
            alert(
                "BackupArtifactsMissing", .ready, [.artifactsMissing], "critical",
                "Artifacts of \(policy) have vanished that no run has deleted."),
            alert(
                "BackupIncomplete", .backupSucceeded, [.partial], "warning",
                "The last backup of \(policy) is incomplete."),
            alert(
                "BackupUnverified", .verified, [.failed, .overdue], "warning",
                "The backups of \(policy) could not be read back, or were not for too long."),
            AlertRule(
                name: "BackupDrillFailed",
                expression: "max by (namespace, name, source, destination) "
                    + "(\(MetricName.backupDrillFailed){\(selector)}) > 0",
                severity: "critical", summary: "A backup of \(policy) could not be restored.",
                description: """
                    The last drill of source {{ $labels.source }} from {{ $labels.destination }} failed. \
                    kubectl get bpol -n {{ $labels.namespace }} {{ $labels.name }} -o wide says why.
                    """),
            AlertRule(
                name: "BackupUnknown",
                expression: "absent(\(MetricName.resourceCondition){\(kind),\(selector),type=\"Ready\"})",
                duration: "15m", severity: "warning", summary: "Nothing is known of \(policy).",
                description: """
                    The operator does not run, or is not scraped. The CronJobs run on; what became of them is not seen.
                    """, labels: ["namespace": namespace, "name": name]),
        ]
    }

    private var selector: String { "namespace=\"\(namespace)\",name=\"\(name)\"" }
    private var kind: String { "kind=\"\(BackupPolicy.resourceType.kind)\"" }

    /// Fires while a condition is false for one of the reasons.
    private func alert(
        _ name: String, _ type: ConditionType, _ reasons: [Reason], _ severity: String, _ summary: String
    ) -> AlertRule {
        let words = reasons.map(\.rawValue).joined(separator: "|")
        return AlertRule(
            name: name,
            expression: "max by (namespace, name, reason) (\(MetricName.resourceCondition){\(kind),\(selector),"
                + "type=\"\(type.rawValue)\",status=\"False\",reason=~\"\(words)\"}) > 0",
            severity: severity, summary: summary,
            description: "kubectl get bpol -n {{ $labels.namespace }} {{ $labels.name }} -o wide says why.")
    }
}
