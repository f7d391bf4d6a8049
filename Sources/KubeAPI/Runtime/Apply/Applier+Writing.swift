extension Applier {
    /// Makes the object, and only that: what somebody else has made before us is not taken over.
    ///
    /// - Throws: `APIError` for a conflict where there is one.
    func create(
        _ desired: DynamicObject, as type: ResourceType, hash: String, mark: Ownership.Mark?
    ) async throws -> ApplyResult {
        let created = try await send(desired, as: type, hash: hash, mark: mark, over: .nothing)
        return ApplyResult(action: .created, uid: created.uid)
    }

    func update(
        _ desired: DynamicObject, as type: ResourceType, hash: String, live: DynamicObject, drift: [Drift],
        ownership: Ownership, yielding fields: [FieldPath]
    ) async throws -> ApplyResult {
        if !fields.isEmpty { try await handOver(fields, of: live, as: type) }
        let written = try await send(
            desired, as: type, hash: hash, mark: ownership.mark, over: .object(uid: live.uid))
        let isSame = written.resourceVersion == live.resourceVersion
        return ApplyResult(action: isSame ? .unchanged : .updated, uid: written.uid, drift: drift)
    }

    /// Puts right what somebody else has changed, and finds out who, before the write takes their name away.
    func correct(
        _ desired: DynamicObject, as type: ResourceType, hash: String, live cached: DynamicObject,
        differences suspected: [Difference], ownership: Ownership, yielding yielded: [FieldPath]
    ) async throws -> ApplyResult {
        let key = desired.key
        if let hold = contentionHold(type, key, suspected) {
            return ApplyResult(
                action: .contended(retryAfter: hold.remaining), uid: cached.uid, drift: hold.drift)
        }
        let live = try await api.get(type, key)
        if let objection = ownership.objection(to: live) { throw ApplyError.foreign(type.kind, key, objection) }
        if live.isBeingDeleted { throw ApplyError.beingDeleted(type.kind, live) }
        let fields = ManagedFields(of: live)
        let all = Comparison.differences(desired: desired, live: live)
        let differences = memory.entry(type, key)?.remaining(of: all, uid: live.uid, hash: hash) ?? all
        // The cache was behind: somebody, perhaps we, has put it right already.
        if differences.isEmpty, live.annotations[options.hashAnnotation] == hash {
            return ApplyResult(action: .unchanged, uid: live.uid)
        }
        let drift = differences.compactMap { difference -> Drift? in
            let manager = fields.changer(of: difference.path, otherThan: options.fieldManager)
            // Still ours alone: the server spells it in another way, which `send` will learn.
            if manager == nil, fields.isOwned(difference.path, by: options.fieldManager) { return nil }
            return Drift(path: difference.path, manager: manager)
        }
        let result = try await update(
            desired, as: type, hash: hash, live: live, drift: drift, ownership: ownership, yielding: yielded)
        guard result.action == .updated, !drift.isEmpty else {
            return ApplyResult(action: result.action, uid: result.uid)
        }
        let now = time.now
        memory.withContention(type, key) { $0.noteCorrection(of: drift, now: now) }
        noteCorrection(of: type.kind)
        return result
    }

    /// Gives fields that we alone own to another manager, with the values that they have: a field that its only owner
    /// no longer applies is removed, and then has its default. Source: Kubernetes, "Server-Side Apply", "Transferring
    /// ownership".
    ///
    /// Where somebody changes a field meanwhile it has an owner, and the server refuses this with a conflict.
    private func handOver(_ paths: [FieldPath], of cached: DynamicObject, as type: ResourceType) async throws {
        let live = try await api.get(type, cached.key)
        let managed = ManagedFields(of: live)
        let held = paths.filter { managed.isOwned($0, by: options.fieldManager) && !managed.isShared($0) }
        let values = held.compactMap { path in live.json[path: path.fields].map { (path.fields, $0) } }
        guard !values.isEmpty else { return }
        var metadata: JSONObject = ["name": .string(live.name), "uid": .string(live.uid)]
        if !live.namespace.isEmpty { metadata["namespace"] = .string(live.namespace) }
        var body: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
        ]
        for (path, value) in values { body[path: path] = value }
        try gate.check()
        let written = try await api.patchOnly(
            type, live.key, .apply(body, force: false), options: WriteOptions(fieldManager: options.heir))
        objects.recordWrite(written, of: type)
    }

    private func contentionHold(_ type: ResourceType, _ key: ObjectKey, _ differences: [Difference]) -> Contention.Hold?
    {
        let now = time.now
        return memory.withContention(type, key) { $0.hold(on: differences.map(\.path), now: now) }
    }

    /// What an apply is meant for. Where the server has something else it answers with a conflict.
    private enum Target {
        case nothing
        case object(uid: String)
    }

    private func send(
        _ desired: DynamicObject, as type: ResourceType, hash: String, mark: Ownership.Mark?, over target: Target
    ) async throws -> DynamicObject {
        var body = desired
        body[path: "metadata", "annotations", options.hashAnnotation] = .string(hash)
        if let mark { body[path: "metadata", "annotations", mark.annotation] = .string(mark.value) }
        let force: Bool
        switch target {
        case .nothing:
            // A version that no object has: with an object there it does not match, and without one the server takes no
            // notice of it. Apply has no other way to say "only if there is none".
            body[path: "metadata", "resourceVersion"] = "1"
            force = false
        case .object(let uid):
            body[path: "metadata", "uid"] = .string(uid)
            force = true
        }
        try gate.check()
        let written = try await api.patchOnly(
            type, desired.key, .apply(body.json, force: force),
            options: WriteOptions(fieldManager: options.fieldManager))
        objects.recordWrite(written, of: type)
        // What differs in the server's own answer is a matter of spelling.
        let spelled = Comparison.differences(desired: desired, live: written)
        memory.remember(
            ApplyMemory.Entry(
                uid: written.uid, resourceVersion: written.resourceVersion, hash: hash,
                accepted: Dictionary(spelled.map { ($0.path, $0.live) }, uniquingKeysWith: { first, _ in first })),
            type, desired.key)
        return written
    }
}
