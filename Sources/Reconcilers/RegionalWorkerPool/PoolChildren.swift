internal import KubeAPI

/// Writes the children of a pool, prunes those that are not wanted any more, and looks at the Deployments.
struct PoolChildren: Sendable {
    /// The kinds that a pool's inventory may hold.
    static let types: [ResourceType] = [.podDisruptionBudget, .deployment]

    let informers: [Informer]
    let objects: any LiveObjects
    let applier: Applier
    let pruner: Pruner
    let events: any EventSink

    /// Brings the children to what the pool wants of them.
    ///
    /// - Returns: When to look again although nothing may have changed; `nil` where that is not needed.
    /// - Throws: `NotLeaderError`, `CancellationError`, and errors of building: nothing is pruned then. What goes wrong
    ///   with a child is in the observation.
    func settle(
        _ pool: RegionalWorkerPool, _ object: DynamicObject, isSuspended: Bool, into seen: inout PoolObservation
    ) async throws -> Duration? {
        let wanted = try pool.children()
        let owned = informers.flatMap { $0.store.list(index: Indexer.ownerUID.name, value: object.uid) }
        let recorded = Inventory.adding(
            owned.map { $0.dynamic() }, controlledBy: object.uid, to: pool.status?.inventory ?? [])
        let ownership = pool.ownership(recorded: recorded)
        var wait: Duration?
        var current: [InventoryEntry] = []
        for child in wanted {
            let known = recorded.first { $0.kind == child.type.kind && $0.key == child.object.key }
            do {
                let entry =
                    isSuspended
                    ? try await preview(child, ownership, known, &seen)
                    : try await apply(child, ownership, on: object, &wait, &seen)
                current.append(entry)
            } catch {
                // Still wanted: it must not be pruned because it could not be written.
                current.append(known ?? InventoryEntry(child.object.key, of: child.type, uid: ""))
                seen.add(try WriteFailure(error, on: child.name), to: child.region)
            }
        }
        let stale = Inventory.stale(recorded, comparedTo: current)
        let remaining = isSuspended ? stale : try await prune(stale, of: object, pool, into: &seen)
        if isSuspended { seen.heldBack += stale.map(\.description) }
        seen.inventory = Inventory.merged(current.filter { !$0.uid.isEmpty }, remaining)
        try await observe(pool, into: &seen)
        return wait
    }

    private func preview(
        _ child: Child, _ ownership: Ownership, _ known: InventoryEntry?, _ seen: inout PoolObservation
    ) async throws -> InventoryEntry {
        let uid: String
        switch try await applier.preview(child.object, as: child.type, ownership: ownership) {
        case .nothing(let live): uid = live.uid
        case .update(let live, _):
            uid = live.uid
            seen.heldBack.append(child.name)
        case .create:
            uid = known?.uid ?? ""
            seen.heldBack.append(child.name)
        }
        return InventoryEntry(child.object.key, of: child.type, uid: uid)
    }

    private func apply(
        _ child: Child, _ ownership: Ownership, on object: DynamicObject, _ wait: inout Duration?,
        _ seen: inout PoolObservation
    ) async throws -> InventoryEntry {
        let result = try await applier.apply(child.object, as: child.type, ownership: ownership)
        if case .contended(let time) = result.action {
            wait = min(wait ?? time, time)
            seen.add(.contended(by: result.drift, on: child.name), to: child.region)
        } else if !result.drift.isEmpty {
            events.emit(.drift(result.drift, of: child.name, on: object))
        }
        return InventoryEntry(child.object.key, of: child.type, uid: result.uid)
    }

    private func prune(
        _ stale: [InventoryEntry], of object: DynamicObject, _ pool: RegionalWorkerPool,
        into seen: inout PoolObservation
    ) async throws -> [InventoryEntry] {
        let labels = [LabelKey.managedBy: LabelKey.manager, LabelKey.regionalWorkerPool: pool.labelValue]
        let result = try await pruner.prune(stale, labels: labels)
        for entry in result.deleted {
            events.emit(
                ObjectEvent(object, .normal, .childDeleted, action: "Delete", message: "Deleted \(entry)"))
        }
        for (entry, error) in result.failures {
            seen.pruneFailures.append(try WriteFailure(error, on: entry.description))
        }
        return result.remaining
    }

    /// Looks at the Deployments, those that are the pool's alone.
    private func observe(_ pool: RegionalWorkerPool, into seen: inout PoolObservation) async throws {
        for index in seen.regions.indices {
            let key = ObjectKey(namespace: pool.metadata.namespace ?? "", name: seen.regions[index].region.childName)
            guard case .found(let live) = try await objects.lookUp(.deployment, key) else { continue }
            let deployment = try live.dynamic().decode(Deployment.self)
            guard deployment.metadata.controller?.uid == pool.metadata.uid else { continue }
            seen.regions[index].deployment = deployment
        }
    }
}

extension Child {
    /// `Deployment workers/workers-eu`.
    fileprivate var name: String { "\(type.kind) \(object.key)" }
}

extension RegionalWorkerPool {
    fileprivate var labelValue: String { ChildName.labelValue(metadata.name ?? "") }

    fileprivate func ownership(recorded: [InventoryEntry]) -> Ownership {
        Ownership(
            labels: [LabelKey.managedBy: LabelKey.manager, LabelKey.regionalWorkerPool: labelValue],
            controller: OwnerReference(controllerFor: self), recordedUIDs: Set(recorded.map(\.uid)))
    }
}

extension PoolObservation {
    fileprivate mutating func add(_ failure: WriteFailure, to region: String) {
        guard let index = regions.firstIndex(where: { $0.region.name == region }) else { return }
        regions[index].failures.append(failure)
    }
}
