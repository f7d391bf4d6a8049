internal import KubeAPI

/// What a pass has found and done: the status follows from it.
protocol KindObservation {
    associatedtype Status: Encodable

    var status: Status { get }
    /// Everything that could not be written.
    var allFailures: [WriteFailure] { get }
    /// Children that are not wanted any more and could not be deleted.
    var pruneFailures: [WriteFailure] { get }
    /// Events beside that of `Ready`.
    func events(on object: DynamicObject) -> [ObjectEvent]
}

/// How far a pass has come before the status.
enum PassResult<Observation> {
    /// - waits: when to requeue although nothing may have changed.
    case applied(Observation, waits: [Duration])
    /// There is nothing to be said in a status, or not yet.
    case ended(Outcome)
}

/// Reconciles one kind of ours. The order of a pass is the same for all kinds and stands here: an object is read or told what
/// is wrong with it, gets its finalizer, its children, and a status, perhaps later; one that is being deleted is cleaned up.
protocol KindReconciler: Reconciler {
    associatedtype Owner: OwnResource
    associatedtype Resolved: ResolvedKind
    associatedtype Observation: KindObservation

    /// The objects of the kind.
    var objects: Informer { get }
    var children: ChildWriter { get }
    var finalizers: Finalizers { get }
    var status: StatusReporter { get }

    /// What a suspended object is to be resumed for while it is being deleted, such as "it can be deleted"; `nil` where suspending
    /// keeps the operator from no write.
    static var resumesBeforeDeletion: String? { get }

    /// Adds what wakes objects of the kind, beside their own changes and those of their children, their CRD and their namespace.
    func wake(_ controller: Controller, in environment: ReconcilerEnvironment)

    /// The object as it is to be, or why it can't be read.
    func resolve(_ object: DynamicObject) throws -> Result<Resolved, Finding>

    /// Whether the object must not go without a clean-up once its children, or its nodes, are written.
    func needsCleanUp(_ resolved: Resolved) -> Bool

    /// Writes what the object needs.
    ///
    /// - Throws: what a pass can't go on after. What goes wrong with one child is in the observation.
    func apply(_ resolved: Resolved, to object: DynamicObject) async throws -> PassResult<Observation>

    /// Adds what the writes have led to. Skipped where the status is deferred.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    func observe(_ resolved: Resolved, into observed: inout Observation) throws -> [Duration]

    /// Says elsewhere what was found, once the status of the object itself is written.
    func reportElsewhere(_ observed: Observation) async throws

    /// Says elsewhere why the object can't be followed.
    func reportElsewhere(_ finding: Finding, about object: DynamicObject) async throws

    /// Takes back what would outlive an object that is being deleted.
    ///
    /// - Returns: `nil` once that is done; else how the pass ends, and the status says what is waited for.
    func release(_ object: DynamicObject) async throws -> Outcome?

    /// Lets go of an object that is gone.
    func releaseMissing(_ key: ObjectKey) async throws -> Outcome

    /// Says that an object that is being deleted waits for its user.
    func block(_ object: DynamicObject, _ reason: Reason, _ message: String) async throws -> Outcome
}

extension KindObservation {
    func events(on _: DynamicObject) -> [ObjectEvent] { [] }

    var pruneFailed: Finding? {
        pruneFailures.first.map { failure in
            Finding(.writeFailed, "\(failure.object) is not wanted any more and stays: \(failure.message)", .wait)
        }
    }

    /// How the reconcile ends, once the status is written.
    ///
    /// - Throws: The first error that is worth trying again at once; the queue knows how.
    func outcome(after waits: [Duration]) throws -> Outcome {
        let failures = allFailures
        if let cause = failures.first(where: { $0.kind == .transient })?.cause { throw cause }
        return (failures.compactMap(\.retryAfter) + waits).min().map(Outcome.requeue(after:)) ?? .done
    }
}

extension KindReconciler {
    func reconcile(_ key: ObjectKey) async throws -> Outcome {
        guard let object = objects.store.get(key)?.dynamic() else {
            status.backlog.forget(key)
            return try await releaseMissing(key)
        }
        if object.isBeingDeleted { return try await cleanUp(object) }
        if let finding = children.endingNamespaces.finding(on: object) {
            try await status.report(finding, on: object)
            return .done
        }
        if status.backlog.defersPass(for: key) { return .later(after: StatusBacklog.delay) }
        switch try resolve(object) {
        case .failure(let finding):
            // What cannot be read is neither written nor pruned; the rest of its status stays.
            try await status.report(finding, on: object)
            try await reportElsewhere(finding, about: object)
            return .done
        case .success(let resolved): return try await pass(resolved, object)
        }
    }

    private func pass(_ resolved: Resolved, _ read: DynamicObject) async throws -> Outcome {
        var object = read
        if !read.finalizers.contains(Finalizer.cleanup), needsCleanUp(resolved) {
            // Before the first write.
            object = try await finalizers.add(Finalizer.cleanup, to: read, as: Owner.resourceType)
        }
        switch try await apply(resolved, to: object) {
        case .ended(let outcome): return outcome
        case .applied(var observed, waits: var waits):
            if observed.allFailures.isEmpty, status.backlog.defers(object) {
                return .later(after: StatusBacklog.delay)
            }
            waits += try observe(resolved, into: &observed)
            try await status.report(observed.status, on: object, news: observed.events(on: object))
            try await reportElsewhere(observed)
            return try observed.outcome(after: waits)
        }
    }

    private func cleanUp(_ object: DynamicObject) async throws -> Outcome {
        guard object.finalizers.contains(Finalizer.cleanup) else {
            try await status.report(Finding(.deleting, children.othersFinalizers(on: object), .wait), on: object)
            return .done
        }
        if let purpose = Self.resumesBeforeDeletion, object[path: "spec", "suspend"]?.bool == true {
            return try await block(object, .suspended, "suspended: set spec.suspend to false so that \(purpose)")
        }
        if let outcome = try await release(object) { return outcome }
        try await finalizers.remove(Finalizer.cleanup, from: object, as: Owner.resourceType)
        return .done
    }

    func observe(_: Resolved, into _: inout Observation) throws -> [Duration] { [] }

    func reportElsewhere(_: Observation) async throws {}

    func reportElsewhere(_: Finding, about _: DynamicObject) async throws {}

    func releaseMissing(_: ObjectKey) async throws -> Outcome { .done }

    func block(_ object: DynamicObject, _: Reason, _ message: String) async throws -> Outcome {
        try await status.report(Finding(.deleting, message, .edit), on: object)
        return .done
    }

    /// The controller of the kind. Its `run` is the caller's.
    func controller(
        in environment: ReconcilerEnvironment, logger: Logger = .disabled,
        controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        let kind = Owner.resourceType.kind
        let controller = Controller(
            name: kind.lowercased(), reconciler: SchemaGuard(self, of: Owner.self, in: environment),
            options: controllerOptions, metrics: environment.metrics, logger: logger, time: environment.time)
        controller.reconciles(objects)
        for definition in Owner.definitions { controller.watches(environment.schemas[definition], of: objects) }
        controller.watchesChildren(
            of: Owner.self, types: Owner.childKinds.map(\.type), owners: objects, in: environment)
        if Owner.resourceType.isNamespaced { children.endingNamespaces.wake(controller, owners: objects) }
        wake(controller, in: environment)
        environment.exposeConditions(of: objects, kind: kind)
        return controller
    }
}
