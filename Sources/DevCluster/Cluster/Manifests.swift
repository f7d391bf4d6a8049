internal import KubeAPI

/// Objects from files, in the order in which a cluster can take them.
struct Manifests: Sendable {
    let objects: [DynamicObject]

    /// - Parameter paths: files, or folders of files.
    /// - Throws: `ConfigurationError` that names the file, or `JSONError` where a document is no object.
    init(paths: [String]) throws {
        let documents = try ManifestFiles.load(paths).map { try DynamicObject($0) }
        // A kustomization is an instruction to another program, not an object.
        let objects = documents.filter { !$0.apiVersion.hasPrefix("kustomize.config.k8s.io/") }
        // What others need goes first; otherwise the order of the files stands.
        self.objects = Self.ranks.flatMap { rank in objects.filter { Self.rank($0) == rank } }
    }

    private static let ranks = [0, 1, 2]

    private static func rank(_ object: DynamicObject) -> Int {
        switch object.kind {
        case "CustomResourceDefinition": 0
        case "Namespace": 1
        default: 2
        }
    }
}

extension KubeClient {
    /// Applies objects one after the other by server-side apply.
    ///
    /// - Returns: what was applied, as in `deployments.apps shop/web`.
    /// - Throws: `APIError`, or `JSONError` where the cluster does not know a kind.
    func apply(_ manifests: Manifests, namespace: String = "default") async throws -> [String] {
        var applied: [String] = []
        for object in manifests.objects {
            guard let type = try await resourceType(apiVersion: object.apiVersion, kind: object.kind) else {
                throw JSONError(
                    .value, "the cluster has no kind \(object.kind) in \(object.apiVersion); apply its definition first"
                )
            }
            var key = object.key
            if type.isNamespaced, key.namespace.isEmpty { key.namespace = namespace }
            if !type.isNamespaced { key.namespace = "" }
            _ = try await patch(type, key, .apply(object.json, force: true))
            applied.append("\(type.qualifiedName) \(key)")
            if type == .customResourceDefinition { try await waitUntilServed(object) }
        }
        return applied
    }

    /// Objects of a new kind can be written once its definition is Established.
    private func waitUntilServed(_ definition: DynamicObject) async throws {
        try await poll("the definition \(definition.name) is served") {
            let conditions = try await self.get(.customResourceDefinition, definition.key)[path: "status", "conditions"]
            let isEstablished = conditions?.array?.contains {
                $0["type"]?.string == "Established" && $0["status"]?.string == "True"
            }
            return isEstablished == true ? nil : "it is not Established"
        }
        invalidateDiscovery()
    }
}
