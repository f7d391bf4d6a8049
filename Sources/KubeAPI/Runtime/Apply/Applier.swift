/// Writes children, and only what differs.
///
/// ```swift
/// let result = try await applier.apply(deployment, as: .deployment, ownership: ownership)
/// ```
/// A child that carries the hash of its desired state and has every desired field is not written at all. Otherwise it
/// takes one server-side apply. Where somebody else made the difference, the result says which field and who.
package final class Applier: Sendable {
    package struct Options: Sendable {
        package var fieldManager = "quartermaster"
        /// The annotation that carries the hash of the desired state.
        package var hashAnnotation: String
        /// The field manager that gets what we no longer want to decide: see `apply(_:as:ownership:releasing:)`.
        fileprivate var handoverManager: String { "\(fieldManager)-handover" }

        package init(hashAnnotation: String) { self.hashAnnotation = hashAnnotation }
    }

    private let api: any ObjectAPI
    private let objects: any LiveObjects
    private let client: FencedClient
    private let options: Options
    private let time: TimeSource
    private let memory = ApplyMemory()
    private let corrected: MetricSeries<Counter>

    package init(
        api: any ObjectAPI, objects: any LiveObjects, gate: WriteGate, options: Options,
        metrics: MetricRegistry = MetricRegistry(), time: TimeSource = TimeSource()
    ) {
        self.api = api
        self.objects = objects
        client = FencedClient(api: api, objects: objects, gate: gate)
        self.options = options
        self.time = time
        corrected = metrics.counter(
            MetricName.driftCorrected, help: "Changes by others to objects of ours that were put right.",
            labels: ["kind"])
    }

    /// What is to be written, and why it may be.
    private struct Intent {
        let desired: DynamicObject
        let type: ResourceType
        let mark: Ownership.Mark?
        /// What somebody else has made, and becomes ours with this write.
        let takeover: FieldTakeover?
        let hash: String

        init(
            _ desired: DynamicObject, _ type: ResourceType, _ mark: Ownership.Mark?,
            takingOver takeover: FieldTakeover? = nil
        ) {
            self.desired = desired
            self.type = type
            self.mark = mark
            self.takeover = takeover
            hash = sha256Hex(desired.json.canonicalBytes())
        }

        var key: ObjectKey { desired.key }
    }

    /// Makes the live object what is desired.
    ///
    /// - Parameters:
    ///   - desired: the fields we want and no others, without `status`; name and, where scoped, namespace are set.
    ///   - ownership: what makes a live object ours; every label in it should stand on `desired` too.
    ///   - released: fields that are not in `desired` since somebody else decides them from now on. They keep the values
    ///     that they have.
    ///   - takeover: an object of somebody else's that becomes ours, and that `ownership` counts among ours already.
    /// - Throws: `ApplyError` for an object that is not ours or is being deleted, `NotLeaderError`, `APIError`.
    package func apply(
        _ desired: DynamicObject, as type: ResourceType, ownership: Ownership, releasing released: [FieldPath] = [],
        takingOver takeover: FieldTakeover? = nil
    ) async throws -> ApplyResult {
        let intent = Intent(desired, type, ownership.mark, takingOver: takeover)
        if let found = try await find(type, desired.key) {
            do {
                return try await apply(intent, over: found, ownership, releasing: released)
            } catch let error as APIError where error.isConflict {
                try await correctCache(of: found, type, desired.key)
                throw error
            }
        }
        do {
            return try await create(intent)
        } catch let error as APIError where error.isConflict {
            // There is one after all that the cache did not show. Unless the server had another conflict in mind.
            guard let live = try await look(type, desired.key) else { throw error }
            memory.noteUnselected(type, desired.key)
            return try await apply(intent, over: live, ownership, releasing: released)
        }
    }

    /// Makes an object where there is none. One that is there is left as it is, whosever it is.
    ///
    /// - Returns: whether it was made.
    /// - Throws: `NotLeaderError`, `APIError`.
    package func make(_ desired: DynamicObject, as type: ResourceType, mark: Ownership.Mark?) async throws -> Bool {
        do {
            _ = try await create(Intent(desired, type, mark))
            return true
        } catch let error as APIError where error.isConflict {
            return false
        }
    }

    /// What `apply` would do, without doing it.
    package func preview(
        _ desired: DynamicObject, as type: ResourceType, ownership: Ownership
    ) async throws -> ApplyPlan {
        let found: (any LiveObject)? =
            switch try await objects.lookUp(type, desired.key) {
            case .found(let object): object
            case .absent: nil
            case .unselected, .unknown: try await look(type, desired.key)
            }
        guard let found else { return .create }
        let intent = Intent(desired, type, ownership.mark)
        let plan = try plan(intent, over: found, ownership)
        // Where only our mark is missing there is nothing to see.
        if case .update(let live, let differences) = plan, differences.isEmpty, isWritten(intent, on: live) {
            return .nothing(live: live)
        }
        return plan
    }

    /// Counts a change by others that was put right.
    package func noteCorrection(of kind: String) { corrected(kind).increment() }
}

