import KubeAPI

/// The types of the built-in kinds, by the short names of the notation.
enum TypeCatalogue {
    /// `nil` for a name that the catalogue does not have.
    static func type(named name: String) -> TypeSchema? { content.types[name] }

    /// The name in OpenAPI documents, as `io.k8s.api.core.v1.PodSpec`.
    static func fullName(of name: String) -> String { content.fullNames[name] ?? name }

    /// Short names in the order in which they are written.
    static var names: [String] { content.order }

    private static let content: TypeNotation = {
        var notation = TypeNotation()
        for (name, text) in sources {
            do {
                try notation.read(text)
            } catch {
                // The texts are constants of this module; a test reads them all.
                fatalError("type catalogue \(name): \(error)")
            }
        }
        return notation
    }()

    private static let sources: [(String, String)] = [
        ("meta", metaTypes), ("pod", podTypes), ("container", containerTypes), ("volume", volumeTypes),
        ("podStatus", podStatusTypes), ("core", coreTypes), ("node", nodeTypes), ("service", serviceTypes),
        ("quota", quotaTypes), ("storage", storageTypes), ("apps", appsTypes), ("batch", batchTypes),
        ("autoscaling", autoscalingTypes), ("policy", policyTypes), ("networking", networkingTypes),
        ("rbac", rbacTypes), ("events", eventTypes), ("crd", customResourceTypes),
    ]
}
