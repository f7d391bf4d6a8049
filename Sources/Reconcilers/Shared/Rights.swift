/// What the operator may do in a cluster: `make generate` writes the rules of `config/rbac` from it, and a test compares the two.
///
/// A right stands here because a code path named beside it uses it; whoever removes the path removes the right.
package struct Right: Sendable, Hashable {
    package enum Scope: Sendable, Hashable, CaseIterable {
        case cluster
        /// The operator's own namespace.
        case ownNamespace
        /// The namespaces of environments, in each of which the operator binds itself to one ClusterRole.
        case environmentNamespaces
        /// The namespaces that Secrets are copied from.
        case secretSourceNamespaces
    }

    package var scope: Scope
    package var group: String
    /// With its subresource: `regionalworkerpools/status`.
    package var resource: String
    package var verbs: Set<String>
    /// The only objects that it is about; empty: all.
    package var names: Set<String>
    /// The code that needs it.
    package var usedBy: String

    private init(
        _ scope: Scope, _ group: String, _ resource: String, _ verbs: Set<String>, names: Set<String> = [],
        usedBy: String
    ) {
        self.scope = scope
        self.group = group
        self.resource = resource
        self.verbs = verbs
        self.names = names
        self.usedBy = usedBy
    }

    private static let read: Set = ["get", "list", "watch"]

    package static let all = [
        Right(.cluster, "", "nodes", read.union(["patch"]), usedBy: "NodeClaims"),
        Right(.cluster, "apps", "deployments", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(
            .cluster, "policy", "poddisruptionbudgets", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune"),
        Right(.cluster, "", "services", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(
            .cluster, "networking.k8s.io", "networkpolicies", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune"),
        Right(
            .cluster, "monitoring.coreos.com", "servicemonitors", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune"),
        Right(
            .cluster, "monitoring.coreos.com", "prometheusrules", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune"),
        // A class is made, nothing else: pods of others may name it.
        Right(
            .cluster, "scheduling.k8s.io", "priorityclasses", read.union(["create"]), usedBy: "PriorityClasses"),
        Right(
            .cluster, "autoscaling", "horizontalpodautoscalers", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune, ScalerWatch"),
        Right(
            .cluster, "keda.sh", "scaledobjects", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(
            .cluster, "keda.sh", "triggerauthentications", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune"),
        Right(.cluster, "quartermaster.dev", "regionalworkerpools", read.union(["patch"]), usedBy: "Finalizers"),
        Right(.cluster, "quartermaster.dev", "regionalworkerpools/status", ["patch"], usedBy: "StatusWriter"),
        // Asked for by the admission plugin OwnerReferencesPermissionEnforcement, for `blockOwnerDeletion`.
        Right(
            .cluster, "quartermaster.dev", "regionalworkerpools/finalizers", ["update"], usedBy: "ObjectMeta.child"),
        Right(.cluster, "batch", "cronjobs", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(.cluster, "", "configmaps", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(.cluster, "", "serviceaccounts", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(
            .cluster, "rbac.authorization.k8s.io", "rolebindings", read.union(["create", "patch", "delete"]),
            usedBy: "Applier, prune: BackupPolicy+Access"),
        // Only for the roles that config/rbac/backup.yaml and environment.yaml name.
        Right(
            .cluster, "rbac.authorization.k8s.io", "clusterroles", ["bind"],
            names: [
                "quartermaster-backup-reader", "quartermaster-backup-secrets", "quartermaster-backup-hooks",
                "quartermaster-environment", "quartermaster-deployer", "view", "edit", "admin",
            ], usedBy: "BackupPolicy+Access, ResolvedEnvironment+Access"),
        Right(
            .cluster, "batch", "jobs", read.union(["create", "patch", "delete"]),
            usedBy: "BackupRuns; Applier, prune: Preparation"),
        Right(.cluster, "", "pods", read, usedBy: "BackupRuns, TaintGate, EnvironmentWorkloads, PoolWorkloads"),
        Right(.cluster, "velero.io", "schedules", read.union(["create", "patch", "delete"]), usedBy: "Applier, prune"),
        Right(.cluster, "velero.io", "backups", read, usedBy: "VeleroRuns"),
        Right(
            .cluster, "discovery.k8s.io", "endpointslices", read, names: ["kubernetes"], usedBy: "ServerPorts"),
        Right(.cluster, "quartermaster.dev", "backuppolicies", read.union(["patch"]), usedBy: "Finalizers"),
        Right(.cluster, "quartermaster.dev", "backuppolicies/status", ["patch"], usedBy: "StatusWriter"),
        Right(.cluster, "quartermaster.dev", "backuppolicies/finalizers", ["update"], usedBy: "ObjectMeta.child"),
        Right(
            .cluster, "quartermaster.dev", "appenvironments", read.union(["patch", "delete"]),
            usedBy: "Finalizers, ExpiryWatch"),
        Right(.cluster, "quartermaster.dev", "appenvironments/status", ["patch"], usedBy: "StatusWriter"),
        Right(
            .cluster, "apiextensions.k8s.io", "customresourcedefinitions", read,
            names: [
                "regionalworkerpools.quartermaster.dev", "backuppolicies.quartermaster.dev",
                "appenvironments.quartermaster.dev",
            ], usedBy: "ServedSchema"),
        Right(.cluster, "", "namespaces", read.union(["create", "patch", "delete"]), usedBy: "NamespaceKeeper"),
        Right(.cluster, "", "resourcequotas", read, usedBy: "NamespaceBounds"),
        Right(.cluster, "", "limitranges", read, usedBy: "NamespaceBounds"),
        Right(.cluster, "", "persistentvolumeclaims", read, usedBy: "ClaimKeeper"),
        Right(.cluster, "networking.k8s.io", "ingresses", read, usedBy: "Applier, HostClaims"),
        Right(.cluster, "cert-manager.io", "certificates", read, usedBy: "Certificates"),
        Right(
            .environmentNamespaces, "", "resourcequotas", ["create", "patch", "delete"], usedBy: "Applier, prune"),
        Right(.environmentNamespaces, "", "limitranges", ["create", "patch", "delete"], usedBy: "Applier, prune"),
        Right(
            .environmentNamespaces, "", "persistentvolumeclaims", ["create", "patch", "delete"],
            usedBy: "Applier, ClaimKeeper"),
        Right(.environmentNamespaces, "", "services", ["create", "patch", "delete"], usedBy: "Applier, prune"),
        Right(
            .environmentNamespaces, "autoscaling", "horizontalpodautoscalers", ["create", "patch", "delete"],
            usedBy: "Applier, prune"),
        Right(
            .environmentNamespaces, "networking.k8s.io", "ingresses", ["create", "patch", "delete"],
            usedBy: "Applier, prune"),
        // Copies of shared Secrets, and whether those that components name are there. Nowhere else does it read any.
        Right(
            .environmentNamespaces, "", "secrets", read.union(["create", "patch", "delete"]),
            usedBy: "SecretCaches, Applier, prune"),
        // Why a pod does not start, where only an event says so.
        Right(.environmentNamespaces, "events.k8s.io", "events", ["list", "watch"], usedBy: "WarningWatch"),
        Right(.secretSourceNamespaces, "", "secrets", ["list", "watch"], usedBy: "SecretCaches"),
        Right(.cluster, "events.k8s.io", "events", ["create", "patch"], usedBy: "EventRecorder"),
        Right(.ownNamespace, "coordination.k8s.io", "leases", ["get", "create", "update"], usedBy: "LeaderElection"),
        Right(.ownNamespace, "", "secrets", ["get"], names: ["quartermaster-seal"], usedBy: "SealKey"),
        // RBAC knows no names at a creation.
        Right(.ownNamespace, "", "secrets", ["create"], usedBy: "SealKey"),
    ]
}
