internal import BackupModel
internal import KubeAPI

extension PolicyObservation {
    /// Nobody's backup is worse for it: `Ready` does not depend on this condition.
    func addAlerting(to conditions: inout Conditions) {
        let alerting = policy.spec.alerting
        let hasRule = alerting.prometheusRule == .auto
        if let notification, notification.result == .failed, alerting.webhookSecretRef != nil {
            conditions.note(
                .alertingReady, .false, .notSent, "the last run's result was not sent: \(notification.message)")
        } else if hasRule, isPrometheusMissing {
            conditions.note(
                .alertingReady, .false, .crdNotInstalled,
                "the Prometheus operator is not installed, so there is no PrometheusRule; set alerting.prometheusRule to "
                    + "Off if there is to be none")
        } else if !hasRule, alerting.webhookSecretRef == nil {
            conditions.note(.alertingReady, .false, .off, "spec.alerting tells nobody")
        } else {
            let ways = [hasRule ? "a PrometheusRule" : nil, alerting.webhookSecretRef.map { _ in "a webhook" }]
            conditions.note(
                .alertingReady, .true, .applied, "told by " + ways.compactMap(\.self).joined(separator: " and "))
        }
    }
}
