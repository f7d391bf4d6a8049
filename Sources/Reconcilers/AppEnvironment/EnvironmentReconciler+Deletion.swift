internal import KubeAPI

extension EnvironmentReconciler {
    /// The environment's policy says what goes with it.
    func release(_ object: DynamicObject) async throws -> Outcome? {
        let environment: ResolvedEnvironment
        switch resolve(object) {
        // Without a spec that can be read there is no policy: nothing is touched.
        case .failure(let finding):
            return try await block(object, finding.reason, finding.message)
        case .success(let resolved): environment = resolved
        }
        let outcome: Outcome? =
            switch environment.deletionPolicy {
            case .retain: nil
            case .keepData: try await prune(environment, object, keeping: \.holdsData)
            case .delete: try await delete(environment, object)
            }
        if let outcome { return outcome }
        forget(object.key)
        status.backlog.forget(object.key)
        return nil
    }

    /// Everything goes, claims and all.
    ///
    /// - Returns: `nil` once it is gone.
    private func delete(_ environment: ResolvedEnvironment, _ object: DynamicObject) async throws -> Outcome? {
        let confirmation = object.annotations[AnnotationKey.confirmDelete]
        guard environment.spec.tier != .production || confirmation == environment.name else {
            let words = """
                a production environment and its data are deleted only with the annotation \
                \(AnnotationKey.confirmDelete)=\(environment.name); set it, or spec.deletionPolicy to Retain
                """
            return try await block(object, .unconfirmed, words)
        }
        guard let (live, claim) = try await namespaces.owned(by: environment) else {
            return try await prune(environment, object, keeping: { $0.namespace == environment.namespace })
        }
        // A claim that was there before the environment stays, and so its namespace does.
        let keepsClaims = try await claims.areTakenOver(of: environment)
        if claim == .adopted || keepsClaims {
            // The claims can only be deleted with the operator's rights in the namespace.
            if let outcome = try await prune(environment, object, keeping: \.isOperatorBinding) { return outcome }
            let left = claims.all(of: environment).filter { !$0.isTakenOver }
            let failures = try await claims.delete(left, announcing: object, to: events)
            if let failure = failures.first { return try await wait(object, for: failure) }
            if let first = left.first {
                let name = "PersistentVolumeClaim \(first.key)"
                return try await wait(object, Finalizers.progress(of: name, heldBy: first.finalizers))
            }
            if let outcome = try await prune(environment, object, keeping: { _ in false }) { return outcome }
            try await namespaces.release(live)
            return nil
        }
        // What is elsewhere has to go by itself; what is inside goes with the namespace.
        let inside = environment.namespace
        if let outcome = try await prune(environment, object, keeping: { $0.namespace == inside }) { return outcome }
        if !live.isBeingDeleted { try await namespaces.delete(live) }
        let held = children.finder.heldUp(labelledFor: environment.environment).map { "; \($0)" }
        return try await wait(object, Self.progress(of: live) + (held ?? ""))
    }

    /// Deletes the children, but for those that are kept. The operator's own rights go last.
    ///
    /// - Returns: `nil` once they are gone.
    private func prune(
        _ environment: ResolvedEnvironment, _ object: DynamicObject, keeping keeps: @escaping (InventoryEntry) -> Bool
    ) async throws -> Outcome? {
        var recorded = environment.environment.status?.inventory ?? []
        for keepsRights in [true, false] {
            let isKept = { (entry: InventoryEntry) in keeps(entry) || (keepsRights && entry.isOperatorBinding) }
            let known = Inventory.merged(
                recorded, children.finder.children(of: environment.environment, uid: object.uid))
            let held = known.filter(isKept).compactMap(DesiredChild.init(holding:))
            let written = try await children.apply(
                held, of: environment.environment, object, recorded: recorded, isSuspended: false)
            recorded = written.inventory
            if let failure = written.pruneFailures.first { return try await wait(object, for: failure) }
            if let first = recorded.first(where: { !isKept($0) }) {
                let held = recorded.first { !isKept($0) && written.waits[$0] != nil } ?? first
                return try await wait(
                    object, written.waits[held] ?? "\(first) is on its way out", inventory: recorded)
            }
        }
        return nil
    }

    private func wait(_ object: DynamicObject, for failure: WriteFailure) async throws -> Outcome {
        _ = try await wait(object, "\(failure.object) could not be deleted: \(failure.message)")
        if failure.kind == .transient, let cause = failure.cause { throw cause }
        return .requeue(after: failure.retryAfter ?? .seconds(15))
    }

    /// It goes on by itself.
    private func wait(
        _ object: DynamicObject, _ message: String, inventory: [InventoryEntry]? = nil
    ) async throws -> Outcome {
        var conditions = Conditions()
        conditions.block(Finding(.deleting, message, .wait))
        conditions.note(.deletionBlocked, .false, .deleting, message)
        try await report(conditions, on: object, inventory: inventory)
        // Most of what is waited for is seen; a namespace whose label somebody has removed is not.
        return .requeue(after: .seconds(15))
    }

    /// The user has to do something.
    func block(_ object: DynamicObject, _ reason: Reason, _ message: String) async throws -> Outcome {
        var conditions = Conditions()
        conditions.block(Finding(.deleting, message, .edit))
        conditions.note(.deletionBlocked, .true, reason, message)
        try await report(conditions, on: object, inventory: nil)
        return .done
    }

    private func report(
        _ conditions: Conditions, on object: DynamicObject, inventory: [InventoryEntry]?
    ) async throws {
        var conditions = conditions
        conditions.remark = inventory?.omission(for: AppEnvironment.self) ?? ""
        var fields = object["status"]?.object ?? [:]
        fields["conditions"] = try JSONValueEncoder().encode(conditions.assembled(ready: (.ready, "")))
        if let inventory {
            fields["inventory"] = try JSONValueEncoder().encode(inventory.listed(for: AppEnvironment.self))
        }
        try await status.report(JSONValue.object(fields), on: object)
    }

    /// What the namespace waits for, in the words of its controller.
    private static func progress(of live: DynamicObject) -> String {
        guard live.finalizers.isEmpty else {
            return Finalizers.progress(of: "Namespace \(live.name)", heldBy: live.finalizers)
        }
        let told = ["NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure"]
        let conditions = live[path: "status", "conditions"]?.elements ?? []
        let words = conditions.first { condition in
            told.contains(condition["type"]?.string ?? "") && condition["status"]?.string == "True"
        }?["message"]?.string
        return "Namespace \(live.name) is on its way out\(words.map { ": \($0)" } ?? "")"
    }
}

extension InventoryEntry {
    /// What `KeepData` keeps, beside the namespace and the claims.
    fileprivate var holdsData: Bool { kind == "Secret" }

    fileprivate var isOperatorBinding: Bool {
        kind == "RoleBinding" && name == ResolvedEnvironment.operatorRole
    }
}

extension DesiredChild {
    /// What is there and stays as it is.
    fileprivate init?(holding entry: InventoryEntry) {
        let types = AppEnvironment.childKinds.filter { !$0.holdsData }.map(\.type)
        guard let type = types.first(where: { $0.apiVersion == entry.apiVersion && $0.kind == entry.kind }) else {
            return nil
        }
        self = .held(type, entry.key)
    }
}
