internal import KubeAPI

/// Brings the children of one object to what it wants of them, and prunes the others.
struct ChildWriter: Sendable {
    /// What became of the children.
    struct Result: Sendable {
        var inventory: [InventoryEntry] = []
        /// Children that could not be written.
        var failures: [WriteFailure] = []
        /// Children that are not wanted any more and could not be deleted.
        var pruneFailures: [WriteFailure] = []
        /// When to look again although nothing may have changed.
        var retryAfter: Duration?
    }

    let informers: [Informer]
    let applier: Applier
    let pruner: Pruner
    let events: any EventSink

    init(_ environment: ReconcilerEnvironment, types: [ResourceType]) {
        let objects = InformerObjects(environment.informers)
        informers = types.map(environment.children)
        applier = Applier(
            api: environment.api, objects: objects, gate: environment.gate,
            options: .init(hashAnnotation: AnnotationKey.appliedHash), metrics: environment.metrics,
            time: environment.time)
        pruner = Pruner(api: environment.api, objects: objects, gate: environment.gate) { apiVersion, kind in
            types.first { $0.apiVersion == apiVersion && $0.kind == kind }
        }
        events = environment.events
    }

    /// - Parameters:
    ///   - object: the owner.
    ///   - labels: what a child carries to be the owner's.
    ///   - recorded: the inventory of the owner's status.
    /// - Throws: `NotLeaderError` and `CancellationError` only; what goes wrong with a child is in the result.
    func settle(
        _ wanted: [DesiredChild], of object: DynamicObject, controller: OwnerReference?, labels: [String: String],
        recorded: [InventoryEntry]
    ) async throws -> Result {
        let owned = informers.flatMap { $0.store.list(index: Indexer.ownerUID.name, value: object.uid) }
        let recorded = Inventory.adding(owned.map { $0.dynamic() }, controlledBy: object.uid, to: recorded)
        let ownership = Ownership(
            labels: labels, controller: controller, recordedUIDs: Set(recorded.map(\.uid)))
        var result = Result()
        var current: [InventoryEntry] = []
        for child in wanted {
            do {
                current.append(try await apply(child, ownership, on: object, &result))
            } catch {
                // Still wanted: it must not be pruned because it could not be written.
                let known = recorded.first { $0.kind == child.type.kind && $0.key == child.object.key }
                current.append(known ?? InventoryEntry(child.object.key, of: child.type, uid: ""))
                result.failures.append(try WriteFailure(error, on: child.name))
            }
        }
        let remaining = try await prune(
            Inventory.stale(recorded, comparedTo: current), of: object, labels: labels, into: &result)
        result.inventory = Inventory.merged(current.filter { !$0.uid.isEmpty }, remaining)
        return result
    }

    private func apply(
        _ child: DesiredChild, _ ownership: Ownership, on object: DynamicObject, _ result: inout Result
    ) async throws -> InventoryEntry {
        let applied = try await applier.apply(child.object, as: child.type, ownership: ownership)
        if case .contended(let time) = applied.action {
            result.retryAfter = min(result.retryAfter ?? time, time)
            result.failures.append(.contended(by: applied.drift, on: child.name))
        } else if !applied.drift.isEmpty {
            events.emit(.drift(applied.drift, of: child.name, on: object))
        }
        return InventoryEntry(child.object.key, of: child.type, uid: applied.uid)
    }

    private func prune(
        _ stale: [InventoryEntry], of object: DynamicObject, labels: [String: String], into result: inout Result
    ) async throws -> [InventoryEntry] {
        let pruned = try await pruner.prune(stale, labels: labels)
        for entry in pruned.deleted {
            events.emit(ObjectEvent(object, .normal, .childDeleted, action: "Delete", message: "Deleted \(entry)"))
        }
        for (entry, error) in pruned.failures {
            result.pruneFailures.append(try WriteFailure(error, on: entry.description))
        }
        return pruned.remaining
    }
}
