extension KubeClient {
    package func list<Object: KubernetesObject>(
        _ type: Object.Type, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws -> TypedList<Object> {
        let list = try await list(Object.resourceType, namespace: namespace, options: options)
        return TypedList(
            items: try list.items.map { try Self.decode($0, "GET") }, resourceVersion: list.resourceVersion,
            continueToken: list.continueToken)
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
