/// Writes the status of an object, in one request, and only when its content has changed.
package struct StatusWriter: Sendable {
    private let client: FencedClient
    private let fieldManager: String
    private let wallClock: @Sendable () -> Timestamp

    package init(
        _ client: FencedClient, fieldManager: String = "quartermaster",
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.client = client
        self.fieldManager = fieldManager
        self.wallClock = wallClock
    }

    /// Sets `status`, completed by `observedGeneration` in it and in each condition, and by transition times.
    ///
    /// - Parameters:
    ///   - object: as it was read at the start of the reconcile: its generation is the observed one, its version the
    ///     precondition.
    /// - Returns: the status as it was written; `nil` where the object has it already.
    /// - Throws: `APIError`; a conflict where the object has changed since it was read. `NotLeaderError`.
    @discardableResult
    package func write(
        _ status: some Encodable, to object: DynamicObject, as type: ResourceType
    ) async throws -> JSONObject? {
        guard let fields = try JSONValueEncoder().encode(status).object else {
            throw JSONError(.type, "a status is an object", path: "status")
        }
        let previous = object.fields["status"]?.object ?? [:]
        let completed = StatusContent.completed(
            fields, previous: previous, generation: object.generation, now: wallClock())
        guard let patch = StatusContent.patch(from: previous, to: completed) else { return nil }
        let body: JSONValue = [
            "metadata": ["uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion)],
            "status": .object(patch),
        ]
        try await client.patch(type, object.key, .merge(body), subresource: "status", fieldManager: fieldManager)
        return completed
    }
}
