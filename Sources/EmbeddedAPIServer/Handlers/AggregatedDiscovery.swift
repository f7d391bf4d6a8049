internal import KubeAPI

/// When discovery is asked for in one document. Source: Kubernetes documentation, "Aggregated discovery".
enum AggregatedDiscovery {
    /// All groups of `/api` or `/apis` with their versions and kinds.
    static func document(_ definitions: [ResourceDefinition]) -> JSONValue {
        let groups = unique(definitions.map(\.type.group))
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(
                groups.map { name in
                    let members = definitions.filter { $0.type.group == name }
                    let versions = unique(members.map(\.type.version)).map { version in
                        JSONValue.object([
                            "version": .string(version),
                            "resources": .array(members.filter { $0.type.version == version }.map(resource)),
                            "freshness": "Current",
                        ])
                    }
                    return ["metadata": name.isEmpty ? [:] : ["name": .string(name)], "versions": .array(versions)]
                }),
        ]
    }

    private static func resource(_ definition: ResourceDefinition) -> JSONValue {
        var entry: JSONValue = [
            "resource": .string(definition.type.plural), "responseKind": kind(definition.type.kind, of: nil),
            "scope": definition.type.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(definition.singular),
            "verbs": .array(definition.verbs.map(JSONValue.string)),
        ]
        let names = [("shortNames", definition.shortNames), ("categories", definition.categories)]
        for (field, values) in names where !values.isEmpty { entry[field] = .array(values.map(JSONValue.string)) }
        if !definition.subresources.isEmpty {
            entry["subresources"] = .array(
                definition.subresources.map { subresource in
                    [
                        "subresource": .string(subresource.name),
                        "responseKind": kind(subresource.kind, of: subresource.apiVersion),
                        "verbs": .array(subresource.verbs.map(JSONValue.string)),
                    ]
                })
        }
        return entry
    }

    /// Empty group and version mean those of the resource itself.
    private static func kind(_ kind: String, of apiVersion: String?) -> JSONValue {
        let parts = (apiVersion ?? "/").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return [
            "group": .string(parts.count > 1 ? parts[0] : ""), "version": .string(parts.last ?? ""),
            "kind": .string(kind),
        ]
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// The media type of the answer; `nil` where the client wants the plain documents.
    static func mediaType(accept: String?) -> String? {
        for type in (accept ?? "").split(separator: ",").map(MediaType.init) where type.name == "application/json" {
            guard let kind = type.parameters["as"] else { return nil }
            if kind == "APIGroupDiscoveryList", type.parameters["g"] == "apidiscovery.k8s.io",
                type.parameters["v"] == "v2"
            {
                return "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            }
        }
        return nil
    }
}
