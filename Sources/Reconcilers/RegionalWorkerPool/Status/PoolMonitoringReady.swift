internal import KubeAPI

// Whether Prometheus sees the pool: ordered pure checks.
extension PoolObservation {
    /// Adds `MonitoringReady` where the pool wants to be watched.
    func addMonitoring(to conditions: inout Conditions) {
        guard let monitoring = pool.spec.monitoring else { return }
        if let finding = Self.monitoringChecks.firstFinding(in: self) {
            conditions.add(.monitoringReady, finding, orElse: .applied, "")
        } else if let missing = missingMonitoring {
            // No reason not to be ready: the pool works unseen, and the rest comes by itself.
            conditions.note(.monitoringReady, .false, missing.reason, missing.message)
        } else {
            let objects = [
                monitoring.serviceMonitor.map { _ in "Service, ServiceMonitor" },
                monitoring.alerts.map { _ in "PrometheusRule" },
            ].compactMap(\.self).joined(separator: ", ")
            conditions.add(
                .monitoringReady, nil, orElse: .applied, "\(objects) applied in namespace \(pool.monitoringNamespace)")
        }
    }

    private static let monitoringChecks = Checks<PoolObservation>(monitoringNotPermitted, childFailed, portUnknown)

    private static func monitoringNotPermitted(_ observed: PoolObservation) -> Finding? {
        guard !observed.pool.mayMonitor else { return nil }
        return Finding(
            .notPermitted,
            """
            the monitoring of a pool of namespace \(observed.pool.namespace) may not be made in namespace \
            \(observed.pool.monitoringNamespace); add that one to the operator's --monitoring-namespaces, or leave \
            spec.monitoring.namespace out
            """, .edit)
    }

    private static func childFailed(_ observed: PoolObservation) -> Finding? {
        observed.monitoringFailures.mostPressing?.finding
    }

    /// What is not named in the template can't be found in the pods: nothing would be scraped, and nobody told.
    private static func portUnknown(_ observed: PoolObservation) -> Finding? {
        guard case .string(let name)? = observed.pool.spec.monitoring?.serviceMonitor?.port,
            observed.pool.metricsPort == nil
        else { return nil }
        return Finding(
            .portUnknown,
            """
            no container of spec.template has a port named \(name); name the port of the metrics so, or write its \
            number to spec.monitoring.serviceMonitor.port
            """, .edit)
    }
}
