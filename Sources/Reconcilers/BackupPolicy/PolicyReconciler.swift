internal import KubeAPI

/// Makes one BackupPolicy true: a CronJob for each source, and a status that tells what became of its runs. What is
/// stored stays when the policy goes; its children go by their owner, and only those in other namespaces need a finalizer.
struct PolicyReconciler: KindReconciler {
    typealias Owner = BackupPolicy

    let objects: Informer
    /// Nodes, of which some may keep etcd.
    let servers: Informer
    /// One of them tells clusters apart.
    let namespaces: Informer
    let serverPorts: ServerPorts
    let runs: BackupRuns
    let velero: VeleroRuns
    let children: ChildWriter
    let priorityClasses: PriorityClasses
    let finalizers: Finalizers
    let status: StatusReporter
    let permissions: Permissions
    let namespaceEnvironments: NamespaceEnvironments
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    /// While a policy is suspended no run begins. Its children are written all the same, and so they are deleted.
    static let resumesBeforeDeletion: String? = nil

    func resolve(_ object: DynamicObject) -> Result<ResolvedPolicy, Finding> {
        BackupPolicy.read(object).map { policy in
            let cluster = namespaces.store.get(PolicyInputs.clusterNamespace)?.uid
            let running = runs.preparations(of: policy).first { $0.run.ending == nil }?.run
            let inputs = PolicyInputs(
                cluster: cluster ?? PolicyInputs.unknownCluster, isClusterKnown: cluster != nil,
                serverPorts: serverPorts.current,
                preparation: running.map { ObjectKey(namespace: $0.namespace, name: $0.name) })
            return ResolvedPolicy(policy, inputs).permitted(by: permissions, priorityClasses)
        }
    }

    func needsCleanUp(_ policy: ResolvedPolicy) -> Bool { !policy.foreignNamespaces.isEmpty }

    func apply(_ policy: ResolvedPolicy, to object: DynamicObject) async throws -> PassResult<PolicyObservation> {
        let wanted = try policy.children()
        // A suspended policy is not left alone: its CronJobs have to be suspended.
        let written = try await children.apply(
            wanted, of: policy.policy, object, recorded: policy.policy.status?.inventory ?? [], isSuspended: false)
        let time = now()
        let found = runs.find(of: policy.policy, at: time)
        var observed = PolicyObservation(
            policy, now: time, runs: found.runs, verifications: found.verifications,
            velero: velero.list(of: policy.policy), preparations: found.preparations)
        observed.strangers = found.strangers
        observed.patienceEnds += found.strangersEnd
        observed.templates = found.templates
        observed.verifiedSince = found.verifiedSince
        observed.lastScheduled.merge(found.lastScheduled) { $1 }
        observed.closedWay = policy.policy.closedWay(namespaceEnvironments.find)
        let home = namespaces.store.get(ObjectKey(name: object.namespace))
        observed.podSecurity = policy.podSecurityFinding(of: wanted, under: home?.labels ?? [:])
        observed.withoutServers = sourcesWithoutServers(policy.policy).subtracting(policy.refused.keys)
        observed.failures = written.failures.map(\.failure)
        observed.pruneFailures = written.pruneFailures
        observed.inventory = written.inventory
        observed.isPrometheusMissing = written.missingAPIs.contains(.prometheusRule)
        return .applied(observed, waits: [written.retryAfter, observed.requeueAfter].compactMap(\.self))
    }

    /// The sources of etcd whose selector finds no node.
    private func sourcesWithoutServers(_ policy: BackupPolicy) -> Set<String> {
        let selectors = policy.spec.sources.compactMap { source in source.etcd.map { (source.name, $0.nodeSelector) } }
        guard !selectors.isEmpty else { return [] }
        let nodes = servers.store.list().map(\.labels)
        return Set(
            selectors.filter { _, selector in
                !nodes.contains { labels in selector.allSatisfy { labels[$0.key] == $0.value } }
            }.map(\.0))
    }

    /// What it has in other namespaces goes first. Nothing that is stored does.
    func release(_ object: DynamicObject) async throws -> Outcome? {
        // Whatever rule it breaks: what it had must not be left behind.
        guard let policy = try? BackupPolicy(defaulting: object) else { return nil }
        let pruned = try await children.apply(
            [], of: policy, object, recorded: policy.status?.inventory ?? [], isSuspended: false)
        if let failure = pruned.pruneFailures.first {
            let message = "\(failure.object) could not be deleted: \(failure.message)"
            try await status.report(Finding(.deleting, message, .wait), on: object)
            throw failure.cause ?? failure
        }
        if let message = pruned.inventory.lazy.compactMap({ pruned.waits[$0] }).first {
            try await status.report(Finding(.deleting, message, .wait), on: object)
            return .requeue(after: .seconds(15))
        }
        return pruned.inventory.isEmpty ? nil : .requeue(after: .seconds(1))
    }
}
