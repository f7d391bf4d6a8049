/// The types of the built-in kinds, by the short names of the notation: which fields they have, how lists are told apart,
/// what is an amount, what the server fills in.
///
/// Texts until the first type is asked for, which reads them all.
package enum TypeCatalogue {
    /// `nil` for a name that the catalogue does not have.
    package static func type(named name: String) -> TypeSchema? { content.types[name] }

    /// The type of a built-in kind's objects; `nil` for other kinds, and for versions that the catalogue does not have.
    package static func type(apiVersion: String, kind: String) -> TypeSchema? {
        guard let package = packages[apiVersion] else { return nil }
        // Events have two groups; the catalogue's `Event` is the newer one.
        let name = apiVersion == "v1" && kind == "Event" ? "CoreEvent" : kind
        guard fullName(of: name) == "\(package).\(kind)" else { return nil }
        return type(named: name)
    }

    /// The packages of the kinds, by API version.
    private static let packages = [
        "v1": "io.k8s.api.core.v1", "apps/v1": "io.k8s.api.apps.v1", "batch/v1": "io.k8s.api.batch.v1",
        "autoscaling/v2": "io.k8s.api.autoscaling.v2", "policy/v1": "io.k8s.api.policy.v1",
        "scheduling.k8s.io/v1": "io.k8s.api.scheduling.v1", "node.k8s.io/v1": "io.k8s.api.node.v1",
        "networking.k8s.io/v1": "io.k8s.api.networking.v1", "rbac.authorization.k8s.io/v1": "io.k8s.api.rbac.v1",
        "storage.k8s.io/v1": "io.k8s.api.storage.v1", "coordination.k8s.io/v1": "io.k8s.api.coordination.v1",
        "events.k8s.io/v1": "io.k8s.api.events.v1",
        "apiextensions.k8s.io/v1": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    ]

    /// The name in OpenAPI documents, as `io.k8s.api.core.v1.PodSpec`.
    package static func fullName(of name: String) -> String { content.fullNames[name] ?? name }

    /// Short names in the order in which they are written.
    package static var names: [String] { content.order }

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
