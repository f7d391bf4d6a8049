package import KubeAPI

/// What the cluster says and the children depend on. `render` knows nothing of it.
package struct EnvironmentFacts: Sendable, Hashable {
    /// The namespace was there before the environment and is only taken over.
    package var isAdopted = false
    /// Storage of claims that the environment has and does not want any more: they count against the quota.
    package var retainedClaims: [Quantity] = []
    /// Components with an autoscaler whose Deployment is not there yet, or has no pods: it begins with the fewest. Later the number
    /// is the autoscaler's.
    package var starting: Set<String> = []
    /// What is known of Secrets; `nil` without a cluster.
    package var secrets: EnvironmentSecrets?
    /// Hosts that somebody else has.
    package var lostHosts: Set<String> = []
    /// Pods of pools and policies of the namespace that are to reach a component.
    package var callers: [ComponentCaller] = []
    /// Pods of theirs that count against a quota.
    package var siblings: [SiblingPods] = []
    /// Whether quota, LimitRange, Pod Security level and default-deny may be written. In a namespace that was there before they wait
    /// until the components stand: what ran there goes on until then.
    package var isEnforced = true
    /// Where the operator's ServiceAccount is.
    package var operatorNamespace = Permissions().operatorNamespace

    package init() {}
}

extension AppEnvironment {
    /// The namespace is not among them: it is no child but holds them.
    package static let childKinds: [ChildKind] = [
        .roleBinding, .resourceQuota, .limitRange, .serviceAccount, .configMap, .podDisruptionBudget, .service,
        .deployment, .horizontalPodAutoscaler, .networkPolicy, .secret, .ingress, .serviceMonitor, .prometheusRule,
        .persistentVolumeClaim,
    ]

    package func rendered() throws -> [DesiredChild] { try ResolvedEnvironment(self).rendered() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        let resolved = try ResolvedEnvironment(self)
        return try await resolved.rendered(EnvironmentFacts(of: resolved, asking: client))
    }
}

extension ResolvedEnvironment {
    /// A builder of children of one kind.
    private typealias Builder = @Sendable (ResolvedEnvironment) -> (EnvironmentFacts) throws -> [DesiredChild]

    /// The order in which children are written: rights before what needs them, bounds and policies before pods, what
    /// pods mount before the pods, and what points at the pods last.
    private static let builders: [Builder] = [
        { environment in { try environment.operatorBinding(to: $0.operatorNamespace) } },
        { environment in { _ in try environment.access() } },
        { environment in { try environment.networkPolicies($0) } },
        { environment in { try environment.resourceQuota($0) } },
        { environment in { try environment.limitRangeChild($0) } },
        { environment in { _ in try environment.serviceAccounts() } },
        { environment in { try environment.secretCopies($0) } },
        { environment in { _ in try environment.configMaps() } },
        { environment in { _ in try environment.claims() } },
        { environment in { _ in try environment.disruptionBudgets() } },
        { environment in { _ in try environment.services() } },
        { environment in { try environment.deployments($0) } },
        { environment in { _ in try environment.autoscalers() } },
        { environment in { try environment.ingresses(without: $0.lostHosts) } },
        { environment in { _ in try environment.serviceMonitors() } },
        { environment in { _ in try environment.alerts() } },
    ]

    /// Every child in the environment's namespace, in the order in which they are written.
    package func children(_ facts: EnvironmentFacts = EnvironmentFacts()) throws -> [DesiredChild] {
        try Self.builders.flatMap { try $0(self)(facts) }
    }

    /// What `render` shows: the children, with what is written apart from them.
    package func rendered(_ facts: EnvironmentFacts = EnvironmentFacts()) throws -> [DesiredChild] {
        try priorityClasses.compactMap(PriorityClasses.desired) + [namespaceChild(facts)] + children(facts)
    }
}
