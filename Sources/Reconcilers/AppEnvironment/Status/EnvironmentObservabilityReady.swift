internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `ObservabilityReady`. Ready does not wait for it: the components serve unseen as well.
    static func addObservability(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard observed.dependencies != nil else { return }
        let environment = observed.environment
        let monitors = environment.hasServiceMonitors ? environment.components.count { $0.spec.metrics != nil } : 0
        let hasAlerts = environment.hasAlerts || !environment.extraAlerts.isEmpty
        let dashboards = environment.spec.observability.dashboards?.count ?? 0
        if monitors == 0, !hasAlerts, dashboards == 0 {
            let words =
                environment.hasServiceMonitors
                ? "no component has metrics and no alerts are wanted" : "neither monitors nor alerts are wanted"
            conditions.note(.observabilityReady, .false, .off, words)
        } else if let missing = observed.monitoringFinding {
            conditions.note(.observabilityReady, .false, missing.reason, missing.message)
        } else if let obstacle = observed.obstacle(to: .prometheusRule) ?? observed.obstacle(to: .serviceMonitor)
            ?? observed.obstacleToDashboards
        {
            conditions.note(.observabilityReady, .false, obstacle.reason, obstacle.message)
        } else {
            let made =
                [monitors.counted("ServiceMonitor")] + (hasAlerts ? ["the alerts"] : [])
                + (dashboards > 0 ? [dashboards.counted("dashboard")] : [])
            conditions.note(.observabilityReady, .true, .applied, made.joined(separator: " and "))
        }
    }
}
