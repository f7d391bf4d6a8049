internal import KubeAPI

extension RegionalWorkerPool {
    /// The kinds that a pool's inventory may hold.
    static let childTypes: [ResourceType] = [.podDisruptionBudget, .deployment]

    /// Every child that the pool wants, in the order in which they are written: a budget is there before its pods.
    package func children() throws -> [DesiredChild] {
        try enabledRegions.flatMap { region in
            [
                try Self.budget(for: region, of: self).map { try DesiredChild($0, part: region.name) },
                try DesiredChild(Self.deployment(for: region, of: self), part: region.name),
            ].compactMap(\.self)
        }
    }
}
