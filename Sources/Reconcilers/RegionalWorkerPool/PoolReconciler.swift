internal import KubeAPI

/// Makes one RegionalWorkerPool true: its nodes claimed, its children as the spec says, its status as observed.
struct PoolReconciler: KindReconciler {
    typealias Owner = RegionalWorkerPool

    let objects: Informer
    let nodeIndex: NodeIndex
    let claims: NodeClaims
    let children: ChildWriter
    let priorityClasses: PriorityClasses
    let workloads: PoolWorkloads
    let scalers: ScalerHandover
    let seal: Seal
    let finalizers: Finalizers
    let status: StatusReporter
    let events: any EventSink
    let permissions: Permissions
    /// The wall clock.
    let now: @Sendable () -> Timestamp
    let namespaceEnvironments: NamespaceEnvironments

    static let resumesBeforeDeletion: String? = "its nodes can be released"

    func resolve(_ object: DynamicObject) -> Result<ResolvedPool, Finding> {
        RegionalWorkerPool.read(object).map { pool in
            let inputs = PoolInputs(isKEDAServed: scalers.isKEDAServed, scalers: liveScalers(of: pool))
            return ResolvedPool(pool, inputs).permitted(by: permissions, priorityClasses)
        }
    }

    func needsCleanUp(_ pool: ResolvedPool) -> Bool {
        pool.mayClaimNodes && !pool.spec.suspend && (pool.reachesOutside || !claims.work(for: pool).isEmpty)
    }

    func apply(_ resolved: ResolvedPool, to object: DynamicObject) async throws -> PassResult<PoolObservation> {
        var observed = PoolObservation(resolved)
        observed.unknownPeer =
            namespaceEnvironments.areKnown ? resolved.pool.unknownPeer(namespaceEnvironments.find) : nil
        observed.confinement = resolved.pool.confinement(by: namespaceEnvironments.find(in: resolved.namespace))

        let nodes = try await claims.apply(claims.work(for: resolved), isSuspended: resolved.spec.suspend) {
            try workloads.deployment(of: $0, of: resolved)
        }
        observed.add(nodes)
        announce(nodes, of: object)
        guard resolved.mayClaimNodes else { return .applied(observed, waits: [nodes.retryAfter].compactMap(\.self)) }

        var pool = resolved
        pool.inputs.carriedTaints = nodes.tallies.mapValues(\.carriedTaints)
        try await prepareScalers(of: pool, into: &observed)
        // Before the pods that name it.
        try await ensurePriorityClasses(of: pool, into: &observed)
        let written = try await children.apply(
            pool.children(), of: pool.pool, object, recorded: pool.recorded, isSuspended: pool.spec.suspend)
        observed.add(written)
        return .applied(observed, waits: [nodes.retryAfter, written.retryAfter].compactMap(\.self))
    }

    func observe(_ pool: ResolvedPool, into observed: inout PoolObservation) throws -> [Duration] {
        guard pool.mayClaimNodes else { return [] }
        return try [workloads.observe(into: &observed, nodeIndex, at: now())].compactMap(\.self)
    }

    private func ensurePriorityClasses(of pool: ResolvedPool, into observed: inout PoolObservation) async throws {
        let made = try await priorityClasses.ensure(
            pool.priorityClasses, in: pool.namespace, isSuspended: pool.spec.suspend)
        observed.priorityFinding = made.mismatch
        observed.failures += made.failures
        observed.heldBack += made.heldBack
    }

    private func prepareScalers(of pool: ResolvedPool, into observed: inout PoolObservation) async throws {
        guard !pool.spec.suspend else { return }
        for (region, plan) in zip(pool.regions, pool.plans) {
            do {
                try await scalers.prepare(plan, for: region.target, in: pool.namespace)
            } catch {
                let key = ObjectKey(namespace: pool.namespace, name: region.childName)
                let failure = try WriteFailure(error, on: WrittenObject(.horizontalPodAutoscaler, key))
                observed.add(failure, to: region.name)
            }
        }
    }
}

extension PoolReconciler {
    /// What scales the regions, by their names.
    private func liveScalers(of pool: RegionalWorkerPool) -> [String: LiveScalers] {
        let namespace = pool.metadata.namespace ?? ""
        let mark = ChildSeal(seal, of: RegionalWorkerPool.self, pool.key)
        return Dictionary(
            pool.spec.regions.filter(\.enabled).map { region in
                let target = Region(region, of: pool).target
                let live = scalers.find(
                    target, in: namespace, replicas: workloads.replicas(of: target, of: pool),
                    ownerUID: pool.metadata.uid ?? ""
                ) { object, type in
                    mark.isOn(object, type) || pool.status?.inventory?.contains { $0.uid == object.uid } == true
                }
                return (region.name, live)
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension PoolReconciler {
    private func announce(_ nodes: NodeClaims.Outcome, of object: DynamicObject) {
        if !nodes.claimed.isEmpty {
            // One for all regions: each event is a write, and a new pool may claim nodes for all of them at once.
            let regions = nodes.claimed.sorted { $0.key < $1.key }.map { region, names in
                "\(names.count.counted("node")) for region \(region) (\(names.listed))"
            }
            let message = "Claimed \(regions.joined(separator: ", "))"
            events.emit(ObjectEvent(object, .normal, .claimed, action: "Claim", message: message))
        }
        if !nodes.released.isEmpty {
            let message = "Released \(nodes.released.count.counted("node")): \(nodes.released.listed)"
            events.emit(ObjectEvent(object, .normal, .nodesReleased, action: "Release", message: message))
        }
        for (node, drift) in nodes.repaired {
            events.emit(.drift(drift, of: "Node \(node)", on: object))
        }
        announceRejected(nodes, on: object)
    }

    /// - Parameter object: the pool; `nil` where there is none any more, and each node is told itself.
    private func announceRejected(_ nodes: NodeClaims.Outcome, on object: DynamicObject?) {
        for node in nodes.rejected {
            let message = """
                Node \(node.name) carries the annotation \(AnnotationKey.claim) in the name of RegionalWorkerPool \
                \(node.unproven?.claim.pool.key.description ?? ""), and the operator did not write it: what it names is left as it \
                is; find out who may annotate the node, and remove the annotation
                """
            events.emit(
                ObjectEvent(object ?? node.reference, .warning, .ledgerRejected, action: "Claim", message: message))
        }
    }
}

extension PoolReconciler {
    /// The pool is gone, and with it the finalizer that should have brought us here before: the ledgers tell what is
    /// to be done.
    func releaseMissing(_ key: ObjectKey) async throws -> Outcome {
        let nodes = try await claims.release(allOf: key)
        announceRejected(nodes, on: nil)
        if let cause = nodes.failures.first?.cause { throw cause }
        return .done
    }

    /// Nodes are released, and what garbage collection can't reach is deleted. The other children go with the pool by their owner.
    func release(_ object: DynamicObject) async throws -> Outcome? {
        let nodes = try await claims.release(allOf: object.key)
        announce(nodes, of: object)
        let pruned = try await children.pruneUnreachable(RegionalWorkerPool.self, of: object)
        guard let failure = (nodes.failures + pruned).first else { return nil }
        let message = "\(failure.object) could not be released: \(failure.message)"
        try await status.report(Finding(.deleting, message, .wait), on: object)
        throw failure.cause ?? failure
    }
}
