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
