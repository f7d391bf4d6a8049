/// The requests of a process that may write only while it leads.
///
/// Each write passes the gate, is sent, and is laid over the cache, so that the next pass does not act on what was there before it.
package struct FencedClient: Sendable {
    private let api: any ObjectAPI
    private let objects: any LiveObjects
    private let gate: WriteGate

    package init(api: any ObjectAPI, objects: any LiveObjects, gate: WriteGate) {
        self.api = api
        self.objects = objects
        self.gate = gate
    }

    /// The object as the cache shows it, or, where the cache cannot show all of it, as the server has it; `nil` where there is none.
    ///
    /// What the cache does not know is asked of the server too: the cache may be behind.
    /// - Throws: `APIError`.
    package func find(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        if case .found(let object) = try await objects.lookUp(type, key) { return try object.dynamic() }
        return try await api.find(type, key)
    }

    /// The object as the server has it; `nil` where there is none.
    ///
    /// - Throws: `APIError`.
    package func read(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        try await api.find(type, key)
    }

    /// - Throws: `APIError`, `NotLeaderError`.
    @discardableResult
    package func create(
        _ object: DynamicObject, as type: ResourceType, fieldManager: String
    ) async throws -> DynamicObject {
        try gate.check()
        let made = try await api.create(object, as: type, options: WriteOptions(fieldManager: fieldManager))
        objects.recordWrite(made, of: type)
        return made
    }

    /// - Parameters:
    ///   - patch: where it names a UID, another object of that name gives a conflict.
    ///   - fieldManager: `nil`: the client's.
    /// - Throws: `APIError`, `NotLeaderError`.
    @discardableResult
    package func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil, fieldManager: String?
    ) async throws -> DynamicObject {
        try gate.check()
        let written = try await api.patchOnly(
            type, key, patch, subresource: subresource, options: WriteOptions(fieldManager: fieldManager))
        if written.isReleased {
            objects.recordDeletion(type, key, uid: written.uid)
        } else {
            objects.recordWrite(written, of: type)
        }
        return written
    }

    /// What a patch would make of an object. Nothing is stored.
    ///
    /// - Throws: `APIError` in the server's words where it would refuse it, `NotLeaderError`.
    package func tryPatch(_ type: ResourceType, _ key: ObjectKey, _ patch: Patch) async throws -> DynamicObject {
        try gate.check()
        return try await api.patch(type, key, patch, subresource: nil, options: WriteOptions(dryRun: true))
    }

    /// Deletes this object, and no other of its name.
    ///
    /// - Parameters:
    ///   - version: only while the object is at this version; a later one gives a conflict.
    ///   - recordsEnd: lays the deletion over the cache at once. For types whose objects go without finalizers.
    /// - Returns: whether it was there to be deleted. It may stay for a while: finalizers can hold it.
    /// - Throws: `APIError`, `NotLeaderError`.
    @discardableResult
    package func delete(
        _ type: ResourceType, _ key: ObjectKey, expecting uid: String, version: String? = nil,
        propagation: DeleteOptions.Propagation? = nil, recordsEnd: Bool = false
    ) async throws -> Bool {
        try gate.check()
        do {
            try await api.delete(
                type, key,
                options: DeleteOptions(uid: uid, resourceVersion: version, propagationPolicy: propagation))
        } catch let error as APIError where error.isNotFound || (error.isConflict && version == nil) {
            return false  // gone, or another one by now
        }
        if recordsEnd { objects.recordDeletion(type, key, uid: uid) }
        return true
    }
}

extension DynamicObject {
    /// Whether the write that has this answer took away the last finalizer: the server has deleted the object with it. A namespace
    /// has finalizers in its spec too. Source: Kubernetes, "Finalizers".
    fileprivate var isReleased: Bool {
        isBeingDeleted && finalizers.isEmpty && self[path: "spec", "finalizers"]?.array?.isEmpty ?? true
            && (self[path: "metadata", "deletionGracePeriodSeconds"]?.integer ?? 0) == 0
    }
}
