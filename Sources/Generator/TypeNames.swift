/// What can't be told from a schema: names of types that are not those of their fields.
///
/// Without an entry an object is called as its field, an item of a list as one of them, and an enumeration as its field
/// inside of the type that has it. A key is a path, or the end of one; the longest that fits counts.
struct TypeNames {
    /// Names of generated types; `Network.Peer` stands inside of `Network`.
    var names: [String: String] = [:]
    /// Types that are written by hand.
    var existing: [String: String] = [:]
    /// Modules of those, beside KubeAPI.
    var imports: [String] = []

    static func of(_ kind: String) -> TypeNames { table[kind] ?? TypeNames() }

    private static let table: [String: TypeNames] = [
        "RegionalWorkerPool": TypeNames(
            names: [
                "spec.regions[]": "RegionSpec", "spec.nodes": "NodeSettings", "regions[].nodes": "NodeOverrides",
                "lockOutPolicy": "LockOutPolicy", "onRelease": "ReleasePolicy", "runtime.type": "Runtime.Kind",
                "runtime.hostSocket": "Runtime.HostSocket", "runtime.dockerInDocker": "Runtime.DockerInDocker",
                "runtime.runtimeClass": "Runtime.RuntimeClass", "scaling.behavior": "ScalingBehavior",
                "scaling.hpa": "HPASettings", "placement.priorityClass": "PriorityClassRequest",
                "network.connectsTo[]": "Network.Peer",
                "monitoring.serviceMonitor": "Scrape", "status.regions[]": "RegionStatus",
                "status.regions[].nodes": "NodeCounts", "conflicts[]": "NodeConflict",
            ],
            existing: ["resources": "JSONObject"]),
        "BackupPolicy": TypeNames(
            names: [
                "sources[].pvc": "Volume", "credentialsSecretRef": "SecretReference",
                "webhookSecretRef": "SecretReference", "sslMode": "Postgres.SSLMode",
                "verification.afterEach": "Verification.Depth", "drill.queries[]": "Drill.Query",
                "alerting.prometheusRule": "Alerting.Rule", "hooks.pre[]": "Hook", "hooks.post[]": "Hook",
                "podTemplate": "PodSettings", "status.destinations[]": "DestinationStatus",
                "status.templates[]": "TemplateRecord",
            ],
            // The agent's words are taken as they are.
            existing: ["resources": "JSONObject", "lastResult": "RunResult", "pruned": "String"],
            imports: ["BackupModel"]),
        "ComponentImages": TypeNames(names: ["components[].source": "Source"]),
        "AppEnvironment": TypeNames(
            names: [
                "spec.adopt": "Adoption", "adopt.objects[]": "Adoption.Object",
                "status.adoption[]": "AdoptionStatus", "adoptedClaims[]": "AdoptedClaim",
                "spec.namespace": "NamespaceSettings", "namespace.adopt": "NamespaceSettings.Adoption",
                "podSecurity": "PodSecurityLevel", "secretsFrom": "SecretSource", "imagePullSecrets[]": "SecretName",
                "access.bindings[]": "Access.Binding", "subjects[]": "Access.Subject",
                "spec.components[]": "ComponentSpec", "components[].secrets[]": "SecretEnvironment",
                "protocol": "TransportProtocol", "pdb": "Switch", "probes.defaults": "Switch",
                "volumes[].onRemove": "Volume.Removal", "service.type": "Service.Kind", "limitRange.pod": "PodLimits",
                "placement.spread": "Spread", "connectsTo[]": "Peer",
                "components[].apiAccess[]": "APIAccess", "components[].priorityClass": "PriorityClassRequest",
                "connectsTo[].ports[]": "Peer.Port", "allowFrom[]": "Guest", "allowFrom[].ports[]": "Peer.Port",
                "allowFrom[].backupPolicy": "Guest.Reference", "allowFrom[].pool": "Guest.Reference",
                "autoscaling.behavior": "Autoscaling.Behavior",
                "extraAlerts[]": "Alert", "observability.thresholds": "Observability.Thresholds",
                "observability.dashboards[]": "Observability.Dashboard",
                "ingress[].paths[]": "Ingress.Path", "spec.services[]": "BackingService",
                "services[].ref": "BackingService.Reference",
                "services[].credentialsSecretRef": "BackingService.Credentials",
                "network.ingress": "Network.IngressMode", "network.egress": "Network.EgressMode",
                "network.ingressController": "Network.IngressController", "network.dns": "Network.DNS",
                "status.components[]": "ComponentStatus", "status.quota": "QuotaStatus",
            ]),
    ]

    /// Objects of KubeAPI and of all kinds, by the fields that they have.
    static let shared: [Set<String>: String] = [
        ["matchLabels", "matchExpressions"]: "LabelSelector",
        ["key", "value", "effect"]: "Taint",
        ["labels", "annotations"]: "InheritedMetadata",
        ["apiVersion", "kind", "namespace", "name", "uid"]: "InventoryEntry",
        ["type", "status", "reason", "message", "observedGeneration", "lastTransitionTime"]: "Condition",
        ["pollingInterval", "cooldownPeriod", "fallback", "triggers", "authentication", "advanced"]: "KEDASettings",
        // An EnvVar as the user wrote it.
        ["name", "value", "valueFrom"]: "JSONObject",
    ]

    func name(at path: String) -> String? { Self.longestMatch(of: path, in: names) }

    func existingType(at path: String) -> String? { Self.longestMatch(of: path, in: existing) }

    private static func longestMatch(of path: String, in table: [String: String]) -> String? {
        var rest = path[...]
        while true {
            if let found = table[String(rest)] { return found }
            guard let dot = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: dot)...]
        }
    }
}
