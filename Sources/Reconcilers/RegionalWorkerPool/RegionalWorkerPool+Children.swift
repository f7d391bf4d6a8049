internal import KubeAPI

extension RegionalWorkerPool {
    /// The kinds that a pool's inventory may hold.
    static let childTypes: [ResourceType] = [
        .networkPolicy, .podDisruptionBudget, .deployment, .service, .serviceMonitor, .prometheusRule,
    ]

    /// Every child that the pool wants, in the order in which they are written: what rules over pods is there before
    /// them.
    package func children() throws -> [DesiredChild] {
        try [priorityClass(), networkPolicy()].compactMap(\.self) + regionalChildren() + monitoringChildren()
    }

    private func regionalChildren() throws -> [DesiredChild] {
        try enabledRegions.flatMap { region in
            [
                try Self.budget(for: region, of: self).map { try DesiredChild($0, part: region.name) },
                try DesiredChild(Self.deployment(for: region, of: self), part: region.name),
            ].compactMap(\.self)
        }
    }
}
