internal import KubeAPI

/// Built-in kinds that have no schema: their objects are kept as they come.
enum UntypedKinds {
    static var all: [ResourceDefinition] {
        let typed = Set(BuiltInKinds.all.map(\.type))
        return rows.map(definition).filter { !typed.contains($0.type) }
    }

    private static let rows: [(String, String, String, Bool, [String])] = [
        ("", "Namespace", "namespaces", false, ["ns"]), ("", "Node", "nodes", false, ["no"]),
        ("", "Pod", "pods", true, ["po"]), ("", "Service", "services", true, ["svc"]),
        ("", "Secret", "secrets", true, []), ("", "ServiceAccount", "serviceaccounts", true, ["sa"]),
        ("", "Event", "events", true, ["ev"]), ("events.k8s.io", "Event", "events", true, ["ev"]),
        ("apps", "Deployment", "deployments", true, ["deploy"]), ("apps", "ReplicaSet", "replicasets", true, ["rs"]),
        ("batch", "Job", "jobs", true, []), ("batch", "CronJob", "cronjobs", true, ["cj"]),
        ("policy", "PodDisruptionBudget", "poddisruptionbudgets", true, ["pdb"]),
        ("coordination.k8s.io", "Lease", "leases", true, []),
        ("scheduling.k8s.io", "PriorityClass", "priorityclasses", false, ["pc"]),
        ("networking.k8s.io", "NetworkPolicy", "networkpolicies", true, ["netpol"]),
        ("rbac.authorization.k8s.io", "Role", "roles", true, []),
        ("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true, []),
        ("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false, []),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false, []),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false, ["crd", "crds"]),
    ]

    private static let withStatus: Set<String> = [
        "namespaces", "nodes", "pods", "services", "deployments", "replicasets", "jobs", "cronjobs",
        "poddisruptionbudgets", "customresourcedefinitions",
    ]

    private static func definition(
        _ group: String, _ kind: String, _ plural: String, _ isNamespaced: Bool, _ shortNames: [String]
    ) -> ResourceDefinition {
        let subresources: [ResourceDefinition.Subresource] =
            withStatus.contains(plural) ? [.init(name: "status", kind: kind, verbs: ["get", "patch", "update"])] : []
        let fields = [
            "pods": ["spec.nodeName", "status.phase"],
            "events": ["involvedObject.name", "involvedObject.kind", "involvedObject.namespace", "involvedObject.uid"],
        ]
        return ResourceDefinition(
            type: ResourceType(group: group, version: "v1", kind: kind, plural: plural, isNamespaced: isNamespaced),
            singular: kind.lowercased(), listKind: "\(kind)List", shortNames: shortNames, subresources: subresources,
            schema: .anything, selectableFields: fields[plural] ?? [])
    }
}
