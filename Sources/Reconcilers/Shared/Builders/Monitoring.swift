internal import KubeAPI

/// One alert of a PrometheusRule.
struct AlertRule: Sendable, Hashable {
    /// In CamelCase: `WorkerDown`.
    var name: String
    /// PromQL; the alert fires where it has a result.
    var expression: String
    /// How long it must hold, in Prometheus' notation: `5m`.
    var duration: String?
    /// Such as `critical` or `warning`.
    var severity: String
    var summary: String
    var description: String?
    /// Labels beside `severity`.
    var labels: [String: String] = [:]
    /// The page with a chapter about it; an alert of the user's own has none.
    var runbook: Runbook?

    func explained(on page: Runbook) -> AlertRule {
        var alert = self
        alert.runbook = page
        return alert
    }

    fileprivate var json: JSONValue {
        let annotations = [
            "summary": summary, "description": description, "runbook_url": runbook?.chapter(about: name),
        ].compactMapValues(\.self)
        return .compact([
            "alert": .string(name),
            "expr": .string(expression),
            "for": duration.map(JSONValue.string),
            "labels": .strings(labels.merging(["severity": severity]) { $1 }),
            "annotations": .strings(annotations),
        ])
    }
}

extension DesiredChild {
    /// Alerts, in one group.
    ///
    /// - Parameter labels: those by which a Prometheus finds its rules, such as `release`.
    static func prometheusRule<Owner: ChildOwner>(
        of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace, labels: [String: String] = [:],
        part: String = "", group: String, interval: String? = nil, _ alerts: [AlertRule]
    ) throws -> DesiredChild {
        let group: JSONValue = .compact([
            "name": .string(group),
            "interval": interval.map(JSONValue.string),
            "rules": .array(alerts.map(\.json)),
        ])
        return try DesiredChild(
            .prometheusRule, of: owner, named: name, in: scope, labels: labels, part: part,
            ["spec": ["groups": [group]]])
    }

    /// What Prometheus scrapes: the Services with these labels.
    ///
    /// - Parameters:
    ///   - labels: those by which a Prometheus finds its monitors, such as `release`.
    ///   - namespace: where the Services are.
    ///   - port: of the Service, by name.
    ///   - interval: in Prometheus' notation: `30s`.
    static func serviceMonitor<Owner: ChildOwner>(
        of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace, labels: [String: String] = [:],
        part: String = "", selecting serviceLabels: [String: String], inNamespace namespace: String, port: String,
        path: String = "/metrics", interval: String = "30s"
    ) throws -> DesiredChild {
        try DesiredChild(
            .serviceMonitor, of: owner, named: name, in: scope, labels: labels, part: part,
            [
                "spec": [
                    "selector": ["matchLabels": .strings(serviceLabels)],
                    "namespaceSelector": ["matchNames": [.string(namespace)]],
                    "endpoints": [
                        ["port": .string(port), "path": .string(path), "interval": .string(interval)]
                    ],
                ]
            ])
    }
}

extension ChildWriter.Result {
    /// Why monitoring is not complete; `nil` where it is.
    ///
    /// It is no reason not to be ready: the work goes on unseen, and this says so.
    var monitoringFinding: Finding? {
        let missing = missingAPIs.filter { $0.group == ResourceType.prometheusRule.group }
        guard let first = missing.first else { return nil }
        return Finding(
            .crdNotInstalled,
            """
            \(first.kind) is not served by the API server; install the Prometheus operator's CRDs, nothing else has to \
            be done
            """, .wait)
    }
}
