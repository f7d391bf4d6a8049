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
    /// Where a person reads what to do.
    var runbookURL: String?

    func explained(on page: Runbook) -> AlertRule {
        var alert = self
        alert.runbookURL = page.chapter(about: name)
        return alert
    }

    fileprivate var json: JSONValue {
        let annotations = [
            "summary": summary, "description": description, "runbook_url": runbookURL,
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
    ///   - timeout: of one scrape; `nil`: Prometheus' own.
    static func serviceMonitor<Owner: ChildOwner>(
        of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace, labels: [String: String] = [:],
        part: String = "", selecting serviceLabels: [String: String], inNamespace namespace: String,
        port: MonitoredPort,
        path: String = "/metrics", interval: String = "30s", timeout: String? = nil
    ) throws -> DesiredChild {
        try DesiredChild(
            .serviceMonitor, of: owner, named: name, in: scope, labels: labels, part: part,
            [
                "spec": [
                    "selector": ["matchLabels": .strings(serviceLabels)],
                    "namespaceSelector": ["matchNames": [.string(namespace)]],
                    "endpoints": [
                        .compact([
                            port.field: port.value, "path": .string(path), "interval": .string(interval),
                            "scrapeTimeout": timeout.map(JSONValue.string),
                        ])
                    ],
                ]
            ])
    }
}

/// Where a Service's metrics are.
enum MonitoredPort: Sendable, Hashable {
    /// A port of the Service.
    case name(String)
    /// A port of its pods, for a Service whose port has no name.
    case target(Int)

    fileprivate var field: String {
        switch self {
        case .name: "port"
        case .target: "targetPort"
        }
    }

    fileprivate var value: JSONValue {
        switch self {
        case .name(let name): .string(name)
        case .target(let number): .integer(Int64(number))
        }
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