// MARK: - What is there

extension Applier {
    /// - Returns: `nil` also where the cache can't tell: the server refuses to make what is there already.
    private func find(_ type: ResourceType, _ key: ObjectKey) async throws -> (any LiveObject)? {
        switch try await objects.lookUp(type, key) {
        case .found(let object): return object
        case .absent: return nil
        case .unselected where !memory.isUnselected(type, key): return nil
        case .unselected, .unknown: return try await look(type, key)
        }
    }

    private func look(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        do {
            return try await api.get(type, key)
        } catch let error as APIError where error.isNotFound {
            memory.forgetUnselected(type, key)
            return nil
        }
    }

    /// The cache may show what is gone, or another one by now, and its watch may be the last to learn of it: the next attempt
    /// must not fail in the same way.
    private func correctCache(of found: any LiveObject, _ type: ResourceType, _ key: ObjectKey) async throws {
        guard let live = try await look(type, key) else {
            return objects.recordDeletion(type, key, uid: found.uid)
        }
        if live.uid != found.uid { objects.recordWrite(live, of: type) }
    }
}

// MARK: - What is to be done

extension Applier {
    private func apply(
        _ intent: Intent, over found: any LiveObject, _ ownership: Ownership, releasing released: [FieldPath]
    ) async throws -> ApplyResult {
        guard case .update(let live, let differences) = try plan(intent, over: found, ownership) else {
            return ApplyResult(action: .unchanged, uid: found.uid)
        }
        let isDesiredAnew = !isWritten(intent, on: live)
        if isDesiredAnew { memory.withContention(intent.type, intent.key) { $0.reset() } }
        if isDesiredAnew || differences.isEmpty {
            return try await update(intent, over: live, drift: [], releasing: released)
        }
        return try await correct(intent, over: live, differences, ownership, releasing: released)
    }

    private func plan(
        _ intent: Intent, over found: any LiveObject, _ ownership: Ownership
    ) throws -> ApplyPlan {
        let hash = intent.hash
        let known = memory.entry(intent.type, intent.key)
        if let known, known.uid == found.uid, known.resourceVersion == found.resourceVersion, known.hash == hash {
            return .nothing(live: found)
        }
        let live = try found.dynamic()
        try checkOwnership(of: live, intent, ownership)
        let differences = differences(intent, live)
        if differences.isEmpty, intent.mark?.stands(on: live) ?? true, isWritten(intent, on: live) {
            let accepted = known?.uid == live.uid && known?.hash == hash ? known?.accepted : nil
            remember(live, intent, accepted: accepted ?? [:])
            return .nothing(live: live)
        }
        return .update(live: live, differences: differences)
    }

    private func checkOwnership(of live: DynamicObject, _ intent: Intent, _ ownership: Ownership) throws(ApplyError) {
        if let objection = ownership.objection(to: live) { throw .foreign(intent.type.kind, intent.key, objection) }
        if live.isBeingDeleted { throw .beingDeleted(intent.type.kind, live) }
    }

    /// What is more than another spelling of what we have written.
    private func differences(_ intent: Intent, _ live: DynamicObject) -> [Difference] {
        let all = Comparison.differences(desired: intent.desired, live: live)
        let known = memory.entry(intent.type, intent.key)
        return known?.remaining(of: all, uid: live.uid, hash: intent.hash) ?? all
    }

    private func isWritten(_ intent: Intent, on live: DynamicObject) -> Bool {
        live.annotations[options.hashAnnotation] == intent.hash
    }

    private func remember(_ live: DynamicObject, _ intent: Intent, accepted: [FieldPath: JSONValue?]) {
        memory.remember(
            ApplyMemory.Entry(
                uid: live.uid, resourceVersion: live.resourceVersion, hash: intent.hash, accepted: accepted),
            intent.type, intent.key)
    }
}

