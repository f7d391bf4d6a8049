internal import KubeAPI

/// Brings the children of one object to what it wants of them, and prunes the others.
struct ChildWriter: Sendable {
    /// What became of the children.
    struct Result: Sendable {
        var inventory: [InventoryEntry] = []
        /// Children that could not be written, with the part of the owner that they belong to.
        var failures: [PartFailure] = []
        /// Children that are not wanted any more and could not be deleted.
        var pruneFailures: [WriteFailure] = []
        /// What those of the inventory wait for that are on their way out.
        var waits: [InventoryEntry: String] = [:]
        /// What would change if the owner were not suspended, as `Deployment workers/workers-eu`.
        var heldBack: [String] = []
        /// Optional APIs that the server does not have and that wanted children are of, each once.
        var missingAPIs: [ResourceType] = []
        /// When to requeue although nothing may have changed.
        var retryAfter: Duration?
    }

    struct PartFailure: Sendable {
        var part: String
        var failure: WriteFailure
    }

    /// What became of one child.
    fileprivate struct ChildResult: Sendable {
        /// Without a UID where it could not be made; `nil` where its API is missing.
        var entry: InventoryEntry?
        var failure: PartFailure?
        var heldBack: String?
        var missingAPI: ResourceType?
        var retryAfter: Duration?
    }

    /// What one pass works with.
    private struct Pass: Sendable {
        let object: DynamicObject
        let ownerType: ResourceType
        /// What a child carries to be the owner's.
        var labels: [String: String]
        let controller: OwnerReference?
        let seal: ChildSeal
        let recorded: [InventoryEntry]
        private let recordedUIDs: Set<String>
        var isSuspended = false
        let refusedNamespaces = RefusedNamespaces()
        var result = Result()

        init<Owner: ChildOwner>(
            _: Owner.Type, _ object: DynamicObject, controller: OwnerReference?, recorded: [InventoryEntry],
            sealing seal: Seal
        ) {
            self.object = object
            ownerType = Owner.resourceType
            self.controller = controller
            self.seal = ChildSeal(seal, of: Owner.self, object.key)
            self.recorded = recorded
            labels = Owner.ownerLabels(of: object.name)
            recordedUIDs = Set(recorded.map(\.uid))
        }

        func recordedEntry(of child: DesiredChild) -> InventoryEntry? {
            recorded.first { $0.kind == child.type.kind && $0.key == child.object.key }
        }

        func ownership(of child: DesiredChild) -> Ownership {
            child.ownership(
                labels: labels, controller: controller, recorded: recordedUIDs,
                mark: seal.mark(child.type, child.object.key))
        }
    }

    let finder: ChildFinder
    private let informers: [(type: ResourceType, informer: Informer)]
    private let seal: Seal
    private let client: FencedClient
    private let applier: Applier
    private let pruner: Pruner
    private let events: any EventSink
    private let phases: [ResourceType: ApplyPhase]
    let endingNamespaces: EndingNamespaces

    /// - Parameter kinds: all that the inventory may hold.
    init(_ environment: ReconcilerEnvironment, kinds: [ChildKind]) {
        informers = kinds.map(\.type).filter { !$0.isConfidential }.map { ($0, environment.children($0)) }
        phases = Dictionary(kinds.map { ($0.type, $0.phase) }) { $1 }
        let prunedTypes = kinds.filter { !$0.holdsData }.map(\.type)
        finder = ChildFinder(environment, types: prunedTypes)
        seal = environment.seal
        client = environment.client
        applier = environment.applier()
        pruner = Pruner(environment.client) { apiVersion, kind in
            prunedTypes.first { $0.apiVersion == apiVersion && $0.kind == kind }
        }
        events = environment.events
        endingNamespaces = EndingNamespaces(environment)
    }

    /// - Parameters:
    ///   - object: the owner as it was read; for events.
    ///   - recorded: the inventory of the owner's status.
    ///   - isSuspended: nothing is written; the result says what would be.
    /// - Throws: `NotLeaderError` and `CancellationError`; `APIError` where children have vanished and their owner can't
    ///   be asked for, a conflict where it is going, gone or changed. What goes wrong with a child is in the result.
    func apply<Owner: ChildOwner>(
        _ wanted: [DesiredChild], of owner: Owner, _ object: DynamicObject, recorded: [InventoryEntry],
        isSuspended: Bool
    ) async throws -> Result {
        // What the status says first: of two of one name it is the one that the operator has made.
        let known = recorded + Set(finder.children(of: owner, uid: object.uid)).subtracting(recorded).sorted()
        var pass = Pass(
            Owner.self, object, controller: OwnerReference(controllerFor: owner), recorded: known, sealing: seal)
        pass.isSuspended = isSuspended
        if !isSuspended, wanted.contains(where: { hasVanished($0, in: pass) }) { try await confirm(pass) }
        let written = try await write(wanted, in: pass)
        for one in written { pass.result.add(one) }
        let current = written.compactMap(\.entry)
        let stale = Inventory.stale(pass.recorded, comparedTo: current)
        let remaining = try await prune(stale, in: &pass)
        pass.result.inventory = Inventory.merged(current.filter { !$0.uid.isEmpty }, remaining)
        return pass.result
    }

