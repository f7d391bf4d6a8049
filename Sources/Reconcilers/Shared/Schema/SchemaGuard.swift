internal import KubeAPI
internal import Synchronization

/// Lets the reconciler of a kind work only while the CRDs of the kind are those that this program was built with.
///
/// Otherwise what a spec does not say may be what the API server has dropped from it: nothing is written, pruned or
/// deleted, finalizers stay, and previews do not expire.
struct SchemaGuard: Reconciler {
    private let schema: ServedSchema
    /// Of what is made for the kind.
    private let others: [ServedSchema]
    private let reconciler: any Reconciler
    private let status: StatusReporter
    private let events: any EventSink
    private let announced = Announcements()

    init<Owner: OwnResource>(_ reconciler: any Reconciler, of _: Owner.Type, in environment: ReconcilerEnvironment) {
        schema = environment.schemas[Owner.definition]
        others = Owner.definitions.filter { $0.type != Owner.resourceType }.map { environment.schemas[$0] }
        self.reconciler = reconciler
        status = StatusReporter(Owner.resourceType, in: environment)
        events = environment.events
    }

    func reconcile(_ key: ObjectKey) async throws -> Outcome {
        for schema in [schema] + others {
            switch schema.standing {
            case .current: continue
            case .settling(let wait): return .requeue(after: wait)
            case .other(let words):
                guard let object = self.schema.objects.store.get(key)?.dynamic() else { return .done }
                try await report(words, on: object)
                return .done
            }
        }
        return try await reconciler.reconcile(key)
    }

    /// A status is written with the whole object, which would lose for good what the server only hides now: then an event
    /// has to do.
    private func report(_ words: String, on object: DynamicObject) async throws {
        let dropped = schema.fieldsDropped(from: object)
        guard !dropped.isEmpty else {
            return try await status.report(Finding(.schemaMismatch, words, .wait), on: object)
        }
        guard announced.isNew(words, of: object.key) else { return }
        let message = "\(words). Its status is not written, which would remove \(dropped.listed) from the object"
        events.emit(ObjectEvent(object, .warning, .schemaMismatch, action: "Hold", message: message.cut(to: 1024)))
    }
}

/// What was said of which object.
private final class Announcements: Sendable {
    private let made = Mutex<[ObjectKey: String]>([:])

    func isNew(_ words: String, of key: ObjectKey) -> Bool {
        made.withLock { made in
            defer { made[key] = words }
            return made[key] != words
        }
    }
}

extension Controller {
    /// Looks at every object of a kind when its CRD, or one of those of what is made for it, changes.
    ///
    /// - Parameter objects: those of the kind.
    func watches(_ schema: ServedSchema, of objects: Informer) {
        watches(schema.definitions) { event in
            // Its status is of no interest.
            if case .updated(let old, let new) = event, old.uid == new.uid, old.generation == new.generation {
                return []
            }
            return objects.store.keys()
        }
    }
}
