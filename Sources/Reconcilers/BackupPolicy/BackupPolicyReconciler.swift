package import KubeAPI

/// Makes one BackupPolicy true: a CronJob for each source, and a status that tells what became of its runs. What is
/// stored stays when the policy goes; its children go by their owner, and only those in other namespaces need a finalizer.
package struct BackupPolicyReconciler: Reconciler {
    let policies: Informer
    /// Nodes, of which some may keep etcd.
    let servers: Informer
    /// One of them tells clusters apart.
    let namespaces: Informer
    let serverPorts: ServerPorts
    let runs: BackupRuns
    let velero: VeleroRuns
    let children: ChildWriter
    let endingNamespaces: EndingNamespaces
    let priorityClasses: PriorityClasses
    let finalizers: Finalizers
    let status: StatusReporter
    let permissions: Permissions
    let namespaceEnvironments: NamespaceEnvironments
    /// The wall clock.
    let now: @Sendable () -> Timestamp

    package func reconcile(_ key: ObjectKey) async throws -> Outcome {
        guard let object = policies.store.get(key)?.dynamic() else { return .done }
        if object.isBeingDeleted { return try await cleanUp(object) }
        if let finding = endingNamespaces.finding(on: object) {
            try await status.report(finding, on: object)
            return .done
        }
        switch BackupPolicy.read(object) {
        case .failure(let finding):
            // What cannot be read is neither written nor pruned; the rest of its status stays.
            try await status.report(finding, on: object)
            return .done
        case .success(let policy): return try await settle(policy, object)
        }
    }

    private func settle(_ policy: BackupPolicy, _ read: DynamicObject) async throws -> Outcome {
        let cluster = namespaces.store.get(Self.clusterNamespace)?.uid
        var policy = policy
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
        var object = read
        if wanted.contains(where: { $0.object.ownerReferences.isEmpty }) {
            // Before the first of them is written: from then on the policy must not go without a clean-up.
            object = try await finalizers.add(Finalizer.cleanup, to: object, as: BackupPolicy.resourceType)
        }
        // A suspended policy is not left alone: its CronJobs have to be suspended.
        let written = try await children.settle(
            wanted, of: policy, object, recorded: policy.status?.inventory ?? [], isSuspended: false)
        let time = now()
        let found = runs.find(of: policy, at: time)
        var seen = BackupObservation(
            policy: policy, now: time, runs: found.runs, verifications: found.verifications,
            velero: velero.list(of: policy), preparations: found.preparations)
        seen.isClusterKnown = cluster != nil
        seen.strangers = found.strangers
        seen.patienceEnds += found.strangersEnd
        seen.templates = found.templates
        seen.verifiedSince = found.verifiedSince
        seen.lastScheduled.merge(found.lastScheduled) { $1 }
        seen.refused = refused
        seen.closedWay = policy.closedWay(namespaceEnvironments.find)
        seen.priorityRefusal = priorityRefusal
        let home = namespaces.store.get(ObjectKey(name: object.namespace))
        seen.podSecurity = policy.podSecurityFinding(of: wanted, under: home?.labels ?? [:])
        seen.withoutServers = sourcesWithoutServers(policy).subtracting(refused.keys)
        seen.failures = written.failures.map(\.failure)
        seen.pruneFailures = written.pruneFailures
        seen.inventory = written.inventory
        seen.isPrometheusMissing = written.missingAPIs.contains(.prometheusRule)
        try await status.report(seen.status, on: object, news: seen.events(on: object))
        return try outcome(of: seen, retryAfter: written.retryAfter)
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

    /// The policy is being deleted: what it has in other namespaces goes first. Nothing that is stored does.
    private func cleanUp(_ object: DynamicObject) async throws -> Outcome {
        guard object.finalizers.contains(Finalizer.cleanup) else {
            try await status.report(Finding(.deleting, children.othersFinalizers(on: object), .wait), on: object)
            return .done
        }
        // Whatever rule it breaks: what it had must not be left behind.
        if let policy = try? BackupPolicy(defaulting: object) {
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
            guard pruned.inventory.isEmpty else { return .requeue(after: .seconds(1)) }
        }
        try await finalizers.remove(Finalizer.cleanup, from: object, as: BackupPolicy.resourceType)
        return .done
    }

    private func outcome(of seen: BackupObservation, retryAfter: Duration?) throws -> Outcome {
        let failures = seen.failures + seen.pruneFailures
        if let cause = failures.first(where: { $0.kind == .transient })?.cause { throw cause }
        let waits = failures.compactMap(\.retryAfter) + [retryAfter, seen.nextLook].compactMap(\.self)
        return waits.min().map(Outcome.requeue(after:)) ?? .done
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
