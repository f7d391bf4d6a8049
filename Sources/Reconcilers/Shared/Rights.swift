internal import KubeAPI

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
    private static let manage: Set = ["create", "patch", "delete"]

    package static let all = nodesAndOwnKinds + childKinds + rest

    /// What a kind declares of its own objects.
    private static func rights(on kind: any OwnResource.Type) -> [Right] {
        let (type, name) = (kind.resourceType, "\(kind.resourceType.kind)Reconciler")
        var rights = [
            Right(.cluster, type.group, type.plural, read.union(["patch"]).union(kind.ownVerbs), usedBy: name),
            Right(.cluster, type.group, "\(type.plural)/status", ["patch"], usedBy: "StatusWriter"),
        ]
        if kind.childrenNameOwner {
            // Asked for by the admission plugin OwnerReferencesPermissionEnforcement, for `blockOwnerDeletion`.
            rights.append(
                Right(.cluster, type.group, "\(type.plural)/finalizers", ["update"], usedBy: "ObjectMeta.child"))
        }
        return rights
    }

    static func rights(on child: ChildKind) -> [Right] {
        let (group, resource) = (child.type.group, child.type.plural)
        if child.type.isConfidential {
            return child.written.map { Right($0, group, resource, read.union(manage), usedBy: "ChildWriter") }
        }
        let isWrittenEverywhere = child.written.contains(.cluster)
        let cluster = Right(
            .cluster, group, resource, isWrittenEverywhere ? read.union(manage) : read, usedBy: "ChildWriter")
        return [cluster]
            + child.written.filter { $0 != .cluster }.map { Right($0, group, resource, manage, usedBy: "ChildWriter") }
    }

    private static let nodesAndOwnKinds =
        [Right(.cluster, "", "nodes", read.union(["patch"]), usedBy: "NodeClaims")]
        + Kinds.all.flatMap { rights(on: $0) } + [
            Right(
                .cluster, "apiextensions.k8s.io", "customresourcedefinitions", read,
                names: Set(CustomResource.all.map(\.type.qualifiedName)), usedBy: "ServedSchema")
        ]

    private static let childKinds = Kinds.all.flatMap { $0.childKinds }
        .reduce(into: [ChildKind]()) { kinds, kind in
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        .flatMap { rights(on: $0) }

    private static let rest = [
        // A class is made, nothing else: pods of others may name it.
        Right(
            .cluster, "scheduling.k8s.io", "priorityclasses", read.union(["create"]), usedBy: "PriorityClasses"),
        // Only for the roles that config/rbac/backup.yaml and environment.yaml name.
        Right(
            .cluster, "rbac.authorization.k8s.io", "clusterroles", ["bind"],
            names: [
                "quartermaster-backup-reader", "quartermaster-backup-secrets", "quartermaster-backup-hooks",
                "quartermaster-environment", "quartermaster-deployer", "view", "edit", "admin",
            ], usedBy: "BackupPolicy.roleBindings, ResolvedEnvironment.access"),
        // Those of config/rbac/applications.yaml.
        Right(
            .cluster, "rbac.authorization.k8s.io", "clusterroles", ["bind"],
            names: Set(AppEnvironment.APIAccess.allCases.map(\.role)), usedBy: "ResolvedEnvironment.apiAccess"),
        Right(.cluster, "", "pods", read, usedBy: "BackupRuns, TaintGate, EnvironmentWorkloads, PoolWorkloads"),
        Right(.cluster, "velero.io", "backups", read, usedBy: "VeleroRuns"),
        Right(
            .cluster, "discovery.k8s.io", "endpointslices", read, names: ["kubernetes"], usedBy: "ServerPorts"),
        Right(.cluster, "", "namespaces", read.union(manage), usedBy: "NamespaceProvisioner"),
        Right(.cluster, "cert-manager.io", "certificates", read, usedBy: "Certificates"),
        // What makes a Secret that is missing, and the databases that services name, which are mostly in namespaces of their own.
        Right(.cluster, "postgresql.cnpg.io", "clusters", ["list", "watch"], usedBy: "SecretMakers, DatabaseWatch"),
        Right(.cluster, "postgresql.cnpg.io", "poolers", ["list", "watch"], usedBy: "DatabaseWatch"),
        Right(
            .environmentNamespaces, "external-secrets.io", "externalsecrets", ["list", "watch"], usedBy: "SecretMakers"),
        Right(.environmentNamespaces, "bitnami.com", "sealedsecrets", ["list", "watch"], usedBy: "SecretMakers"),
        // Whether something else changes the pods that an autoscaler counts.
        Right(
            .cluster, ResourceType.verticalPodAutoscaler.group, ResourceType.verticalPodAutoscaler.plural, read,
            usedBy: "ScalerHandover"),
        // Why a pod does not start, where only an event says so.
        Right(.environmentNamespaces, "events.k8s.io", "events", ["list", "watch"], usedBy: "WarningWatch"),
        Right(
            .environmentNamespaces, ComponentImages.resourceType.group, "\(ComponentImages.resourceType.plural)/status",
            ["patch"], usedBy: "StatusWriter"),
        Right(.secretSourceNamespaces, "", "secrets", ["list", "watch"], usedBy: "SecretCaches"),
        Right(
            .secretSourceNamespaces, "external-secrets.io", "externalsecrets", ["list", "watch"],
            usedBy: "SecretMakers"),
        Right(.secretSourceNamespaces, "bitnami.com", "sealedsecrets", ["list", "watch"], usedBy: "SecretMakers"),
        Right(.cluster, "events.k8s.io", "events", ["create", "patch"], usedBy: "EventRecorder"),
        // Whether whoever asks for the metrics may have them.
        Right(.cluster, "authentication.k8s.io", "tokenreviews", ["create"], usedBy: "MetricsAccess"),
        Right(.cluster, "authorization.k8s.io", "subjectaccessreviews", ["create"], usedBy: "MetricsAccess"),
        Right(.ownNamespace, "coordination.k8s.io", "leases", ["get", "create", "update"], usedBy: "LeaderElection"),
        Right(.ownNamespace, "", "secrets", ["get"], names: ["quartermaster-seal"], usedBy: "SealKey"),
        // RBAC knows no names at a creation.
        Right(.ownNamespace, "", "secrets", ["create"], usedBy: "SealKey"),
    ]
}
