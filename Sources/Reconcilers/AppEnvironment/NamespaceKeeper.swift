internal import KubeAPI

/// Makes the namespace of an environment, or takes it over where that is asked for.
struct NamespaceKeeper: Sendable {
    enum State: Sendable {
        /// - Parameter retryAfter: somebody undoes our writes to it; to look again then.
        case ready(isAdopted: Bool, retryAfter: Duration? = nil)
        /// It is not the environment's, or not yet: nothing may be written in it.
        case blocked(Finding, retryAfter: Duration)
    }

    private let applier: Applier
    private let objects: InformerObjects
    private let api: any ObjectAPI
    private let gate: WriteGate
    private let permissions: Permissions

    init(_ environment: ReconcilerEnvironment) {
        objects = InformerObjects(environment.informers)
        applier = Applier(
            api: environment.api, objects: objects, gate: environment.gate,
            options: .init(hashAnnotation: AnnotationKey.appliedHash), metrics: environment.metrics,
            time: environment.time)
        api = environment.api
        gate = environment.gate
        permissions = environment.permissions
    }

    /// - Parameter isSuspended: nothing is written.
    /// - Throws: `APIError`, `NotLeaderError`.
    func settle(_ environment: ResolvedEnvironment, isSuspended: Bool) async throws -> State {
        if let objection = permissions.objection(toEnvironmentIn: environment.namespace) {
            let words = """
                Namespace \(environment.namespace) \(objection), and no environment may have it; make the environment with \
                another spec.namespace.name
                """
            return .blocked(Finding(.refused, words, .edit), retryAfter: .seconds(600))
        }
        let key = ObjectKey(name: environment.namespace)
        if !isSuspended, case .absent = objects.lookUp(.namespace, key), try await isMade(environment) {
            return .ready(isAdopted: false)
        }
        let live = try await find(environment.namespace)
        if let live, live.isBeingDeleted || live[path: "status", "phase"]?.string == "Terminating" {
            let words = "Namespace \(live.name) is being deleted; a new one is made once it is gone"
            return .blocked(Finding(.terminating, words, .wait), retryAfter: .seconds(10))
        }
        let adopts = environment.spec.namespace.adopt == .ifUnmanaged
        let ownership = Ownership(labels: environment.ownerLabels, adoptsUnmanaged: adopts)
        if let live, let objection = ownership.objection(to: live) {
            return .blocked(Self.foreign(live, objection, mayAdopt: adopts), retryAfter: .seconds(60))
        }
        var facts = EnvironmentFacts()
        facts.isAdopted = live.map { !$0.isOwned(by: environment) || $0.isAdopted } ?? false
        guard !isSuspended else {
            return live == nil
                ? .blocked(
                    Finding(.suspended, "Namespace \(environment.namespace) is not made while suspended", .pause),
                    retryAfter: .seconds(600))
                : .ready(isAdopted: facts.isAdopted)
        }
        return try await apply(
            try environment.namespaceChild(facts).object, to: live, ownership, isAdopted: facts.isAdopted)
    }

    private func apply(
        _ desired: DynamicObject, to live: DynamicObject?, _ ownership: Ownership, isAdopted: Bool
    ) async throws -> State {
        do {
            let applied = try await applier.apply(desired, as: .namespace, ownership: ownership)
            if let live { try await clearPodSecurity(of: live, but: desired.labels) }
            if case .contended(let wait) = applied.action {
                return .ready(isAdopted: isAdopted, retryAfter: wait)
            }
        } catch let error as ApplyError {
            return .blocked(Finding(.ownedByOther, error.message, .edit), retryAfter: .seconds(60))
        } catch let error as APIError where !error.isTransient {
            return .blocked(
                Finding(.childRefused, "Namespace \(desired.name): \(error.message)", .edit),
                retryAfter: .seconds(60))
        }
        return .ready(isAdopted: isAdopted)
    }

