import KubeAPI

/// Discovery documents. Source: Kubernetes documentation, "API discovery".
enum Discovery {
    /// `/api`.
    static func coreVersions(serverAddress: String) -> JSONValue {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(serverAddress)]],
        ]
    }

    /// `/apis`.
    static func groups(_ definitions: [ResourceDefinition]) -> JSONValue {
        let groups = ordered(definitions.map(\.type.group).filter { !$0.isEmpty })
        return [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groups.map { groupFields($0, definitions) }),
        ]
    }

    /// `/apis/{group}`; `nil` for a group that is not served.
    static func group(_ name: String, _ definitions: [ResourceDefinition]) -> JSONValue? {
        guard definitions.contains(where: { $0.type.group == name }) else { return nil }
        var fields: JSONValue = ["kind": "APIGroup", "apiVersion": "v1"]
        for (key, value) in groupFields(name, definitions).object ?? [:] { fields[key] = value }
        return fields
    }

    /// `/api/v1` and `/apis/{group}/{version}`; `nil` for a version that is not served.
    static func resources(groupVersion: String, _ definitions: [ResourceDefinition]) -> JSONValue? {
        let served = definitions.filter { $0.type.apiVersion == groupVersion }
        guard !served.isEmpty else { return nil }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion),
            "resources": .array(served.flatMap(\.discoveryEntries)),
        ]
    }

    private static func groupFields(_ name: String, _ definitions: [ResourceDefinition]) -> JSONValue {
        let versions = versions(definitions.filter { $0.type.group == name }).map { version in
            JSONValue.object(["groupVersion": .string("\(name)/\(version)"), "version": .string(version)])
        }
        return [
            "name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? .null,
        ]
    }

    /// The versions of a group's kinds, the preferred one first.
    static func versions(_ definitions: [ResourceDefinition]) -> [String] {
        ordered(definitions.map(\.type.version)).sorted { VersionPriority($0) > VersionPriority($1) }
    }

    static func ordered(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

extension ResourceDefinition {
    /// The kind and its subresources as `APIResource`s.
    fileprivate var discoveryEntries: [JSONValue] {
        var own: JSONValue = [
            "name": .string(type.plural), "singularName": .string(singular), "namespaced": .bool(type.isNamespaced),
            "kind": .string(type.kind), "verbs": .array(verbs.map(JSONValue.string)),
        ]
        if !shortNames.isEmpty { own["shortNames"] = .array(shortNames.map(JSONValue.string)) }
        if !categories.isEmpty { own["categories"] = .array(categories.map(JSONValue.string)) }
        return [own] + subresources.map { subresourceEntry($0) }
    }

    private func subresourceEntry(_ subresource: Subresource) -> JSONValue {
        var entry: JSONValue = [
            "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
            "namespaced": .bool(type.isNamespaced), "kind": .string(subresource.kind),
            "verbs": .array(subresource.verbs.map(JSONValue.string)),
        ]
        if let parts = subresource.apiVersion?.split(separator: "/"), let version = parts.last {
            if parts.count > 1 { entry["group"] = .string(String(parts[0])) }
            entry["version"] = .string(String(version))
        }
        return entry
    }
}
