internal import KubeAPI

/// Makes the namespace of an environment, or takes it over where that is asked for.
struct NamespaceProvisioner: Sendable {
    enum State: Sendable {
        /// - Parameter retryAfter: somebody undoes our writes to it; to be tried again then.
        case ready(isAdopted: Bool, retryAfter: Duration? = nil)
        /// It is not the environment's, or not yet: nothing may be written in it.
        case blocked(Finding, retryAfter: Duration)
    }

    /// How a namespace became an environment's.
    enum Claim: Sendable {
        /// The operator has made it, and deletes it with the environment.
        case made
        /// It was there before.
        case adopted
    }

    private let applier: Applier
    private let objects: InformerObjects
    private let client: FencedClient
    private let permissions: Permissions
    private let seal: Seal
    private let environments: Informer
    /// Those of `ResolvedEnvironment.bounds`.
    private let bounds: [(Informer, ResourceType, String)]

    /// - Parameter environments: the informer of AppEnvironments, with the index `environmentNamespace`.
    init(_ environment: ReconcilerEnvironment, environments: Informer) {
        objects = InformerObjects(environment.informers)
        applier = environment.applier()
        client = environment.client
        permissions = environment.permissions
        seal = environment.seal
        bounds = ResolvedEnvironment.bounds.map { (environment.children($0), $0, $1) }
        self.environments = environments
    }

    /// How a namespace became the environment's; `nil` where it is not.
    ///
    /// Labels prove nothing: a tenant who may change a namespace can write them. The mark does; and, where there is none,
    /// what the status of the environment says of the namespace.
    func claim(of environment: ResolvedEnvironment, on live: DynamicObject) -> Claim? {
        for claim in [Claim.made, .adopted] where mark(claim, of: environment).stands(on: live) { return claim }
        let label = live.labels[LabelKey.appEnvironment]
        guard live.annotations[AnnotationKey.madeFor] == nil,
            label == nil || label == environment.ownerLabels[LabelKey.appEnvironment],
            let status = environment.environment.status, status.namespace == live.name,
            let ready = status.conditions?.first(where: { $0.type == ConditionType.namespaceReady.rawValue }),
            ready.status == .true
        else { return nil }
        return ready.reason == Reason.adopted.rawValue ? .adopted : .made
    }

    private func mark(_ claim: Claim, of environment: ResolvedEnvironment) -> Ownership.Mark {
        let key = ObjectKey(name: environment.namespace)
        switch claim {
        case .made:
            return ChildSeal(seal, of: AppEnvironment.self, ObjectKey(name: environment.name)).mark(.namespace, key)
        case .adopted:
            return Ownership.Mark(
                annotation: AnnotationKey.madeFor, value: seal.code("adopted", [environment.name, key.name]))
        }
    }

    private func objection(
        to live: DynamicObject, claimed claim: Claim?, _ ownership: Ownership, of environment: ResolvedEnvironment
    ) -> String? {
        if let objection = ownership.objection(to: live) { return objection }
        guard claim == nil else { return nil }
        if let tracker = NamespaceTracker(of: live) { return tracker.objection }
        // Somebody may have taken away what the namespace says of the environment that has it.
        let holder = environments.environments(in: live.name).compactMap(environments.store.get).first { other in
            other.key.name != environment.name
                && other.value(at: "status", "conditions")?.elements.contains {
                    $0["type"]?.string == ConditionType.namespaceReady.rawValue && $0["status"]?.string == "True"
                } == true
        }
        return holder.map { "it is that of AppEnvironment \($0.key.name)" }
    }

