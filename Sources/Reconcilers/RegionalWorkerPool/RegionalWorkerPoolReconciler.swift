internal import KubeAPI

/// Makes one RegionalWorkerPool true: its nodes claimed, its children as the spec says, its status as observed.
struct RegionalWorkerPoolReconciler: KindReconciler {
    typealias Owner = RegionalWorkerPool

    let objects: Informer
    let directory: NodeIndex
    let claims: NodeClaims
    let children: ChildWriter
    let priorityClasses: PriorityClasses
    let workloads: PoolWorkloads
    let scalers: ScalerHandover
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
            let mayClaim = permissions.mayClaimNodes(pool.metadata.namespace ?? "")
            return ResolvedPool(pool: pool, mayClaim: mayClaim, work: claims.work(for: pool, mayClaim: mayClaim))
        }
    }

    func apply(_ resolved: ResolvedPool, to object: DynamicObject) async throws -> PassResult<PoolObservation> {
        let pool = resolved.pool
        let isSuspended = pool.spec.suspend
        var seen = observation(of: pool)
        seen.mayClaimNodes = resolved.mayClaim
        seen.inventory = pool.recorded

        let nodes = try await claims.settle(resolved.work, isSuspended: isSuspended) {
            try workloads.deployment(of: $0, of: pool)
        }
        seen.add(nodes)
        announce(nodes, of: object)

        var waits = [nodes.retryAfter]
        if resolved.mayClaim {
            if !isSuspended { try await prepareScalers(of: pool, into: &seen) }
            waits.append(try await settleChildren(of: pool, object, into: &seen))
        }
        return .applied(seen, waits: waits.compactMap(\.self))
    }

    func observe(_ resolved: ResolvedPool, into seen: inout PoolObservation) throws -> [Duration] {
        guard resolved.mayClaim else { return [] }
        return try [workloads.observe(into: &seen, at: now())].compactMap(\.self)
    }

    /// - Returns: when to look again although nothing may have changed.
    private func settleChildren(
        of pool: RegionalWorkerPool, _ object: DynamicObject, into seen: inout PoolObservation
    ) async throws -> Duration? {
        let namespace = pool.metadata.namespace ?? ""
        let mayMonitor = permissions.mayMonitor(in: pool.monitoringNamespace, from: namespace)
        let wanted = try pool.children(in: seen.surroundings).filter { child in
            child.type != .priorityClass && (mayMonitor || child.object.namespace == namespace)
        }
        // Before the pods that name it.
        try await ensurePriorityClass(of: pool, into: &seen)
        let written = try await children.settle(
            wanted, of: pool, object, recorded: pool.recorded, isSuspended: pool.spec.suspend)
        seen.mayMonitor = mayMonitor
        seen.add(written)
        return written.retryAfter
    }

    private func ensurePriorityClass(of pool: RegionalWorkerPool, into seen: inout PoolObservation) async throws {
        guard let request = pool.priorityClass,
            priorityClasses.refusal(of: request, in: pool.metadata.namespace ?? "") == nil
        else { return }
        seen.priorityFinding = priorityClasses.mismatch(request)
        if pool.spec.suspend {
            if priorityClasses.isMissing(request) { seen.heldBack.append("PriorityClass \(request.name)") }
        } else if let failure = try await priorityClasses.ensure(request) {
            seen.failures.append(failure)
        }
    }

    /// What there is before anything is written.
    private func observation(of pool: RegionalWorkerPool) -> PoolObservation {
        var seen = PoolObservation(pool: pool, regions: pool.enabledRegions.map(RegionObservation.init(region:)))
        let neighbour = namespaceEnvironments.find(in: pool.metadata.namespace ?? "")
        seen.unknownPeer = namespaceEnvironments.areKnown ? pool.unknownPeer(neighbour) : nil
        seen.confinement = pool.confinement(by: neighbour)
        seen.surroundings = PoolSurroundings(
            isKEDAServed: scalers.isKEDAServed,
            scalers: scalers.scalers(of: pool), refusals: pool.refusals(by: permissions, priorityClasses))
        for index in seen.regions.indices {
            let region = seen.regions[index].region
            seen.regions[index].scalers = seen.surroundings.scalers[region.name]
            seen.regions[index].refusal = seen.surroundings.refusals[region.name]
            seen.regions[index].plan = pool.scalerPlan(for: region, in: seen.surroundings)
        }
        return seen
    }

    private func prepareScalers(of pool: RegionalWorkerPool, into seen: inout PoolObservation) async throws {
        for region in seen.regions {
            do {
                try await scalers.prepare(region.plan, for: region.region, of: pool)
            } catch {
                let key = ObjectKey(namespace: pool.metadata.namespace ?? "", name: region.region.childName)
                let failure = try WriteFailure(error, on: WrittenObject(.horizontalPodAutoscaler, key))
                seen.add(failure, to: region.region.name)
            }
        }
    }
}

extension RegionalWorkerPoolReconciler {
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

extension RegionalWorkerPoolReconciler {
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

extension RegionalWorkerPool {
    /// The inventory. Former versions had PriorityClasses in it, and deleted them.
    fileprivate var recorded: [InventoryEntry] {
        (status?.inventory ?? []).filter { $0.kind != ResourceType.priorityClass.kind }
    }
}

extension [String] {
    /// The first few of them: a message has an end.
    var listed: String { count > 5 ? prefix(5).joined(separator: ", ") + ", …" : joined(separator: ", ") }
}
