extension ResourceType {
    package static let node = ResourceType(group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    package static let namespace = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    package static let pod = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
    package static let service = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")
    package static let configMap = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    package static let secret = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
    package static let serviceAccount = ResourceType(
        group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
    package static let persistentVolumeClaim = ResourceType(
        group: "", version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
    package static let resourceQuota = ResourceType(
        group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")
    package static let limitRange = ResourceType(group: "", version: "v1", kind: "LimitRange", plural: "limitranges")
    package static let deployment = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    package static let replicaSet = ResourceType(
        group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")
    package static let statefulSet = ResourceType(
        group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets")
    package static let job = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
    package static let cronJob = ResourceType(group: "batch", version: "v1", kind: "CronJob", plural: "cronjobs")
    package static let horizontalPodAutoscaler = ResourceType(
        group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers")
    package static let networkPolicy = ResourceType(
        group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies")
    package static let ingress = ResourceType(
        group: "networking.k8s.io", version: "v1", kind: "Ingress", plural: "ingresses")
    package static let priorityClass = ResourceType(
        group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass", plural: "priorityclasses",
        isNamespaced: false)
    package static let podDisruptionBudget = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")
    package static let roleBinding = ResourceType(
        group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding", plural: "rolebindings")
    package static let lease = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")
    package static let event = ResourceType(group: "events.k8s.io", version: "v1", kind: "Event", plural: "events")
    package static let customResourceDefinition = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions", isNamespaced: false)
}