    /// Whether what bounds an adopted namespace was written, or began to be. From then on it is kept, whatever becomes of the
    /// components, and however far the first time came.
    func isEnforced(_ environment: ResolvedEnvironment) -> Bool {
        // These are there in all but the first passes, and cost less to look at than the mark. The inventory may not have been
        // written since, and somebody may have deleted one of them.
        let areThere = bounds.contains { informer, type, name in
            let key = ObjectKey(namespace: environment.namespace, name: name)
            if let live = informer.store.get(key), environment.owns(live, type, seal) { return true }
            return environment.environment.status?.inventory?.contains {
                $0.kind == type.kind && $0.key == key && !$0.uid.isEmpty
            } == true
        }
        if areThere { return true }
        guard case .found(let live) = objects.lookUp(.namespace, ObjectKey(name: environment.namespace)) else {
            return false
        }
        return (try? live.dynamic().annotations[AnnotationKey.enforced]) == enforcedMark(environment)
    }

    private func enforcedMark(_ environment: ResolvedEnvironment) -> String {
        seal.code("enforced", [environment.name, environment.namespace])
    }

    /// - Parameters:
    ///   - isSuspended: nothing is written.
    ///   - enforces: whether a namespace that was there before gets the Pod Security level of the environment.
    /// - Throws: `APIError`, `NotLeaderError`.
    func provision(_ environment: ResolvedEnvironment, isSuspended: Bool, enforces: Bool) async throws -> State {
        if let refusal = permissions.refusal(ofNamespaceFor: environment) {
            return .blocked(Finding(.refused, refusal, .edit), retryAfter: .seconds(600))
        }
        let key = ObjectKey(name: environment.namespace)
        if !isSuspended, case .absent = objects.lookUp(.namespace, key), try await isMade(environment) {
            return .ready(isAdopted: false)
        }
        let live = try await client.find(.namespace, key)
        if let live, live.isBeingDeleted || live[path: "status", "phase"]?.string == "Terminating" {
            let words = "Namespace \(live.name) is being deleted; a new one is made once it is gone"
            return .blocked(Finding(.terminating, words, .wait), retryAfter: .seconds(10))
        }
        let claim = live.map { self.claim(of: environment, on: $0) } ?? .made
        let adopts = environment.spec.namespace.adopt == .ifUnmanaged
        let ownership = Ownership(
            labels: environment.ownerLabels,
            recordedUIDs: claim == nil ? [] : Set([live?.uid].compactMap(\.self)), adoptsUnmanaged: adopts,
            mark: mark(claim ?? .adopted, of: environment))
        if let live, let objection = objection(to: live, claimed: claim, ownership, of: environment) {
            return .blocked(Self.foreign(live, objection, mayAdopt: adopts), retryAfter: .seconds(60))
        }
        var environment = environment
        environment.inputs.isAdopted = claim != .made
        environment.inputs.isEnforced = claim == .made || enforces
        guard !isSuspended else {
            return live == nil
                ? .blocked(
                    Finding(.suspended, "Namespace \(environment.namespace) is not made while suspended", .pause),
                    retryAfter: .seconds(600))
                : .ready(isAdopted: environment.inputs.isAdopted)
        }
        var desired = try environment.namespaceChild().object
        if environment.inputs.isAdopted, environment.inputs.isEnforced {
            // With the first write of all that is enforced: one that comes after it and fails must not take it back.
            desired[path: "metadata", "annotations", AnnotationKey.enforced] = .string(enforcedMark(environment))
        }
        return try await apply(desired, to: live, ownership, environment.inputs)
    }

