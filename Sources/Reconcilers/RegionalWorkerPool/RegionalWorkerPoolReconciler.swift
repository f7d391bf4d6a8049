package import KubeAPI

/// Makes one RegionalWorkerPool true: its nodes claimed, its children as the spec says, its status as observed.
package struct RegionalWorkerPoolReconciler: Reconciler {
    let pools: Informer
    let directory: NodeDirectory
    let claims: NodeClaims
    let children: ChildWriter
    let endingNamespaces: EndingNamespaces
    let priorityClasses: PriorityClasses
    let workloads: PoolWorkloads
    let scalers: ScalerWatch
    let finalizers: Finalizers
    let status: StatusReporter
    let events: any EventSink
    let permissions: Permissions
    /// The wall clock.
    let now: @Sendable () -> Timestamp
    let namespaceEnvironments: NamespaceEnvironments

    package func reconcile(_ key: ObjectKey) async throws -> Outcome {
        guard let object = pools.store.get(key)?.dynamic() else {
            status.backlog.forget(key)
            return try await releaseNodes(ofMissing: key)
        }
        if object.isBeingDeleted { return try await cleanUp(object) }
        if let finding = endingNamespaces.finding(on: object) {
            try await status.report(finding, on: object)
            return .done
        }
        if status.backlog.putsOff(key) { return .later(after: StatusBacklog.nextLook) }
        switch RegionalWorkerPool.read(object) {
        case .failure(let finding):
            // What cannot be read is neither written nor pruned; the rest of its status stays.
            try await status.report(finding, on: object)
            return .done
        case .success(let pool): return try await settle(pool, object)
        }
    }

    /// Everything that a pool of this spec needs.
    private func settle(_ pool: RegionalWorkerPool, _ read: DynamicObject) async throws -> Outcome {
        let mayClaim = permissions.mayClaimNodes(pool.metadata.namespace ?? "")
        let isSuspended = pool.spec.suspend
        var object = read
        let work = claims.work(for: pool, mayClaim: mayClaim)
        if mayClaim, !isSuspended, !work.isEmpty || pool.reachesOutside {
            // Before the first node is written: from then on the pool must not go without a clean-up.
            object = try await finalizers.add(Finalizer.cleanup, to: object, as: RegionalWorkerPool.resourceType)
        }
        var seen = observation(of: pool)
        seen.mayClaimNodes = mayClaim
        seen.inventory = pool.recorded

        let nodes = try await claims.settle(work, isSuspended: isSuspended) {
            try workloads.deployment(of: $0, of: pool)
        }
        seen.add(nodes)
        announce(nodes, of: object)

        var wait = nodes.retryAfter
        if mayClaim {
            if !isSuspended { try await prepareScalers(of: pool, into: &seen) }
            let written = try await settleChildren(of: pool, object, into: &seen)
            wait = [wait, written].compactMap(\.self).min()
        }
        if seen.allFailures.isEmpty, status.backlog.leaves(object) {
            return .later(after: StatusBacklog.nextLook)
        }
        if mayClaim {
            let nextLook = try workloads.observe(into: &seen, at: now())
            wait = [wait, nextLook].compactMap(\.self).min()
        }
        try await status.report(seen.status, on: object)
        return try seen.outcome(after: wait)
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
                let object = "\(ResourceType.horizontalPodAutoscaler.kind) \(region.region.childName)"
                seen.add(try WriteFailure(error, on: object), to: region.region.name)
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
    private func releaseNodes(ofMissing key: ObjectKey) async throws -> Outcome {
        let nodes = try await claims.release(allOf: key)
        announceRejected(nodes, on: nil)
        if let cause = nodes.failures.first?.cause { throw cause }
        return .done
    }

    /// The pool is being deleted: nodes are released and what garbage collection can't reach is deleted, then it may go.
    /// Its other children go with it by their owner.
    private func cleanUp(_ object: DynamicObject) async throws -> Outcome {
        guard object.finalizers.contains(Finalizer.cleanup) else {
            try await status.report(Finding(.deleting, children.othersFinalizers(on: object), .wait), on: object)
            return .done
        }
        if object[path: "spec", "suspend"]?.bool == true {
            let message = "suspended: set spec.suspend to false so that its nodes can be released"
            try await status.report(Finding(.deleting, message, .edit), on: object)
            return .done
        }
        let nodes = try await claims.release(allOf: object.key)
        announce(nodes, of: object)
        let pruned = try await children.pruneUnreachable(RegionalWorkerPool.self, of: object)
        if let failure = (nodes.failures + pruned).first {
            let message = "\(failure.object) could not be released: \(failure.message)"
            try await status.report(Finding(.deleting, message, .wait), on: object)
            throw failure.cause ?? failure
        }
        try await finalizers.remove(Finalizer.cleanup, from: object, as: RegionalWorkerPool.resourceType)
        return .done
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