    /// Takes away what others have put among the labels that Pod Security goes by.
    private func clearPodSecurity(of live: DynamicObject, but desired: [String: String]) async throws {
        let strange = live.labels.keys.filter { $0.hasPrefix(LabelKey.podSecurity) && desired[$0] == nil }
        guard !strange.isEmpty else { return }
        let labels = JSONObject(strange.sorted().map { ($0, .null) })
        try gate.check()
        let written = try await api.patch(
            .namespace, live.key, .merge(["metadata": ["uid": .string(live.uid), "labels": .object(labels)]]),
            subresource: nil, options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager))
        objects.recordWrite(written, of: .namespace)
    }

    /// Makes the namespace in one request.
    ///
    /// - Returns: false where there is one after all, or where it was refused.
    private func isMade(_ environment: ResolvedEnvironment) async throws -> Bool {
        do {
            return try await applier.make(environment.namespaceChild(EnvironmentFacts()).object, as: .namespace)
        } catch let error as APIError where !error.isTransient {
            return false
        }
    }

    /// The namespace where it is the environment's to delete or to release; `nil` where it is not, or is gone.
    ///
    /// - Throws: `APIError`.
    func owned(by environment: ResolvedEnvironment) async throws -> DynamicObject? {
        guard permissions.objection(toEnvironmentIn: environment.namespace) == nil,
            let live = try await find(environment.namespace), live.isOwned(by: environment)
        else { return nil }
        return live
    }

    /// The namespace as it is; from the API server where the cache cannot tell.
    private func find(_ name: String) async throws -> DynamicObject? {
        let key = ObjectKey(name: name)
        if case .found(let live) = objects.lookUp(.namespace, key) { return try live.dynamic() }
        do {
            return try await api.get(.namespace, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    /// Begins the deletion of a namespace that the environment has made.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func delete(_ live: DynamicObject) async throws {
        try gate.check()
        do {
            try await api.delete(.namespace, live.key, options: DeleteOptions(uid: live.uid))
        } catch let error as APIError where error.isNotFound || error.isConflict {
            return  // gone, or another one by now
        }
    }

    /// Lets go of a namespace that was only taken over. Its Pod Security labels stay: what was there before them is not
    /// known, and nothing must become laxer by the way.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func release(_ live: DynamicObject) async throws {
        let labels = [
            LabelKey.managedBy, LabelKey.name, LabelKey.component, LabelKey.appEnvironment, LabelKey.tier,
        ].filter { live.labels[$0] != nil }
        let annotations = [AnnotationKey.adopted, AnnotationKey.appliedHash].filter { live.annotations[$0] != nil }
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(live.uid),
                "labels": .object(JSONObject(labels.map { ($0, .null) })),
                "annotations": .object(JSONObject(annotations.map { ($0, .null) })),
            ]
        ]
        try gate.check()
        let written = try await api.patch(
            .namespace, live.key, .merge(patch), subresource: nil,
            options: WriteOptions(fieldManager: ReconcilerEnvironment.fieldManager))
        objects.recordWrite(written, of: .namespace)
    }

    private static func foreign(_ live: DynamicObject, _ objection: String, mayAdopt: Bool) -> Finding {
        let isUnmanaged = live.labels[LabelKey.managedBy] == nil && live.labels[LabelKey.appEnvironment] == nil
        let fix =
            isUnmanaged && !mayAdopt
            ? "set spec.namespace.adopt to IfUnmanaged to take it over, or spec.namespace.name to another name"
            : "make the environment with another spec.namespace.name"
        return Finding(.ownedByOther, "Namespace \(live.name) exists and is left alone: \(objection); \(fix)", .edit)
    }
}

extension DynamicObject {
    /// Whether the object carries the environment's labels.
    func isOwned(by environment: ResolvedEnvironment) -> Bool {
        environment.ownerLabels.allSatisfy { labels[$0.key] == $0.value }
    }

    var isAdopted: Bool { annotations[AnnotationKey.adopted] == "true" }
}
