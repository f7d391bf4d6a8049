/// The requests of the runtime: what `KubeClient` does, and what a test may do in its place.
///
/// All throw `APIError`, or `CancellationError`.
package protocol ObjectAPI: Sendable {
    func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject

    func create(
        _ object: DynamicObject, as type: ResourceType, options: WriteOptions
    ) async throws -> DynamicObject

    func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject

    func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String?, options: WriteOptions
    ) async throws -> DynamicObject

    func delete(_ type: ResourceType, _ key: ObjectKey, options: DeleteOptions) async throws
}

extension ObjectAPI {
    /// As `get`; `nil` where there is none.
    package func find(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject? {
        do {
            return try await get(type, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    /// As `patch`, with a document that names the UID of the object that is meant.
    ///
    /// Another object of that name gives a conflict. kube-apiserver calls such a patch invalid, since a UID cannot be
    /// changed; an update with a wrong UID it does call a conflict.
    func patchOnly(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws -> DynamicObject {
        do {
            return try await self.patch(type, key, patch, subresource: subresource, options: options)
        } catch var error as APIError where error.isInvalid && error.isAbout("metadata.uid") {
            error.code = 409
            error.reason = "Conflict"
            error.message = "the object was replaced by another one of the same name"
            error.causes = []
            throw error
        }
    }
}

extension APIError {
    fileprivate func isAbout(_ field: String) -> Bool { causes.contains { $0.field == field } }
}

extension KubeClient: ObjectAPI {
    package func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        try await get(type, key, subresource: nil)
    }
}
