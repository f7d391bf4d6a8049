import KubeAPI

/// The built-in kinds that are served.
enum BuiltInKinds {
    static let all: [ResourceDefinition] =
        core + apps + batch + scaling + policy + networking + rbac + storage + cluster

    /// What makes one kind: the rest follows from its name.
    private static func kind(
        _ apiVersion: String, _ kind: String, _ plural: String, short: [String] = [], all: Bool = false,
        cluster: Bool = false, status: Bool = true, scale: Bool = false, more: [ResourceDefinition.Subresource] = [],
        type name: String? = nil, select: [String] = [], verbs: [String]? = nil
    ) -> ResourceDefinition {
        let parts = apiVersion.split(separator: "/").map(String.init)
        let type = ResourceType(
            group: parts.count > 1 ? parts[0] : "", version: parts[parts.count - 1], kind: kind, plural: plural,
            isNamespaced: !cluster)
        var subresources = more
        if scale {
            subresources.append(
                .init(name: "scale", kind: "Scale", apiVersion: "autoscaling/v1", verbs: ["get", "patch", "update"]))
        }
        if status { subresources.append(.init(name: "status", kind: kind, verbs: ["get", "patch", "update"])) }
        var definition = ResourceDefinition(
            type: type, singular: kind.lowercased(), listKind: "\(kind)List", shortNames: short,
            categories: all ? ["all"] : [], subresources: subresources,
            schema: TypeSchema(.object, reference: name ?? kind), columns: PrinterColumns.builtIn(type),
            selectableFields: select)
        if let verbs { definition.verbs = verbs }
        if scale {
            definition.scale = .init(
                specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"],
                selector: ["spec", "selector"])
        }
        return definition
    }

    private static let core: [ResourceDefinition] = [
        kind("v1", "ConfigMap", "configmaps", short: ["cm"], status: false),
        kind("v1", "Endpoints", "endpoints", short: ["ep"], status: false),
        kind(
            "v1", "Event", "events", short: ["ev"], status: false, type: "CoreEvent",
            select: [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
                "reportingComponent", "source", "type",
            ]),
        kind("v1", "LimitRange", "limitranges", short: ["limits"], status: false),
        kind(
            "v1", "Namespace", "namespaces", short: ["ns"], cluster: true,
            more: [.init(name: "finalize", kind: "Namespace", verbs: ["update"])], select: ["status.phase"],
            verbs: ["create", "delete", "get", "list", "patch", "update", "watch"]),
        kind("v1", "Node", "nodes", short: ["no"], cluster: true, select: ["spec.unschedulable"]),
        kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims", short: ["pvc"]),
        kind(
            "v1", "Pod", "pods", short: ["po"], all: true,
            more: [
                .init(name: "binding", kind: "Binding", verbs: ["create"]),
                .init(name: "ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"]),
                .init(name: "eviction", kind: "Eviction", apiVersion: "policy/v1", verbs: ["create"]),
                .init(name: "log", kind: "Pod", verbs: ["get"]),
                .init(name: "resize", kind: "Pod", verbs: ["get", "patch", "update"]),
            ],
            select: [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
            ]),
        kind("v1", "ResourceQuota", "resourcequotas", short: ["quota"]),
        kind("v1", "Secret", "secrets", status: false, select: ["type"]),
        kind(
            "v1", "ServiceAccount", "serviceaccounts", short: ["sa"], status: false,
            more: [
                .init(
                    name: "token", kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", verbs: ["create"])
            ]),
        kind("v1", "Service", "services", short: ["svc"], all: true, select: ["spec.clusterIP", "spec.type"]),
    ]

    private static let apps: [ResourceDefinition] = [
        kind("apps/v1", "ControllerRevision", "controllerrevisions", status: false),
        kind("apps/v1", "DaemonSet", "daemonsets", short: ["ds"], all: true),
        kind("apps/v1", "Deployment", "deployments", short: ["deploy"], all: true, scale: true),
        kind(
            "apps/v1", "ReplicaSet", "replicasets", short: ["rs"], all: true, scale: true, select: ["status.replicas"]),
        kind("apps/v1", "StatefulSet", "statefulsets", short: ["sts"], all: true, scale: true),
    ]

    private static let batch: [ResourceDefinition] = [
        kind("batch/v1", "CronJob", "cronjobs", short: ["cj"], all: true),
        kind("batch/v1", "Job", "jobs", all: true, select: ["status.successful"]),
    ]

    private static let scaling: [ResourceDefinition] = [
        kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", short: ["hpa"], all: true)
    ]

    private static let policy: [ResourceDefinition] = [
        kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", short: ["pdb"]),
        kind("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", short: ["pc"], cluster: true, status: false),
        kind("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", cluster: true, status: false),
    ]

    private static let networking: [ResourceDefinition] = [
        kind("networking.k8s.io/v1", "Ingress", "ingresses", short: ["ing"]),
        kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", short: ["netpol"], status: false),
    ]

    private static let rbac: [ResourceDefinition] = [
        kind(
            "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", cluster: true, status: false),
        kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", cluster: true, status: false),
        kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", status: false),
        kind("rbac.authorization.k8s.io/v1", "Role", "roles", status: false),
    ]

    private static let storage: [ResourceDefinition] = [
        kind("storage.k8s.io/v1", "StorageClass", "storageclasses", short: ["sc"], cluster: true, status: false)
    ]

    private static let cluster: [ResourceDefinition] = [
        kind("coordination.k8s.io/v1", "Lease", "leases", status: false),
        kind(
            "events.k8s.io/v1", "Event", "events", short: ["ev"], status: false,
            select: [
                "reason", "regarding.kind", "regarding.name", "regarding.namespace", "regarding.uid",
                "reportingController", "type",
            ]),
        kind(
            "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", short: ["crd", "crds"],
            cluster: true),
    ]
}
