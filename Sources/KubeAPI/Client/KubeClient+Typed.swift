extension KubeClient {
    package func get<Object: KubernetesObject>(_ type: Object.Type, _ key: ObjectKey) async throws -> Object {
        try Self.decode(await get(Object.resourceType, key), "GET")
    }

    package func list<Object: KubernetesObject>(
        _ type: Object.Type, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws -> TypedList<Object> {
        let list = try await list(Object.resourceType, namespace: namespace, options: options)
        return TypedList(
            items: try list.items.map { try Self.decode($0, "GET") }, resourceVersion: list.resourceVersion,
            continueToken: list.continueToken)
    }

    package func create<Object: KubernetesObject>(
        _ object: Object, options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        try Self.decode(await create(object.dynamicObject(), as: Object.resourceType, options: options), "POST")
    }

    /// Replaces the object. Fields that the type does not name are lost: see `KubernetesObject`.
    package func update<Object: KubernetesObject>(
        _ object: Object, subresource: String? = nil, options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        let written = try await update(
            object.dynamicObject(), as: Object.resourceType, subresource: subresource, options: options)
        return try Self.decode(written, "PUT")
    }

    package func patch<Object: KubernetesObject>(
        _ type: Object.Type, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws -> Object {
        let written = try await self.patch(
            Object.resourceType, key, patch, subresource: subresource, options: options)
        return try Self.decode(written, "PATCH")
    }

    package func delete<Object: KubernetesObject>(
        _ type: Object.Type, _ key: ObjectKey, options: DeleteOptions = DeleteOptions()
    ) async throws {
        try await delete(Object.resourceType, key, options: options)
    }

    private static func decode<Object: KubernetesObject>(
        _ object: DynamicObject, _ method: String
    ) throws -> Object {
        do {
            return try object.decode(Object.self)
        } catch {
            throw APIError(
                code: 200, reason: APIError.invalidResponseReason, message: "the answer: \(error)",
                request: "\(method) \(Object.resourceType.qualifiedName) \(object.key)")
        }
    }
}
