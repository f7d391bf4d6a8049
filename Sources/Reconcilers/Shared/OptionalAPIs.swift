package import KubeAPI

// The APIs of others that a cluster may or may not have. They may be installed and removed while the operator runs.
extension ResourceType {
    package static let scaledObject = ResourceType(
        group: "keda.sh", version: "v1alpha1", kind: "ScaledObject", plural: "scaledobjects")
    package static let triggerAuthentication = ResourceType(
        group: "keda.sh", version: "v1alpha1", kind: "TriggerAuthentication", plural: "triggerauthentications")
    package static let serviceMonitor = ResourceType(
        group: "monitoring.coreos.com", version: "v1", kind: "ServiceMonitor", plural: "servicemonitors")
    package static let prometheusRule = ResourceType(
        group: "monitoring.coreos.com", version: "v1", kind: "PrometheusRule", plural: "prometheusrules")
    package static let veleroSchedule = ResourceType(
        group: "velero.io", version: "v1", kind: "Schedule", plural: "schedules")
    package static let veleroBackup = ResourceType(
        group: "velero.io", version: "v1", kind: "Backup", plural: "backups")
    package static let certificate = ResourceType(
        group: "cert-manager.io", version: "v1", kind: "Certificate", plural: "certificates")
    package static let externalSecret = ResourceType(
        group: "external-secrets.io", version: "v1", kind: "ExternalSecret", plural: "externalsecrets")
    /// What servers have that do not have v1 yet.
    package static let externalSecretBeta = ResourceType(
        group: "external-secrets.io", version: "v1beta1", kind: "ExternalSecret", plural: "externalsecrets")
    package static let sealedSecret = ResourceType(
        group: "bitnami.com", version: "v1alpha1", kind: "SealedSecret", plural: "sealedsecrets")
    /// Of CloudNativePG.
    package static let postgresCluster = ResourceType(
        group: "postgresql.cnpg.io", version: "v1", kind: "Cluster", plural: "clusters")
    package static let postgresPooler = ResourceType(
        group: "postgresql.cnpg.io", version: "v1", kind: "Pooler", plural: "poolers")

    package static let verticalPodAutoscaler = ResourceType(
        group: "autoscaling.k8s.io", version: "v1", kind: "VerticalPodAutoscaler", plural: "verticalpodautoscalers")

    private static let optionalGroups: Set = [
        "keda.sh", "monitoring.coreos.com", "velero.io", "cert-manager.io", "external-secrets.io", "bitnami.com",
        "postgresql.cnpg.io", "autoscaling.k8s.io",
    ]

    /// Whether the operator has no right to see objects of the type across the cluster, and watches it by the namespace.
    var isConfidential: Bool { self == .secret }

    /// Whether a cluster may lack the type without anything being wrong.
    package var isOptional: Bool { Self.optionalGroups.contains(group) }
}

extension ReconcilerEnvironment {
    /// Whether the API server serves an optional type now. The children of that type have to be watched already.
    func isServed(_ type: ResourceType) -> Bool { children(type).isServed }
}
