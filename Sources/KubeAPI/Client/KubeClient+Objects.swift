extension KubeClient {
    package func get(
        _ type: ResourceType, _ key: ObjectKey, subresource: String? = nil
    ) async throws -> DynamicObject {
        try await object(
            APIRequest("GET", type, namespace: key.namespace, name: key.name, subresource: subresource))
    }

    /// One page where `options.limit` is set, else all objects in one answer of at most the transport's size.
    ///
    /// - Parameter namespace: `nil` for all namespaces.
    package func list(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws -> ObjectList {
        let request = APIRequest("GET", type, namespace: namespace, query: options.query)
        let response = try await perform(request)
        return try read(response, request) { json throws(JSONError) in try ObjectList(json, of: type) }
    }

    /// All objects, asked for in pages. Where the list has aged away between two pages, it begins again once.
    package func listAll(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(), pageSize: Int = 500
    ) async throws -> ObjectList {
        var options = options
        options.limit = pageSize
        var hasRestarted = false
        var whole = try await list(type, namespace: namespace, options: options)
        while let token = whole.continueToken {
            options.continueToken = token
            // The token holds the version.
            options.resourceVersion = nil
            options.resourceVersionMatch = nil
            do {
                let page = try await list(type, namespace: namespace, options: options)
                whole.items += page.items
                whole.continueToken = page.continueToken
                whole.resourceVersion = page.resourceVersion
            } catch let error as APIError where error.isExpired && !hasRestarted {
                hasRestarted = true
                options.continueToken = nil
                whole = try await list(type, namespace: namespace, options: options)
            }
        }
        whole.remainingItemCount = nil
        return whole
    }

    package func create(
        _ object: DynamicObject, as type: ResourceType, options: WriteOptions = WriteOptions()
    ) async throws -> DynamicObject {
        var request = APIRequest(
            "POST", type, namespace: object.namespace, query: options.query(fieldManager: self.options.fieldManager))
        request.label = "POST \(type.qualifiedName) \(Self.displayName(of: object, type))"
        request.setJSON(object.json)
        return try await self.object(request)
    }

    /// Posts to a subresource, as in `pods/binding` and `pods/eviction`.
    package func create(
        _ object: DynamicObject, subresource: String, of type: ResourceType, _ key: ObjectKey,
        options: WriteOptions = WriteOptions()
    ) async throws -> DynamicObject {
        var request = APIRequest(
            "POST", type, namespace: key.namespace, name: key.name, subresource: subresource,
            query: options.query(fieldManager: self.options.fieldManager))
        request.setJSON(object.json)
        return try await self.object(request)
    }

    /// Replaces the object; its `resourceVersion`, where set, is the precondition.
    package func update(
        _ object: DynamicObject, as type: ResourceType, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws -> DynamicObject {
        var request = APIRequest(
            "PUT", type, namespace: object.namespace, name: object.name, subresource: subresource,
            query: options.query(fieldManager: self.options.fieldManager))
        request.setJSON(object.json)
        return try await self.object(request)
    }

    package func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: Patch, subresource: String? = nil,
        options: WriteOptions = WriteOptions()
    ) async throws -> DynamicObject {
        var request = APIRequest(
            "PATCH", type, namespace: key.namespace, name: key.name, subresource: subresource,
            query: patch.query + options.query(fieldManager: self.options.fieldManager))
        request.setJSON(patch.body, contentType: patch.contentType)
        return try await object(request)
    }

    /// Deletes the object, or marks it as being deleted where finalizers or a grace period hold it.
    package func delete(
        _ type: ResourceType, _ key: ObjectKey, options: DeleteOptions = DeleteOptions()
    ) async throws {
        var request = APIRequest("DELETE", type, namespace: key.namespace, name: key.name)
        request.setJSON(options.json)
        _ = try await perform(request)
    }

    private func object(_ request: APIRequest) async throws -> DynamicObject {
        let response = try await perform(request)
        return try read(response, request) { json throws(JSONError) in try DynamicObject(json) }
    }

    /// - Throws: `APIError` with reason `InvalidResponse` where the body is not what the status promises.
    func read<Value>(
        _ response: HTTPResponse, _ request: APIRequest, _ make: (JSONValue) throws(JSONError) -> Value
    ) throws(APIError) -> Value {
        do throws(JSONError) {
            return try make(JSONValue.parse(response.body))
        } catch {
            throw APIError(
                code: response.status, reason: APIError.invalidResponseReason, message: "the answer: \(error)",
                request: request.label)
        }
    }

    private static func displayName(of object: DynamicObject, _ type: ResourceType) -> String {
        let generated = object.fields["metadata"]?["generateName"]?.string.map { "\($0)*" } ?? ""
        let name = object.name.isEmpty ? generated : object.name
        return ObjectKey(namespace: type.isNamespaced ? object.namespace : "", name: name).description
    }
}
