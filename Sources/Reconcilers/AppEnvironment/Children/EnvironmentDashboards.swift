internal import KubeAPI

extension ResolvedEnvironment {
    /// Dashboards of the authors' own, each a ConfigMap of its own: together they could be more than one may hold.
    ///
    /// Grafana's sidecar puts the files of all namespaces into one folder, and the last one of a name wins.
    func dashboards() throws -> [DesiredChild] {
        try (spec.observability.dashboards ?? []).map { dashboard in
            try DesiredChild(
                .configMap, of: environment, named: "dashboard-\(dashboard.name)",
                labels: spec.observability.dashboardLabels,
                ["data": .strings(["\(namespace)-\(dashboard.name).json": dashboard.json])])
        }
    }
}

extension AppEnvironment {
    /// Dashboards that Grafana would not load. Its sidecar says so in a log only.
    var unreadableDashboards: [Violation] {
        (spec.observability.dashboards ?? []).enumerated().compactMap { index, dashboard in
            Self.objection(to: dashboard.json).map {
                Violation("spec.observability.dashboards[\(index)].json", "dashboard \(dashboard.name) \($0)")
            }
        }
    }

    private static func objection(to text: String) -> String? {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue.parse(text) } catch {
            return "is \(error.message)\(JSONFault.line(in: text).map { " (line \($0))" } ?? "")"
        }
        guard value.object != nil else { return "is not a JSON object; export it from Grafana" }
        guard value["title"]?.string?.isEmpty == false else {
            return "has no title; export the dashboard alone, without what Grafana's API wraps around it"
        }
        return nil
    }
}

extension EnvironmentObservation {
    /// Why not all dashboards are there. A component's ConfigMaps are reported with it.
    var obstacleToDashboards: Finding? {
        failures.filter { $0.object.isOne(of: [.configMap]) }.map(\.finding).mostPressing
    }
}
