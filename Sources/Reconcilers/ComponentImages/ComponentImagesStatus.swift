internal import KubeAPI

// What a pipeline reads: its deployer can't see the environment, which is cluster-scoped.
extension EnvironmentObservation {
    /// The status of the object in which the deployer sets images.
    ///
    /// A refused image is told here and nowhere else: whoever sets images must not be able to make the environment unready.
    ///
    /// An entry that was left behind by its component is told and keeps nobody from Ready. The status remembers its image: once a pipeline
    /// sets another one it is refused, or the pipeline would take a deployment that does nothing for done.
    func status(of images: DeployedImages) -> ComponentImages.Status {
        let standings = components.map { observed in
            let (name, finding) = (observed.component.name, finding(of: observed))
            return Standing(
                component: observed.component, finding: finding,
                counts: images.accepted[name] != nil || (images.withdrawn.contains(name) && finding != nil))
        }
        return ComponentImages.Status(
            components: standings.map { standing in
                let component = standing.component
                return ComponentImages.Component(
                    name: component.name, image: component.image.cut(to: 512),
                    source: standing.counts ? .componentImages : .appEnvironment,
                    message: (images.refused[component.name] ?? standing.finding)?.message.cut(to: 4096))
            }
                + images.stale.sorted { $0.key < $1.key }.map { name, image in
                    ComponentImages.Component(
                        name: name, image: image, source: .componentImages, message: staleness(of: name))
                },
            conditions: conditions(of: images, standings.filter(\.counts)))
    }

    private struct Standing {
        var component: Component
        /// Why the component does not run what it should; `nil` where it does.
        var finding: Finding?
        /// Whether `Ready` depends on it: it has an entry, or had one and has not gone back yet. The status remembers that, so that
        /// whoever has removed an entry is not told `Ready` while pods of its image still run.
        var counts: Bool
    }

    private func conditions(of images: DeployedImages, _ counted: [Standing]) -> [Condition] {
        var conditions = Conditions()
        if environment.spec.suspend {
            conditions.block(
                Finding(.suspended, "AppEnvironment \(environment.name) is suspended: nothing is rolled out", .pause))
        }
        if let namespaceFinding { conditions.block(namespaceFinding) }
        for (_, finding) in images.refused.sorted(by: { $0.key < $1.key }) { conditions.block(finding) }
        for finding in counted.compactMap(\.finding) { conditions.block(finding) }
        let list = counted.map { "\($0.component.name) runs \($0.component.image)" }.joined(separator: ", ")
        conditions.remark = images.stale.keys.sorted().map { "; \(staleness(of: $0))" }.joined()
        let none = "no image is set here; the components run those of AppEnvironment \(environment.name)"
        return conditions.assembled(ready: (.ready, list.isEmpty ? none : list))
    }

    private func staleness(of name: String) -> String {
        "the entry of \(name) has no effect: AppEnvironment \(environment.name) has no such component any more; remove it"
    }

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