    private func apply(
        _ desired: DynamicObject, to live: DynamicObject?, _ ownership: Ownership, _ inputs: EnvironmentInputs
    ) async throws -> State {
        let isAdopted = inputs.isAdopted
        do {
            let applied = try await applier.apply(desired, as: .namespace, ownership: ownership)
            if let live, inputs.isEnforced { try await clearPodSecurity(of: live, but: desired.labels) }
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
        try await client.patch(
            .namespace, live.key, .merge(["metadata": ["uid": .string(live.uid), "labels": .object(labels)]]),
            fieldManager: ReconcilerEnvironment.fieldManager)
    }

    /// Makes the namespace in one request.
    ///
    /// - Returns: false where there is one after all, or where it was refused.
    private func isMade(_ environment: ResolvedEnvironment) async throws -> Bool {
        do {
            return try await applier.make(
                environment.namespaceChild().object, as: .namespace,
                mark: mark(.made, of: environment))
        } catch let error as APIError where !error.isTransient {
            return false
        }
    }

    /// The namespace where it is the environment's to delete or to release; `nil` where it is not, or is gone.
    ///
    /// - Throws: `APIError`.
    func owned(by environment: ResolvedEnvironment) async throws -> (live: DynamicObject, claim: Claim)? {
        guard permissions.refusal(ofNamespaceFor: environment) == nil,
            let live = try await client.find(.namespace, ObjectKey(name: environment.namespace)),
            let claim = claim(of: environment, on: live)
        else { return nil }
        return (live, claim)
    }

    /// Begins the deletion of a namespace that the environment has made.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func delete(_ live: DynamicObject) async throws {
        try await client.delete(.namespace, live.key, expecting: live.uid)
    }

    /// Lets go of a namespace that was only taken over. Its Pod Security labels stay: what was there before them is not
    /// known, and nothing must become laxer by the way.
    ///
    /// - Throws: `APIError`, `NotLeaderError`.
    func release(_ live: DynamicObject) async throws {
        let labels = [
            LabelKey.managedBy, LabelKey.name, LabelKey.component, LabelKey.appEnvironment, LabelKey.tier,
        ].filter { live.labels[$0] != nil }
        let annotations = [
            AnnotationKey.adopted, AnnotationKey.enforced, AnnotationKey.appliedHash, AnnotationKey.madeFor,
        ].filter {
            live.annotations[$0] != nil
        }
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(live.uid),
                "labels": .object(JSONObject(labels.map { ($0, .null) })),
                "annotations": .object(JSONObject(annotations.map { ($0, .null) })),
            ]
        ]
        try await client.patch(
            .namespace, live.key, .merge(patch), fieldManager: ReconcilerEnvironment.fieldManager)
    }

    private static func foreign(_ live: DynamicObject, _ objection: String, mayAdopt: Bool) -> Finding {
        let isUnmanaged = live.labels[LabelKey.managedBy] == nil && live.labels[LabelKey.appEnvironment] == nil
        let other = "make the environment with another spec.namespace.name"
        let fix =
            if let tracker = NamespaceTracker(of: live) {
                "\(other), or have \(tracker.tool) let go of it"
            } else if isUnmanaged && !mayAdopt {
                "set spec.namespace.adopt to IfUnmanaged to take it over, or spec.namespace.name to another name"
            } else if live.annotations[AnnotationKey.madeFor] != nil {
                // That of an operator which was uninstalled, perhaps: what it left can be had again.
                "\(other), or, if an operator with another Secret quartermaster-seal has made it, restore that Secret"
            } else {
                other
            }
        return Finding(.ownedByOther, "Namespace \(live.name) exists and is left alone: \(objection); \(fix)", .edit)
    }
}

extension DynamicObject {
    /// What users are told; what counts is `NamespaceProvisioner.claim`.
    var isAdopted: Bool { annotations[AnnotationKey.adopted] == "true" }
}

extension Permissions {
    /// Why an environment may not have the namespace that it names, with what to do; `nil` where it may.
    func refusal(ofNamespaceFor environment: ResolvedEnvironment) -> String? {
        let (namespace, level) = (environment.namespace, environment.spec.namespace.podSecurity)
        guard let objection = objection(toEnvironmentIn: namespace, isPrivileged: level == .privileged) else {
            return nil
        }
        // Beside pods that have power over their nodes no level bounds anybody, so the environment has to say so itself.
        let mayShare = self.objection(toEnvironmentIn: namespace, isPrivileged: true) == nil
        let fix =
            mayShare ? ", or, if it is to share it with such pods, with spec.namespace.podSecurity privileged" : ""
        return """
            Namespace \(namespace) \(objection), and \(mayShare ? "no environment of another level" : "no environment") may \
            have it; make the environment with another spec.namespace.name\(fix)
            """
    }
}
