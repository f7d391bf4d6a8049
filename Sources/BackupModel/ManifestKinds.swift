package import KubeAPI

/// The kinds that an export reads, out of those that a cluster has.
package enum ManifestKinds {
    /// - Parameters:
    ///   - offered: what the cluster lists, with the other names of each kind.
    ///   - included: names such as `deployments.apps`; empty for all.
    /// - Throws: `RunFailure` where a name is of no kind of the cluster, or no kind is left.
    package static func choose(
        from offered: [Offer], included: [String], excluded: [String], withSecrets: Bool
    ) throws(RunFailure) -> [ResourceType] {
        var excluded = ManifestExport.derivedKinds.union(excluded)
        if !withSecrets { excluded.insert("secrets") }
        var chosen: [ResourceType] = []
        if included.isEmpty {
            chosen = offered.map(\.type)
        } else {
            var unknown: [String] = []
            for name in included {
                if let found = offered.first(where: { $0.type.qualifiedName == name })
                    ?? offered.first(where: { $0.names.contains(name.lowercased()) })
                {
                    if !chosen.contains(found.type) { chosen.append(found.type) }
                } else if !excluded.contains(name) {
                    unknown.append(name)
                }
            }
            guard unknown.isEmpty else {
                throw RunFailure(
                    "the cluster has no kinds \(unknown.joined(separator: ", ")) in namespaces; write them as deployments.apps"
                )
            }
        }
        let kinds = chosen.filter { !excluded.contains($0.qualifiedName) }
        guard !kinds.isEmpty else { throw RunFailure("every kind is excluded") }
        return kinds
    }

    /// A kind of the cluster.
    package struct Offer: Sendable {
        package var type: ResourceType
        /// Others than the qualified one: the singular, short names, the plural alone.
        package var names: Set<String>

        package init(type: ResourceType, names: Set<String>) {
            self.type = type
            self.names = names
        }
    }
}
