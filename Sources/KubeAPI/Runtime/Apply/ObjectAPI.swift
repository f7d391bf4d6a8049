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

extension KubeClient: ObjectAPI {
    package func get(_ type: ResourceType, _ key: ObjectKey) async throws -> DynamicObject {
        try await get(type, key, subresource: nil)
    }
}
