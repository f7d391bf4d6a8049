internal import KubeAPI

/// Makes one BackupPolicy true: a CronJob for each source, and a status that tells what became of its runs. What is
/// stored stays when the policy goes; its children go by their owner, and only those in other namespaces need a finalizer.
struct BackupPolicyReconciler: KindReconciler {
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

    func resolve(_ object: DynamicObject) throws -> Result<ResolvedPolicy, Finding> {
        var policy: BackupPolicy
        switch BackupPolicy.read(object) {
        case .failure(let finding): return .failure(finding)
        case .success(let read): policy = read
        }
        let cluster = namespaces.store.get(Self.clusterNamespace)?.uid
        policy.cluster = cluster ?? BackupPolicy.unknownCluster
        policy.serverPorts = serverPorts.current
        let refused = policy.refusedSources(by: permissions)
        let priorityRefusal = policy.priorityRefusal(by: priorityClasses)
        var wanted = try policy.children(without: Set(refused.keys))
        wanted.keep(runs.preparations(of: policy))
        // What backs up already goes on as it is.
        for index in wanted.indices where [.cronJob, .job].contains(wanted[index].type) {
            wanted[index].isHeld = wanted[index].isHeld || priorityRefusal != nil || cluster == nil
        }
        return .success(
            ResolvedPolicy(
                policy: policy, wanted: wanted, refused: refused, priorityRefusal: priorityRefusal,
                isClusterKnown: cluster != nil))
    }

    func apply(_ resolved: ResolvedPolicy, to object: DynamicObject) async throws -> PassResult<BackupObservation> {
        let policy = resolved.policy
        // A suspended policy is not left alone: its CronJobs have to be suspended.
        let written = try await children.settle(
            resolved.wanted, of: policy, object, recorded: policy.status?.inventory ?? [], isSuspended: false)
        let time = now()
        let found = runs.find(of: policy, at: time)
        var seen = BackupObservation(
            policy: policy, now: time, runs: found.runs, verifications: found.verifications,
            velero: velero.list(of: policy), preparations: found.preparations)
        seen.isClusterKnown = resolved.isClusterKnown
        seen.strangers = found.strangers
        seen.patienceEnds += found.strangersEnd
        seen.templates = found.templates
        seen.verifiedSince = found.verifiedSince
        seen.lastScheduled.merge(found.lastScheduled) { $1 }
        seen.refused = resolved.refused
        seen.closedWay = policy.closedWay(namespaceEnvironments.find)
        seen.priorityRefusal = resolved.priorityRefusal
        let home = namespaces.store.get(ObjectKey(name: object.namespace))
        seen.podSecurity = policy.podSecurityFinding(of: resolved.wanted, under: home?.labels ?? [:])
        seen.withoutServers = sourcesWithoutServers(policy).subtracting(resolved.refused.keys)
        seen.failures = written.failures.map(\.failure)
        seen.pruneFailures = written.pruneFailures
        seen.inventory = written.inventory
        seen.isPrometheusMissing = written.missingAPIs.contains(.prometheusRule)
        return .applied(seen, waits: [written.retryAfter, seen.nextLook].compactMap(\.self))
    }

    static let clusterNamespace = ObjectKey(name: "kube-system")

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
        let pruned = try await children.settle(
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

extension [DesiredChild] {
    /// A job that makes destinations ready and has not ended stays until it has, whatever is wanted by now: two at work at the
    /// same time could spoil a repository, and so could the end of one.
    fileprivate mutating func keep(_ preparations: [PreparationRun]) {
        guard let running = preparations.first(where: { $0.run.ending == nil })?.run else { return }
        guard !contains(where: { $0.type == .job && $0.object.name == running.name }) else { return }
        removeAll { $0.type == .job }
        append(.held(.job, ObjectKey(namespace: running.namespace, name: running.name)))
    }
}
