extension AppEnvironment {
    /// Volumes that would be one claim.
    ///
    /// The name of a claim is put together from two, and two pairs can come out as one: then two components would write over
    /// each other's data. Not in the CRD: to compare all pairs there costs more than the API server allows.
    package var violationsBeyondDefinition: [Violation] {
        var violations: [Violation] = []
        var first: [String: (component: String, volume: String)] = [:]
        for (index, component) in spec.components.enumerated() {
            for volume in component.volumes ?? [] {
                let claim = Component.claimName(component.name, volume.name)
                guard let other = first.updateValue((component.name, volume.name), forKey: claim),
                    other.component != component.name
                else { continue }
                violations.append(
                    Violation(
                        "spec.components[\(index)].volumes",
                        """
                        volume \(volume.name) of component \(component.name) and volume \(other.volume) of component \
                        \(other.component) would be the same PersistentVolumeClaim \(claim); give one of them another name
                        """))
            }
        }
        return violations
    }
}
