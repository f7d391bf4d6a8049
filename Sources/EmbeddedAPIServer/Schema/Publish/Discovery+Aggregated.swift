import KubeAPI

extension Discovery {
    /// `/api` (`isCore`) or `/apis` as `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`.
    static func aggregated(_ definitions: [ResourceDefinition], isCore: Bool) -> JSONValue {
        let served = definitions.filter { $0.type.group.isEmpty == isCore }
        let groups = ordered(served.map(\.type.group))
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(groups.map { group($0, of: served) }),
        ]
    }

    private static func group(_ name: String, of definitions: [ResourceDefinition]) -> JSONValue {
        let own = definitions.filter { $0.type.group == name }
        let versions = versions(own).map { version -> JSONValue in
            let resources = own.filter { $0.type.version == version }.sorted { $0.type.plural < $1.type.plural }
            return [
                "version": .string(version), "resources": .array(resources.map(entry)), "freshness": "Current",
            ]
        }
        return ["metadata": name.isEmpty ? [:] : ["name": .string(name)], "versions": .array(versions)]
    }

    private static func entry(_ definition: ResourceDefinition) -> JSONValue {
        var fields: JSONValue = [
            "resource": .string(definition.type.plural), "responseKind": kind(definition.type.kind, definition),
            "scope": definition.type.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(definition.singular),
            "verbs": .array(definition.verbs.map(JSONValue.string)),
        ]
        if !definition.shortNames.isEmpty {
            fields["shortNames"] = .array(definition.shortNames.map(JSONValue.string))
        }
        if !definition.categories.isEmpty {
            fields["categories"] = .array(definition.categories.map(JSONValue.string))
        }
        guard !definition.subresources.isEmpty else { return fields }
        fields["subresources"] = .array(
            definition.subresources.map { subresource in
                [
                    "subresource": .string(subresource.name),
                    "responseKind": kind(subresource.kind, definition, subresource.apiVersion),
                    "verbs": .array(subresource.verbs.map(JSONValue.string)),
                ]
            })
        return fields
    }

    /// Built-in kinds leave out their own group and version, as the real server does.
    private static func kind(
        _ kind: String, _ definition: ResourceDefinition, _ apiVersion: String? = nil
    ) -> JSONValue {
        let own = definition.isCustom ? definition.type.apiVersion : ""
        let parts = (apiVersion ?? own).split(separator: "/").map(String.init)
        return [
            "group": .string(parts.count > 1 ? parts[0] : ""), "version": .string(parts.last ?? ""),
            "kind": .string(kind),
        ]
    }
}
