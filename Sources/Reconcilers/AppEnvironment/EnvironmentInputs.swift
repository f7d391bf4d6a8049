package import KubeAPI

/// What the children of an environment depend on beside its spec. `render` knows nothing of it.
package struct EnvironmentInputs: Sendable, Hashable {
    /// The namespace was there before the environment and is only taken over.
    package var isAdopted = false
    /// Storage of claims that the environment has and does not want any more: they count against the quota.
    package var retainedClaims: [Quantity] = []
    /// Components with an autoscaler whose Deployment is not there yet, or has no pods: it begins with the fewest. Later the number
    /// is the autoscaler's.
    package var starting: Set<String> = []
    /// Whether the API server has KEDA's API.
    package var isKEDAServed = true
    /// What scales the workloads now, by the component.
    package var scalers: [String: LiveScalers] = [:]
    /// The Jobs of components of that kind, by the component.
    var jobs: [String: [ComponentJob]] = [:]
    /// The images that the workloads of components run, by the component.
    var images: [String: String] = [:]
    /// What of the StatefulSets that are there can't be changed, by the component.
    var statefulSets: [String: FixedFields] = [:]
    /// What of others becomes the environment's.
    var adoptions = Adoptions()
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
    /// Where components that call the Kubernetes API get to.
    var server = ServerAddresses()
    /// Where the operator's ServiceAccount is.
    package var operatorNamespace = Permissions().operatorNamespace

    package init() {}
}

extension EnvironmentInputs {
    /// What a preview can ask a server, with the rights of whoever runs it: nothing about Secrets.
    ///
    /// - Throws: `APIError`.
    init(of environment: ResolvedEnvironment, asking client: KubeClient) async throws {
        self.init()
        var secrets = EnvironmentSecrets()
        secrets.isAssumedUnchanged = true
        for name in environment.spec.secretsFrom?.names ?? [] { secrets.sources[name] = .unread(nil) }
        var live: [DynamicObject] = []
        let types = Set(environment.components.map(\.workloadType))
        for type in [ResourceType.deployment, .statefulSet] where types.contains(type) {
            live += try await client.list(type, namespace: environment.namespace).items
        }
        for workload in live {
            let annotations = workload[path: "spec", "template", "metadata", "annotations"]
            secrets.rolledOut[workload.name] = annotations?[AnnotationKey.secretsHash]?.string
            if workload.kind == ResourceType.statefulSet.kind {
                statefulSets[workload.name] = FixedFields(workload["spec"])
            }
        }
        let jobs =
            types.contains(.job) ? try await client.list(.job, namespace: environment.namespace).items : []
        for component in environment.components where component.kind == .job {
            self.jobs[component.name] = jobs.filter {
                $0.labels[LabelKey.environmentComponent] == component.name && $0.ownerReferences.isEmpty
            }.map(ComponentJob.init)
        }
        self.secrets = secrets
        isKEDAServed = try await LiveScalers.isKEDAServed(asking: client)
        let scalers = try await LiveScalers.all(
            in: environment.namespace, isKEDAServed: isKEDAServed, asking: client)
        for component in environment.components where !component.runsToItsEnd {
            let workload = live.first { $0.name == component.name && $0.kind == component.workloadType.kind }
            self.scalers[component.name] = LiveScalers(
                of: component.target, in: environment.namespace, ownerUID: environment.environment.metadata.uid ?? "",
                replicas: workload?[path: "spec", "replicas"]?.integer.map(Int.init), objects: scalers
            ) { object in environment.ownerLabels.allSatisfy { object.labels[$0.key] == $0.value } }
        }
        let running = Set(live.map(\.name))
        starting = Set(
            environment.components.filter { $0.autoscaling != nil && !running.contains($0.name) }.map(\.name))
        // Only the operator itself knows where it is; its binding says so.
        let binding = ObjectKey(namespace: environment.namespace, name: ResolvedEnvironment.operatorRole)
        let bound = try? await client.get(.roleBinding, binding)
        if let place = bound?["subjects"]?[0]?["namespace"]?.string { operatorNamespace = place }
        if let live = try await client.find(.namespace, ObjectKey(name: environment.namespace)), live.isAdopted {
            isAdopted = true
            isEnforced = try await Self.isEnforced(environment, live, asking: client)
        }
        if environment.components.contains(where: \.usesAPI),
            let slice = try? await client.get(.endpointSlice, ServerPorts.slice)
        {
            server = ServerAddresses(
                addressType: slice["addressType"], endpoints: slice["endpoints"], ports: slice["ports"])
        }
        let namespace = environment.namespace
        let policies = (try? await client.list(BackupPolicy.resourceType, namespace: namespace).items) ?? []
        let pools = (try? await client.list(RegionalWorkerPool.resourceType, namespace: namespace).items) ?? []
        (callers, siblings) = Siblings.find(
            policies.sorted { $0.key < $1.key }.compactMap { try? BackupPolicy.read($0).get() },
            pools.sorted { $0.key < $1.key }.compactMap { try? RegionalWorkerPool.read($0).get() }, for: environment)
    }

    /// As `NamespaceProvisioner.isEnforced`, but for the seals, whose key the operator has alone.
    private static func isEnforced(
        _ environment: ResolvedEnvironment, _ live: DynamicObject, asking client: KubeClient
    ) async throws -> Bool {
        if live.annotations[AnnotationKey.enforced] != nil { return true }
        for (type, name) in ResolvedEnvironment.bounds {
            let key = ObjectKey(namespace: environment.namespace, name: name)
            let found = try? await client.get(type, key)
            if let found, environment.ownerLabels.allSatisfy({ found.labels[$0.key] == $0.value }) { return true }
        }
        return false
    }
}
