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
                    source: counts(observed, in: images) ? .componentImages : .appEnvironment,
                    message: (refusal ?? finding(of: observed))?.message.cut(to: 4096))
            },
            conditions: conditions(of: images))
    }

    /// Whether `Ready` depends on the component: it has an entry, or had one and has not gone back yet. The status remembers that, so that
    /// whoever has removed an entry is not told `Ready` while pods of its image still run.
    private func counts(_ observed: ComponentObservation, in images: DeployedImages) -> Bool {
        let name = observed.component.name
        return images.accepted[name] != nil || (images.withdrawn.contains(name) && finding(of: observed) != nil)
    }

    private func conditions(of images: DeployedImages) -> [Condition] {
        var conditions = Conditions()
        if environment.spec.suspend {
            conditions.block(
                Finding(.suspended, "AppEnvironment \(environment.name) is suspended: nothing is rolled out", .pause))
        }
        if let namespaceFinding { conditions.block(namespaceFinding) }
        for (_, finding) in images.refused.sorted(by: { $0.key < $1.key }) { conditions.block(finding) }
        let counted = components.filter { counts($0, in: images) }
        for finding in counted.compactMap(finding(of:)) { conditions.block(finding) }
        let list = counted.map { "\($0.component.name) runs \($0.component.image)" }.joined(separator: ", ")
        let none = "no image is set here; the components run those of AppEnvironment \(environment.name)"
        return conditions.assembled(ready: (.ready, list.isEmpty ? none : list))
    }

    /// Why a component does not run what it should; `nil` where it does.
    private func finding(of observed: ComponentObservation) -> Finding? {
        if let finding = observed.finding { return finding }
        let component = observed.component
        let image = observed.image ?? "none"
        guard image != component.templateImage ?? component.image else { return nil }
        if quota?.isSufficient == false {
            let words = "\(observed.name) stays at \(image): the quota leaves no room for the roll-out"
            return Finding(.exceeded, words, .edit)
        }
        return Finding(.rollingOut, "\(observed.name) is still at \(image)", .wait)
    }
}