    /// Writes some children ahead of the others, and prunes none.
    ///
    /// - Returns: whether all of them went well.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func prepare<Owner: ChildOwner>(
        _ wanted: [DesiredChild], of owner: Owner, _ object: DynamicObject, recorded: [InventoryEntry]
    ) async throws -> Bool {
        let pass = Pass(
            Owner.self, object, controller: OwnerReference(controllerFor: owner), recorded: recorded, sealing: seal)
        return try await write(wanted, in: pass).allSatisfy { $0.failure == nil }
    }

    /// Deletes the children that garbage collection can't reach from an owner that is being deleted: those in other
    /// namespaces.
    ///
    /// - Returns: what could not be deleted.
    /// - Throws: `NotLeaderError` and `CancellationError` only.
    func pruneUnreachable<Owner: ChildOwner>(_: Owner.Type, of object: DynamicObject) async throws -> [WriteFailure] {
        let known = Inventory.merged(object.inventory, finder.distantChildren(of: Owner.self, object.key))
        var pass = Pass(Owner.self, object, controller: nil, recorded: known, sealing: seal)
        pass.labels[LabelKey.ownerNamespace] = object.namespace
        _ = try await prune(known.filter { $0.key.namespace != object.namespace }, in: &pass)
        return pass.result.pruneFailures
    }

    /// What an owner waits for that is being deleted and has nothing of ours to be done.
    func othersFinalizers(on object: DynamicObject) -> String {
        let words = "waiting for the finalizers of others: \(object.finalizers.joined(separator: ", "))"
        guard let held = finder.heldUp(controlledBy: object.uid) else { return words }
        return "\(words); \(held)"
    }

    /// - Returns: what became of each, in their order.
    private func write(_ wanted: [DesiredChild], in pass: Pass) async throws -> [ChildResult] {
        var results = [ChildResult](repeating: ChildResult(), count: wanted.count)
        let doubles = doubles(among: wanted)
        for (place, first) in doubles {
            let child = wanted[place]
            var failure = WriteFailure(
                object: child.reference, kind: .nameTaken,
                message:
                    "\(child.name) is wanted twice, \(Self.purpose(of: wanted[first])) and \(Self.purpose(of: child)): "
                    + "give one of them another name")
            failure.isDouble = true
            results[place].failure = PartFailure(part: child.part, failure: failure)
        }
        for phase in ApplyPhase.allCases {
            let foreign = results.compactMap(\.failure?.failure).filter { $0.kind == .nameTaken && !$0.isDouble }
            let places = wanted.indices.filter {
                (phases[wanted[$0].type] ?? .prerequisites) == phase && doubles[$0] == nil
            }
            try await withThrowingTaskGroup(of: (Int, ChildResult).self) { group in
                var running = 0
                for place in places {
                    if running == phase.inFlight, let (place, one) = try await group.next() {
                        results[place] = one
                        running -= 1
                    }
                    // What is left alone is not to be scaled either.
                    let child = wanted[place].held(foreign.contains { wanted[place].scales($0.object) })
                    group.addTask { (place, try await write(child, in: pass)) }
                    running += 1
                }
                for try await (place, one) in group { results[place] = one }
            }
        }
        return results
    }

    /// Names that are put together from several may come out the same. Written in turn, each child would undo the other for
    /// ever.
    ///
    /// - Returns: the places of those that another one precedes, with its place.
    private func doubles(among wanted: [DesiredChild]) -> [Int: Int] {
        var first: [String: Int] = [:]
        var doubles: [Int: Int] = [:]
        for (place, child) in wanted.enumerated() {
            let name = "\(child.type.apiVersion) \(child.name)"
            if let before = first[name] { doubles[place] = before } else { first[name] = place }
        }
        return doubles
    }

    private static func purpose(of child: DesiredChild) -> String {
        child.part.isEmpty ? "for the whole" : "for \(child.part)"
    }

    private func write(_ child: DesiredChild, in pass: Pass) async throws -> ChildResult {
        let known = pass.recordedEntry(of: child) ?? InventoryEntry(child.object.key, of: child.type, uid: "")
        guard isServed(child.type) else { return ChildResult(missingAPI: child.type) }
        if child.isHeld {
            let uid = child.object.uid
            return ChildResult(
                entry: uid.isEmpty ? known : InventoryEntry(child.object.key, of: child.type, uid: uid))
        }
        let namespace = child.object.namespace
        if endingNamespaces.contain(namespace) || pass.refusedNamespaces.contain(namespace) {
            return ChildResult(
                entry: known, failure: PartFailure(part: child.part, failure: .terminating(namespace, child.reference)))
        }
        do {
            return pass.isSuspended
                ? try await preview(child, known, in: pass) : try await apply(child, in: pass)
        } catch let error as APIError where error.isNotFound && child.type.isOptional {
            // The API went away a moment ago, and the informer has yet to learn of it.
            return ChildResult(missingAPI: child.type)
        } catch let error as StaleOwner {
            throw error.cause
        } catch let error as APIError where error.isNamespaceTerminating {
            pass.refusedNamespaces.insert(namespace)
            return ChildResult(
                entry: known, failure: PartFailure(part: child.part, failure: .terminating(namespace, child.reference)))
        } catch {
            // Still wanted: it must not be pruned because it could not be written.
            let failure = PartFailure(part: child.part, failure: try WriteFailure(error, on: child.reference))
            return ChildResult(entry: known, failure: failure)
        }
    }

    /// Whether a child that was there is not any more.
    private func hasVanished(_ child: DesiredChild, in pass: Pass) -> Bool {
        guard !child.isHeld, isServed(child.type), pass.recordedEntry(of: child)?.uid.isEmpty == false,
            let informer = informers.first(where: { $0.type == child.type })?.informer
        else { return false }
        return informer.store.get(child.object.key) == nil
    }

    /// Children vanish when somebody deletes them, and when their owner goes and takes them along. The cache may learn
    /// later of that than of them: nothing is to be made for an owner that is gone, or is not as it was read any more.
    ///
    /// - Throws: `APIError`, a conflict where it is so.
    private func confirm(_ pass: Pass) async throws {
        let (type, owner) = (pass.ownerType, pass.object)
        let live = try await client.read(type, owner.key)
        let isSame = live?.uid == owner.uid && live?.generation == owner.generation
        guard !isSame || live?.isBeingDeleted == true else { return }
        throw APIError(
            code: 409, reason: "Conflict", message: "\(type.kind) \(owner.key) has changed or is gone",
            request: "GET \(type.plural) \(owner.key)")
    }

    private func isServed(_ type: ResourceType) -> Bool {
        !type.isOptional || informers.first { $0.type == type }?.informer.isServed == true
    }

    private func preview(_ child: DesiredChild, _ known: InventoryEntry, in pass: Pass) async throws -> ChildResult {
        let plan = try await applier.preview(child.object, as: child.type, ownership: pass.ownership(of: child))
        var result = ChildResult(entry: known)
        switch plan {
        case .nothing(let live): result.entry?.uid = live.uid
        case .update(let live, _):
            result.entry?.uid = live.uid
            result.heldBack = child.name
        case .create: result.heldBack = child.name
        }
        return result
    }

    private func apply(_ child: DesiredChild, in pass: Pass) async throws -> ChildResult {
        // Since the pass began, too: the children before this one may have taken their time.
        if hasVanished(child, in: pass) {
            do {
                try await confirm(pass)
            } catch let error as APIError {
                throw StaleOwner(cause: error)
            }
        }
        let applied = try await applier.apply(
            child.object, as: child.type, ownership: pass.ownership(of: child), releasing: child.releasedFields,
            takingOver: child.takeover)
        if child.takeover != nil, applied.action == .updated {
            let words = "Took over \(child.name)"
            events.emit(ObjectEvent(pass.object, .normal, .adopted, action: "Adopt", message: words))
        }
        var result = ChildResult(entry: InventoryEntry(child.object.key, of: child.type, uid: applied.uid))
        if case .contended(let time) = applied.action {
            result.retryAfter = time
            result.failure = PartFailure(part: child.part, failure: .contended(by: applied.drift, on: child.reference))
        } else if !applied.drift.isEmpty {
            events.emit(.drift(applied.drift, of: child.name, part: child.part, on: pass.object))
        }
        return result
    }

    private func prune(_ stale: [InventoryEntry], in pass: inout Pass) async throws -> [InventoryEntry] {
        guard !pass.isSuspended else {
            pass.result.heldBack += stale.map(\.description)
            return stale
        }
        let pruned = try await pruner.prune(stale, labels: pass.labels, owner: pass.object.uid)
        for entry in pruned.deleted {
            events.emit(
                ObjectEvent(pass.object, .normal, .childDeleted, action: "Delete", message: "Deleted \(entry)"))
        }
        for (entry, error) in pruned.failures {
            pass.result.pruneFailures.append(try WriteFailure(error, on: WrittenObject(entry)))
        }
        pass.result.waits = pruned.waits
        return pruned.remaining
    }
}

/// The owner can't be shown to be as it was read: no child is to blame, and no child is written.
private struct StaleOwner: Error {
    var cause: APIError
}

extension ChildWriter.Result {
    fileprivate mutating func add(_ result: ChildWriter.ChildResult) {
        if let failure = result.failure { failures.append(failure) }
        if let child = result.heldBack { heldBack.append(child) }
        if let type = result.missingAPI, !missingAPIs.contains(type) { missingAPIs.append(type) }
        retryAfter = [retryAfter, result.retryAfter].compactMap(\.self).min()
    }
}
