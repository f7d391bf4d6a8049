internal import KubeAPI

/// A policy with what its spec comes to in this cluster: what the builders, the runs and the status work with.
package struct ResolvedPolicy: ResolvedKind {
    package let policy: BackupPolicy
    package let destinations: [PolicyDestination]
    package var inputs: PolicyInputs
    /// Sources that get nothing because they are not permitted, with what has to be done.
    package var refused: [String: String] = [:]
    /// Why the pods may not have the priority that they ask for.
    package var priorityRefusal: String?
    /// The seconds that runs wait before they begin: always the same for one policy, so that several of them spread over the time
    /// that they may take.
    let delay: Int

    package init(_ policy: BackupPolicy, _ inputs: PolicyInputs = .assumed) {
        self.policy = policy
        self.inputs = inputs
        destinations = policy.spec.destinations.map { PolicyDestination($0, of: policy) }
        delay = policy.spec.jitterSeconds > 0 ? policy.spread(over: policy.spec.jitterSeconds + 1) : 0
    }

    package var spec: BackupPolicy.Spec { policy.spec }
    package var name: String { policy.metadata.name ?? "" }
    package var namespace: String { policy.metadata.namespace ?? "" }

    /// Those that are permitted.
    package var sources: [BackupPolicy.Source] { spec.sources.filter { refused[$0.name] == nil } }

    /// Whether pods of ours take any of the sources: Velero needs none.
    var hasPods: Bool { !policy.ownSources.isEmpty }

    /// Whether what backs up already goes on as it is.
    var holdsJobs: Bool { priorityRefusal != nil || !inputs.isClusterKnown }

    /// Those that are not known to be ready where they are.
    var unprepared: [PolicyDestination] { destinations.filter { $0.known.preparedTime == nil } }

    /// The policy with a status that knows of nothing after a time.
    func forgetting(after limit: Timestamp) -> ResolvedPolicy {
        var policy = policy
        policy.status = policy.status?.forgetting(after: limit)
        var resolved = ResolvedPolicy(policy, inputs)
        (resolved.refused, resolved.priorityRefusal) = (refused, priorityRefusal)
        return resolved
    }
}

extension ResolvedPolicy {
    /// Rights come before the jobs that need them.
    static let builders: [Builder] = [
        serviceAccounts, roleBindings, networkPolicies, preparations, prometheusRules, cronJobs, veleroSchedules,
        checks,
        drills,
    ]

    /// The namespaces beside its own whose objects the policy exports, with whether their Secrets are among them. Garbage collection
    /// does not find the children there.
    var foreignNamespaces: [String: Bool] {
        var namespaces: [String: Bool] = [:]
        for manifests in sources.compactMap(\.manifests) {
            for other in manifests.namespaces ?? [] where other != policy.metadata.namespace {
                namespaces[other] = namespaces[other] ?? false || manifests.includeSecrets
            }
        }
        return namespaces
    }
}

extension ResolvedPolicy {
    /// The policy within what the operator's configuration lets its namespace have.
    func permitted(by permissions: Permissions, _ classes: PriorityClasses) -> ResolvedPolicy {
        var permitted = self
        permitted.refused = refusedSources(by: permissions)
        permitted.priorityRefusal = classes.refusal(
            of: .init(name: spec.podTemplate.priorityClassName ?? ""), in: namespace)
        return permitted
    }

    func refusedSources(by permissions: Permissions) -> [String: String] {
        guard !permissions.isPrivileged(namespace) else { return [:] }
        var refused: [String: String] = [:]
        for source in spec.sources {
            if source.etcd != nil {
                refused[source.name] = "etcd is a matter of namespaces that --privileged-namespaces lists"
            } else if let other = source.manifests?.namespaces?.first(where: { $0 != namespace }) {
                refused[source.name] =
                    "only policies in namespaces that --privileged-namespaces lists may read \(other)"
            }
        }
        return refused
    }
}
