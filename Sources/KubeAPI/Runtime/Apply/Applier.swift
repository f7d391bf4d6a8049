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
        /// The field manager that gets what we no longer want to decide: see `apply(_:as:ownership:yielding:)`.
        package var heir: String { "\(fieldManager)-handover" }

        package init(hashAnnotation: String) { self.hashAnnotation = hashAnnotation }
    }

    let api: any ObjectAPI
    let objects: any LiveObjects
    let gate: WriteGate
    let options: Options
    let time: TimeSource
    let memory = ApplyMemory()
    private let corrected: MetricSeries<Counter>

    package init(
        api: any ObjectAPI, objects: any LiveObjects, gate: WriteGate, options: Options,
        metrics: MetricRegistry = MetricRegistry(), time: TimeSource = TimeSource()
    ) {
        self.api = api
        self.objects = objects
        self.gate = gate
        self.options = options
        self.time = time
        corrected = metrics.counter(
            MetricName.driftCorrected, help: "Changes by others to objects of ours that were put right.",
            labels: ["kind"])
    }

    /// Makes the live object what is desired.
    ///
    /// - Parameters:
    ///   - desired: the fields we want and no others, without `status`; name and, where scoped, namespace are set.
    ///   - ownership: what makes a live object ours; every label in it should stand on `desired` too.
    ///   - yielded: fields that are not in `desired` since somebody else decides them from now on. They keep the values
    ///     that they have.
    /// - Throws: `ApplyError` for an object that is not ours or is being deleted, `NotLeaderError`, `APIError`.
    package func apply(
        _ desired: DynamicObject, as type: ResourceType, ownership: Ownership, yielding yielded: [FieldPath] = []
    ) async throws -> ApplyResult {
        let hash = sha256Hex(desired.json.canonicalBytes())
        if let found = try await find(type, desired.key) {
            do {
                return try await settle(found, desired, as: type, hash: hash, ownership: ownership, yielding: yielded)
            } catch let error as APIError where error.isConflict {
                try await correctCache(of: found, type, desired.key)
                throw error
            }
        }
        do {
            return try await create(desired, as: type, hash: hash, mark: ownership.mark)
        } catch let error as APIError where error.isConflict {
            // There is one after all that the cache did not show. Unless the server had another conflict in mind.
            guard let live = try await look(type, desired.key) else { throw error }
            memory.noteHidden(type, desired.key)
            return try await settle(live, desired, as: type, hash: hash, ownership: ownership, yielding: yielded)
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

    /// Makes an object where there is none. One that is there is left as it is, whosever it is.
    ///
    /// - Returns: whether it was made.
    /// - Throws: `NotLeaderError`, `APIError`.
    package func make(_ desired: DynamicObject, as type: ResourceType, mark: Ownership.Mark?) async throws -> Bool {
        do {
            _ = try await create(desired, as: type, hash: sha256Hex(desired.json.canonicalBytes()), mark: mark)
            return true
        } catch let error as APIError where error.isConflict {
            return false
        }
    }

    /// What `apply` would do, without doing it.
    package func preview(
        _ desired: DynamicObject, as type: ResourceType, ownership: Ownership
    ) async throws -> ApplyPlan {
        let hash = sha256Hex(desired.json.canonicalBytes())
        let found: (any LiveObject)? =
            switch try await objects.lookUp(type, desired.key) {
            case .found(let object): object
            case .absent: nil
            case .unselected, .unknown: try await look(type, desired.key)
            }
        guard let found else { return .create }
        let plan = try plan(found, desired, as: type, hash: hash, ownership: ownership)
        // Where only our mark is missing there is nothing to see.
        if case .update(let live, let differences) = plan, differences.isEmpty,
            live.annotations[options.hashAnnotation] == hash
        {
            return .nothing(live: live)
        }
        return plan
    }

    /// Counts a change by others that was put right.
    package func noteCorrection(of kind: String) { corrected(kind).increment() }

    private func settle(
        _ found: any LiveObject, _ desired: DynamicObject, as type: ResourceType, hash: String, ownership: Ownership,
        yielding yielded: [FieldPath]
    ) async throws -> ApplyResult {
        guard
            case .update(let live, let differences) = try plan(
                found, desired, as: type, hash: hash, ownership: ownership)
        else { return ApplyResult(action: .unchanged, uid: found.uid) }
        let isDesiredAnew = live.annotations[options.hashAnnotation] != hash
        if isDesiredAnew { memory.withContention(type, desired.key) { $0.reset() } }
        if isDesiredAnew || differences.isEmpty {
            return try await update(
                desired, as: type, hash: hash, live: live, drift: [], ownership: ownership, yielding: yielded)
        }
        return try await correct(
            desired, as: type, hash: hash, live: live, differences: differences, ownership: ownership,
            yielding: yielded)
    }

    private func plan(
        _ found: any LiveObject, _ desired: DynamicObject, as type: ResourceType, hash: String, ownership: Ownership
    ) throws -> ApplyPlan {
        let known = memory.entry(type, desired.key)
        if let known, known.uid == found.uid, known.resourceVersion == found.resourceVersion, known.hash == hash {
            return .nothing(live: found)
        }
        let live = try found.dynamic()
        if let objection = ownership.objection(to: live) { throw ApplyError.foreign(type.kind, desired.key, objection) }
        if live.isBeingDeleted { throw ApplyError.beingDeleted(type.kind, live) }
        let all = Comparison.differences(desired: desired, live: live)
        let differences = known?.remaining(of: all, uid: live.uid, hash: hash) ?? all
        let isMarked = ownership.mark?.stands(on: live) ?? true
        if differences.isEmpty, isMarked, live.annotations[options.hashAnnotation] == hash {
            let accepted = known?.uid == live.uid && known?.hash == hash ? known?.accepted : nil
            memory.remember(
                ApplyMemory.Entry(
                    uid: live.uid, resourceVersion: live.resourceVersion, hash: hash, accepted: accepted ?? [:]),
                type, desired.key)
            return .nothing(live: live)
        }
        return .update(live: live, differences: differences)
    }

    /// - Returns: `nil` also where the cache can't tell: the server refuses to make what is there already.
    private func find(_ type: ResourceType, _ key: ObjectKey) async throws -> (any LiveObject)? {
        switch try await objects.lookUp(type, key) {
        case .found(let object): return object
        case .absent: return nil
        case .unselected where !memory.isHidden(type, key): return nil
        case .unselected, .unknown: return try await look(type, key)
        }
    }

    private func look(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        do {
            return try await api.get(type, key)
        } catch let error as APIError where error.isNotFound {
            memory.forgetHidden(type, key)
            return nil
        }
    }
}

/// What a child needs.
package enum ApplyPlan: Sendable {
    case nothing(live: any LiveObject)
    case create
    /// No differences: the desired state has changed in fields that are no longer desired, or the object lacks our mark.
    case update(live: DynamicObject, differences: [Difference])
}

/// What became of a child.
package struct ApplyResult: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case unchanged, created, updated
        /// Somebody keeps undoing our write. Nothing was written; try again after this time.
        case contended(retryAfter: Duration)
    }

    package var action: Action
    /// Of the live object: for the inventory.
    package var uid: String
    /// What others had changed; put right, unless contended.
    package var drift: [Drift] = []

    package init(action: Action, uid: String, drift: [Drift] = []) {
        self.action = action
        self.uid = uid
        self.drift = drift
    }
}
