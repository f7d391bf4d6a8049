internal import KubeAPI

extension ResolvedEnvironment {
    /// The configuration of each component. The name holds a hash of the content, so that a change makes another
    /// ConfigMap and, by the name in the pods, rolls them once. The pods that still run keep theirs until they are gone.
    func configMaps() throws -> [DesiredChild] {
        try components.compactMap { component in
            guard let name = component.configMapName else { return nil }
            return try child(
                .configMap, named: name, of: component,
                ["immutable": true, "data": .strings(component.spec.config ?? [:])])
        }
    }
}
