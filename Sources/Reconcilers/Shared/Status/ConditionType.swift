/// The types of the conditions in a status.
package enum ConditionType: String, Sendable, CaseIterable {
    // Of every kind. `Reconciling` and `Stalled` are there only while they are True. Source: kstatus.
    case ready = "Ready"
    case reconciling = "Reconciling"
    case stalled = "Stalled"

    // Of RegionalWorkerPool.
    case nodesClaimed = "NodesClaimed"
    case available = "Available"
    case monitoringReady = "MonitoringReady"
    case autoscalingReady = "AutoscalingReady"

    // Of BackupPolicy.
    case scheduled = "Scheduled"
    case backupSucceeded = "BackupSucceeded"
    case fresh = "Fresh"
    case verified = "Verified"
    case pruned = "Pruned"
    case alertingReady = "AlertingReady"

    // Of AppEnvironment.
    case namespaceReady = "NamespaceReady"
    case quotaSufficient = "QuotaSufficient"
    case secretsResolved = "SecretsResolved"
    case servicesReady = "ServicesReady"
    case componentsAvailable = "ComponentsAvailable"
    case networkReady = "NetworkReady"
    case ingressReady = "IngressReady"
    case observabilityReady = "ObservabilityReady"
    case deletionBlocked = "DeletionBlocked"
}
