internal import KubeAPI

/// The PriorityClasses that objects of ours share.
///
/// A class belongs to the cluster and can't be changed, so no object owns one. Whoever names a class that the operator
/// has made keeps it in its inventory, and the last one to let go of it deletes it. A class that somebody else has made
/// is used as it is.
struct SharedPriorityClasses: Sendable {
    /// What an object wants of the class that it names.
    struct Request: Sendable, Hashable {
        var name: String
        /// The value that it counts on; `nil`: any.
        var value: Int?
        /// Whether the class is made where there is none.
        var create: Bool
    }

    struct Result: Sendable {
        /// The classes that the object has a part in.
        var inventory: [InventoryEntry] = []
        /// The class is there and is not what the object wants.
        var finding: Finding?
        var failure: WriteFailure?
        var pruneFailures: [WriteFailure] = []
        /// What would change if the object were not suspended.
        var heldBack: [String] = []
    }

    /// What a class of ours carries.
    static let labels = [LabelKey.managedBy: LabelKey.manager, LabelKey.shared: "true"]

    private let classes: Informer
    private let users: PriorityClassUsers
    private let api: any ObjectAPI
    private let gate: WriteGate
    private let objects: InformerObjects
    private let pruner: Pruner
    private let events: any EventSink

    init(_ environment: ReconcilerEnvironment) {
        classes = environment.priorityClasses
        users = PriorityClassUsers(environment)
        api = environment.api
        gate = environment.gate
        objects = InformerObjects(environment.informers)
        pruner = Pruner(api: environment.api, objects: objects, gate: environment.gate) { _, kind in
            kind == ResourceType.priorityClass.kind ? .priorityClass : nil
        }
        events = environment.events
    }

    /// The class as it is made.
    static func desired(_ name: String, value: Int) -> DesiredChild {
        let fields: JSONObject = [
            "apiVersion": .string(ResourceType.priorityClass.apiVersion),
            "kind": .string(ResourceType.priorityClass.kind),
            "metadata": ["name": .string(name), "labels": .strings(labels)],
            "value": .integer(Int64(value)),
            "globalDefault": false,
            "description": "Made by Quartermaster; shared by all that name it.",
        ]
        return DesiredChild(.priorityClass, DynamicObject(fields))
    }

    /// Makes the class that is asked for where there is none, and deletes what nobody names any more.
    ///
    /// - Parameters:
    ///   - request: `nil` where the object names no class, or goes.
    ///   - recorded: the PriorityClasses in the inventory of the object's status.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func settle(
        _ request: Request?, for object: DynamicObject, recorded: [InventoryEntry], isSuspended: Bool
    ) async throws -> Result {
        var result = Result()
        if let request {
            do {
                try await settle(request, for: object, isSuspended: isSuspended, into: &result)
            } catch {
                result.failure = try WriteFailure(error, on: "PriorityClass \(request.name)")
                result.inventory += recorded.filter { $0.name == request.name }
            }
        }
        // Those that environments count on without naming them are never deleted, whoever has made them.
        let stale = Inventory.merged(
            recorded.filter {
                $0.name != request?.name && ResolvedEnvironment.sharedPriorityClasses[$0.name] == nil
            }.map(renewed), [])
        let (unused, used) = (
            stale.filter { !users.isNamed($0.name, byOthersThan: object) },
            stale.filter { users.isNamed($0.name, byOthersThan: object) }
        )
        result.inventory = Inventory.merged(result.inventory, used)
        try await prune(unused, for: object, isSuspended: isSuspended, into: &result)
        return result
    }

    private func settle(
        _ request: Request, for object: DynamicObject, isSuspended: Bool, into result: inout Result
    ) async throws {
        let key = ObjectKey(name: request.name)
        let found: DynamicObject
        if let live = classes.store.get(key)?.dynamic() {
            found = live
        } else if let value = request.value, request.create {
            guard !isSuspended else { return result.heldBack.append("PriorityClass \(request.name)") }
            found = try await make(Self.desired(request.name, value: value), for: object)
        } else {
            return  // The API server says so of every pod, and what to do.
        }
        if Self.isOurs(found) {
            result.inventory.append(InventoryEntry(key, of: .priorityClass, uid: found.uid))
        }
        result.finding = Self.mismatch(found, request)
    }

    private func make(_ desired: DesiredChild, for object: DynamicObject) async throws -> DynamicObject {
        do {
            try gate.check()
            let made = try await api.create(
                desired.object, as: .priorityClass,
                options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager))
            objects.recordWrite(made, of: .priorityClass)
            return made
        } catch let error as APIError where error.isAlreadyExists {
            return try await api.get(.priorityClass, desired.object.key)
        }
    }

    private func prune(
        _ stale: [InventoryEntry], for object: DynamicObject, isSuspended: Bool, into result: inout Result
    ) async throws {
        guard !isSuspended else {
            result.inventory = Inventory.merged(result.inventory, stale)
            result.heldBack += stale.map(\.description)
            return
        }
        let pruned = try await pruner.prune(stale, labels: Self.labels)
        for entry in pruned.deleted {
            events.emit(ObjectEvent(object, .normal, .childDeleted, action: "Delete", message: "Deleted \(entry)"))
        }
        for (entry, error) in pruned.failures {
            result.pruneFailures.append(try WriteFailure(error, on: entry.description))
        }
        result.inventory = Inventory.merged(result.inventory, pruned.remaining)
    }

    /// A class that was made anew since the inventory was written is ours as well: its label says so.
    private func renewed(_ entry: InventoryEntry) -> InventoryEntry {
        guard let live = classes.store.get(entry.key)?.dynamic(), Self.isOurs(live) else { return entry }
        return InventoryEntry(entry.key, of: .priorityClass, uid: live.uid)
    }

    private static func isOurs(_ live: DynamicObject) -> Bool {
        labels.allSatisfy { live.labels[$0.key] == $0.value }
    }

    private static func mismatch(_ live: DynamicObject, _ request: Request) -> Finding? {
        guard let wanted = request.value, let value = live["value"]?.integer, value != Int64(wanted) else {
            return nil
        }
        return Finding(
            .priorityMismatch,
            """
            PriorityClass \(request.name) has the value \(value), not \(wanted), and a class can't be changed; write \
            its value, or name another class
            """, .edit)
    }
}

extension ReconcilerEnvironment {
    /// Every PriorityClass of the cluster: there are few.
    var priorityClasses: Informer { informers.informer(Selection(.priorityClass)) }
}
