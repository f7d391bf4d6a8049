/// Adds and removes finalizers.
package struct Finalizers: Sendable {
    private let client: FencedClient

    private static let attempts = 5

    package init(_ client: FencedClient) { self.client = client }

    /// What an object that is being deleted waits for.
    package static func progress(of object: String, heldBy finalizers: [String]) -> String {
        let waits = finalizers.isEmpty ? "its end" : "its finalizers \(finalizers.joined(separator: ", "))"
        return "\(object) is being deleted: waiting for \(waits)"
    }

    /// The object with the finalizer.
    ///
    /// An object that is being deleted gets none: the API server would refuse it, and it would block the deletion.
    /// - Throws: `APIError`; a conflict where the object has changed since it was read. `NotLeaderError`.
    package func add(
        _ finalizer: String, to object: DynamicObject, as type: ResourceType
    ) async throws -> DynamicObject {
        guard !object.isBeingDeleted, !object.finalizers.contains(finalizer) else { return object }
        do {
            return try await write(object.finalizers + [finalizer], to: object, as: type)
        } catch var error as APIError where error.isNotFound {
            // It has changed since it was read, in the way that is no fault of anybody.
            (error.code, error.reason) = (409, "Conflict")
            throw error
        }
    }

    /// Takes the finalizer away. Done where it, or the object, is gone already.
    ///
    /// - Throws: `APIError`; a conflict only after several attempts. `NotLeaderError`.
    package func remove(_ finalizer: String, from object: DynamicObject, as type: ResourceType) async throws {
        var current = object
        for attempt in 1...Self.attempts {
            guard current.uid == object.uid, current.finalizers.contains(finalizer) else { return }
            do {
                _ = try await write(current.finalizers.filter { $0 != finalizer }, to: current, as: type)
                return
            } catch let error as APIError where error.isNotFound {
                return
            } catch let error as APIError where error.isConflict && attempt < Self.attempts {
                guard let live = try await client.read(type, object.key) else { return }
                current = live
            }
        }
    }

    private func write(
        _ finalizers: [String], to object: DynamicObject, as type: ResourceType
    ) async throws -> DynamicObject {
        // A list is replaced as a whole, so the version is the precondition: finalizers of others must survive.
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion),
                "finalizers": .array(finalizers.map(JSONValue.string)),
            ]
        ]
        return try await client.patch(type, object.key, .merge(patch), fieldManager: nil)
    }
}
