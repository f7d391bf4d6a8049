internal import KubeAPI

extension ResolvedEnvironment {
    /// The classes that a cluster of ours has by convention, with their values.
    static let sharedPriorityClasses: [String: Int64] = [
        "critical-infrastructure": 1_000_000, "production": 100_000, "tools": 5000, "staging": 1000,
    ]

    /// The shared PriorityClasses that the components name. They belong to no environment.
    var priorityClasses: [PriorityClasses.Request] {
        Set(components.map(\.priorityClassName)).sorted().compactMap { name in
            Self.sharedPriorityClasses[name].map { .init(name: name, value: $0, create: true) }
        }
    }

    /// By the component: the class that its pods name and may not have, with what to do.
    func refusals(by classes: PriorityClasses) -> [String: String] {
        components.reduce(into: [:]) { refusals, component in
            // As the template has it: the user's may name another one.
            let name = podTemplate(of: component)["spec"]?["priorityClassName"]?.string ?? ""
            refusals[component.name] = classes.refusal(
                of: .init(name: name, value: Self.sharedPriorityClasses[name]), in: namespace)
        }
    }
}
