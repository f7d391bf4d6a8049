internal import KubeAPI

/// What a tier gives an environment that does not say it itself.
struct TierDefaults: Sendable, Hashable {
    struct Probing: Sendable, Hashable {
        var periodSeconds: Int
        var failureThreshold: Int
    }

    var podSecurity: AppEnvironment.PodSecurityLevel
    var replicas: Int
    /// Amounts by the names of a ResourceQuota.
    var quota: [String: String]
    var spread: AppEnvironment.Spread
    var nodeFailureSeconds: Int
    var egress: AppEnvironment.Network.EgressMode
    var priorityClassName: String
    var deletionPolicy: AppEnvironment.DeletionPolicy
    var serviceMonitor: Bool
    var alerts: Bool
    /// `nil`: it does not expire.
    var timeToLive: Duration?
    /// Amounts of a container by `cpu` and `memory`.
    var minimum = ["cpu": "10m", "memory": "16Mi"]
    var containerRequests = ["cpu": "50m", "memory": "64Mi"]
    var containerLimits = ["cpu": "250m", "memory": "256Mi"]
    var maximum = ["cpu": "2", "memory": "4Gi"]
    var readiness = Probing(periodSeconds: 5, failureThreshold: 2)
    var liveness = Probing(periodSeconds: 10, failureThreshold: 3)
    var startup = Probing(periodSeconds: 5, failureThreshold: 60)
    /// With a volume that only one node can mount: a pod elsewhere would only wait for it.
    var nodeFailureSecondsOfBoundVolumes = 300
    /// Percent of the CPU request, where autoscaling does not say what it goes by.
    var targetUtilization = 70
}

extension TierDefaults {
    /// Version 1. Never edited once it was released: what changes is a new version of `DefaultsCatalogue`.
    static func version1(_ tier: AppEnvironment.Tier) -> TierDefaults {
        switch tier {
        case .development:
            TierDefaults(
                podSecurity: .baseline, replicas: 1, quota: amounts("2", "4", "4Gi", "8Gi", "50Gi"), spread: .none,
                nodeFailureSeconds: 300, egress: .internet, priorityClassName: "staging", deletionPolicy: .keepData,
                serviceMonitor: true, alerts: false)
        case .staging:
            TierDefaults(
                podSecurity: .restricted, replicas: 1, quota: amounts("4", "8", "16Gi", "24Gi", "300Gi"),
                spread: .preferred, nodeFailureSeconds: 30, egress: .internet, priorityClassName: "staging",
                deletionPolicy: .keepData, serviceMonitor: true, alerts: true)
        case .production:
            TierDefaults(
                podSecurity: .restricted, replicas: 2, quota: amounts("8", "16", "32Gi", "48Gi", "500Gi"),
                spread: .preferred, nodeFailureSeconds: 10, egress: .declared, priorityClassName: "production",
                deletionPolicy: .retain, serviceMonitor: true, alerts: true,
                containerRequests: ["cpu": "100m", "memory": "128Mi"],
                containerLimits: ["cpu": "500m", "memory": "512Mi"], maximum: ["cpu": "4", "memory": "8Gi"])
        case .preview:
            TierDefaults(
                podSecurity: .restricted, replicas: 1, quota: amounts("1", "2", "2Gi", "4Gi", "5Gi"), spread: .none,
                nodeFailureSeconds: 300, egress: .internet, priorityClassName: "staging", deletionPolicy: .delete,
                serviceMonitor: false, alerts: false, timeToLive: .seconds(72 * 3600))
        }
    }

    private static func amounts(
        _ cpu: String, _ cpuLimit: String, _ memory: String, _ memoryLimit: String, _ storage: String
    ) -> [String: String] {
        [
            "requests.cpu": cpu, "limits.cpu": cpuLimit, "requests.memory": memory, "limits.memory": memoryLimit,
            "requests.storage": storage,
        ]
    }
}