// MARK: - Writing

extension Applier {
    /// Makes the object, and only that: what somebody else has made before us is not taken over.
    ///
    /// - Throws: `APIError` for a conflict where there is one.
    private func create(_ intent: Intent) async throws -> ApplyResult {
        // A version that no object has: with an object there it does not match, and without one the server takes no
        // notice of it. Apply has no other way to say "only if there is none".
        let created = try await send(intent, where: "resourceVersion", is: "1", force: false)
        return ApplyResult(action: .created, uid: created.uid)
    }

    private func update(
        _ intent: Intent, over live: DynamicObject, drift: [Drift], releasing fields: [FieldPath]
    ) async throws -> ApplyResult {
        if let patch = intent.takeover?.patch(for: intent.type, by: options.fieldManager) {
            try await client.patch(intent.type, intent.key, patch, fieldManager: options.fieldManager)
        }
        if !fields.isEmpty { try await handOver(fields, of: live, as: intent.type) }
        let written = try await send(intent, where: "uid", is: live.uid, force: true)
        let isSame = written.resourceVersion == live.resourceVersion
        return ApplyResult(action: isSame ? .unchanged : .updated, uid: written.uid, drift: drift)
    }

    /// Puts right what somebody else has changed, and finds out who, before the write takes their name away.
    private func correct(
        _ intent: Intent, over cached: DynamicObject, _ suspected: [Difference], _ ownership: Ownership,
        releasing released: [FieldPath]
    ) async throws -> ApplyResult {
        let (type, key, now) = (intent.type, intent.key, time.now)
        if let hold = memory.withContention(type, key, { $0.hold(on: suspected.map(\.path), now: now) }) {
            return ApplyResult(action: .contended(retryAfter: hold.remaining), uid: cached.uid, drift: hold.drift)
        }
        let live = try await api.get(type, key)
        try checkOwnership(of: live, intent, ownership)
        let differences = differences(intent, live)
        // The cache was behind: somebody, perhaps we, has put it right already.
        if differences.isEmpty, isWritten(intent, on: live) { return ApplyResult(action: .unchanged, uid: live.uid) }
        let fields = FieldOwners(of: live)
        let drift = differences.compactMap { difference -> Drift? in
            let drift = fields.drift(of: difference.path, from: options.fieldManager)
            // Still ours alone: the server spells it in another way, which `send` will learn.
            let isOurs = drift.manager == nil && fields.isOwned(difference.path, by: options.fieldManager)
            return isOurs ? nil : drift
        }
        let result = try await update(intent, over: live, drift: drift, releasing: released)
        guard result.action == .updated, !drift.isEmpty else {
            return ApplyResult(action: result.action, uid: result.uid)
        }
        let end = time.now
        memory.withContention(type, key) { $0.noteCorrection(of: drift, now: end) }
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
        let managed = FieldOwners(of: live)
        let held = paths.filter { managed.isOwned($0, by: options.fieldManager) && !managed.isShared($0) }
        let values = held.compactMap { path in live.json[path: path.fields].map { (path.fields, $0) } }
        guard !values.isEmpty else { return }
        var metadata: JSONObject = ["name": .string(live.name), "uid": .string(live.uid)]
        if !live.namespace.isEmpty { metadata["namespace"] = .string(live.namespace) }
        var body: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata),
        ]
        for (path, value) in values { body[path: path] = value }
        try await client.patch(
            type, live.key, .apply(body, force: false), fieldManager: options.handoverManager)
    }

    /// Applies, where the object's metadata has a value in a field; the server answers with a conflict where it has another.
    private func send(
        _ intent: Intent, where field: String, is value: String, force: Bool
    ) async throws -> DynamicObject {
        var body = intent.desired
        body[path: "metadata", "annotations", options.hashAnnotation] = .string(intent.hash)
        if let mark = intent.mark { body[path: "metadata", "annotations", mark.annotation] = .string(mark.value) }
        body[path: "metadata", field] = .string(value)
        let written = try await client.patch(
            intent.type, intent.key, .apply(body.json, force: force), fieldManager: options.fieldManager)
        // What differs in the server's own answer is a matter of spelling.
        let spelled = Comparison.differences(desired: intent.desired, live: written)
        remember(
            written, intent,
            accepted: Dictionary(spelled.map { ($0.path, $0.live) }, uniquingKeysWith: { first, _ in first }))
        return written
    }
}
