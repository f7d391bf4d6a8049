package import KubeAPI

/// A child that a pool wants.
package struct Child: Sendable, Hashable {
    package var type: ResourceType
    package var object: DynamicObject
    /// The region that it belongs to, for the status.
    package var region: String

    init(_ object: some KubernetesObject, of region: Region) throws {
        self.type = Swift.type(of: object).resourceType
        self.object = try object.dynamicObject()
        self.region = region.name
    }
}

extension RegionalWorkerPool {
    /// Every child that the pool wants, in the order in which they are written: a budget is there before its pods.
    package func children() throws -> [Child] {
        try enabledRegions.flatMap { region in
            [
                try Self.budget(for: region, of: self).map { try Child($0, of: region) },
                try Child(Self.deployment(for: region, of: self), of: region),
            ].compactMap(\.self)
        }
    }
}
