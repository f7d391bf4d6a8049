internal import KubeAPI

// What a pipeline reads: its deployer can't see the environment, which is cluster-scoped.
extension EnvironmentObservation {
    /// The status of the object in which the deployer sets images.
    ///
    /// A refused image is told here and nowhere else: whoever sets images must not be able to make the environment unready.
    func status(of images: DeployedImages) -> ComponentImages.Status {
        ComponentImages.Status(
            components: components.map { observed in
                let (name, refusal) = (observed.component.name, images.refused[observed.component.name])
                return ComponentImages.Component(
                    name: name, image: observed.component.image.cut(to: 512),
                    source: images.accepted[name] == nil ? .appEnvironment : .componentImages,
                    message: (refusal ?? finding(of: observed))?.message.cut(to: 4096))
            },
            conditions: conditions(of: images))
    }

    private func conditions(of images: DeployedImages) -> [Condition] {
        var conditions = Conditions()
        if environment.spec.suspend {
            conditions.block(
                Finding(.suspended, "AppEnvironment \(environment.name) is suspended: nothing is rolled out", .pause))
        }
        if let namespaceFinding { conditions.block(namespaceFinding) }
        for (_, finding) in images.refused.sorted(by: { $0.key < $1.key }) { conditions.block(finding) }
        let deployed = components.filter { images.accepted[$0.component.name] != nil }
        for finding in deployed.compactMap(finding(of:)) { conditions.block(finding) }
        let list = deployed.map { "\($0.component.name) runs \($0.component.image)" }.joined(separator: ", ")
        let none = "no image is set here; the components run those of AppEnvironment \(environment.name)"
        return conditions.assembled(ready: (.ready, list.isEmpty ? none : list))
    }

    /// Why a component does not run what it should; `nil` where it does.
    private func finding(of observed: ComponentObservation) -> Finding? {
        if let finding = observed.finding { return finding }
        let component = observed.component
        let image = observed.image ?? "none"
        // The template of a component may set its image, whatever the component says.
        guard environment.images?.accepted[component.name] != nil, image != component.image else { return nil }
        if quota?.isSufficient == false {
            let words = "\(observed.name) stays at \(image): the quota leaves no room for the roll-out"
            return Finding(.exceeded, words, .edit)
        }
        return Finding(.rollingOut, "\(observed.name) is still at \(image)", .wait)
    }
}
