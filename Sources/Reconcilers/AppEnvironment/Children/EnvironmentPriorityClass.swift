internal import KubeAPI

extension ResolvedEnvironment {
    /// The classes that a cluster of ours has by convention, with their values.
    static let sharedPriorityClasses: [String: Int64] = [
        "critical-infrastructure": 1_000_000, "production": 100_000, "tools": 5000, "staging": 1000,
    ]

    /// The PriorityClasses that the components name and that may have to be made. They belong to no environment.
    var priorityClasses: [PriorityClasses.Request] { tierClasses + ownClasses }

    private var tierClasses: [PriorityClasses.Request] {
        Set(components.map(\.priorityClassName)).sorted().compactMap { name in
            Self.sharedPriorityClasses[name].map { .init(name: name, value: $0, create: true) }
        }
    }

    /// Those beside the tiers'.
    fileprivate var ownClasses: [PriorityClasses.Request] {
        let requests = components.compactMap(\.spec.priorityClass).filter { Self.sharedPriorityClasses[$0.name] == nil }
            .map { PriorityClasses.Request(name: $0.name, value: $0.value.map(Int64.init), create: $0.create) }
        return requests.enumerated().filter { !requests[..<$0.offset].contains($0.element) }.map(\.element)
    }

    /// By the component: the class that its pods name and may not have, with what to do.
    func refusals(by classes: PriorityClasses) -> [String: String] {
        components.reduce(into: [:]) { refusals, component in
            // As the template has it: the user's may name another one.
            let name = podTemplate(of: component)["spec"]?["priorityClassName"]?.string ?? ""
            let given = priorityClasses.filter { $0.name == name }.compactMap(\.value).max()
            refusals[component.name] = classes.refusal(of: .init(name: name, value: given), in: namespace)
        }
    }
}

extension EnvironmentReconciler {
    /// Makes the classes that are missing. What the tiers' are in this cluster is for the platform to say; of those that the environment
    /// names itself it is told where they are not as it counts on.
    func ensurePriorityClasses(
        of environment: ResolvedEnvironment, into observed: inout EnvironmentObservation
    ) async throws {
        let ensured = try await priorityClasses.ensure(
            environment.priorityClasses, in: environment.namespace, isSuspended: environment.spec.suspend)
        observed.failures += ensured.failures
        observed.heldBack += ensured.heldBack
        observed.priorityFinding = environment.ownClasses.lazy.compactMap(priorityClasses.mismatch).first
    }

    func wakeForPriorityClasses(_ controller: Controller) {
        let environments = objects
        controller.watches(priorityClasses.informer) { event in
            // Another description changes nothing.
            if case .updated(let old, let new) = event, old.value(at: "value") == new.value(at: "value") { return [] }
            return environments.store.list().filter { $0.mayName(priorityClass: event.key.name) }.map(\.key)
        }
    }
}

extension CachedObject {
    /// Whether components of an environment name the class. From the raw object, and by their tier's default they may.
    fileprivate func mayName(priorityClass name: String) -> Bool {
        if ResolvedEnvironment.sharedPriorityClasses[name] != nil { return true }
        return (value(at: "spec", "components")?.elements ?? []).contains { component in
            [
                component["priorityClass"]?["name"], component["priorityClassName"],
                component["template"]?["spec"]?["priorityClassName"],
            ].contains { $0?.string == name }
        }
    }
}
