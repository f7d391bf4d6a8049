internal import KubeAPI

extension ResolvedEnvironment {
    /// The user's; else one pod at a time, where there can be two or more: a budget of what may be missing never blocks a drain.
    func disruptionBudgets() throws -> [DesiredChild] {
        try components.compactMap { component in
            guard let bound = component.disruptionBound else { return nil }
            return try child(
                .podDisruptionBudget, named: component.name, of: component,
                [
                    "spec": [
                        bound.field: bound.amount.json,
                        "selector": ["matchLabels": .strings(component.podSelector)],
                        "unhealthyPodEvictionPolicy": "AlwaysAllow",
                    ]
                ])
        }
    }
}

extension Component {
    /// What the component's PodDisruptionBudget says; `nil` where there is none.
    fileprivate var disruptionBound: (field: String, amount: IntOrString)? {
        guard spec.pdb == .auto else { return nil }
        if let amount = spec.disruption?.minAvailable { return ("minAvailable", amount) }
        if let amount = spec.disruption?.maxUnavailable { return ("maxUnavailable", amount) }
        return maxReplicas >= 2 ? ("maxUnavailable", .int(1)) : nil
    }

    /// What the budget means for a drain of the nodes; `nil` where it lets pods go.
    var drainWarning: String? {
        guard replicas > 0, let bound = disruptionBound else { return nil }
        let amount = bound.amount.count(of: replicas)
        guard bound.field == "minAvailable" ? amount >= replicas : amount == 0 else { return nil }
        return """
            PodDisruptionBudget \(name) lets no pod go at \(replicas.counted("pod")): a drain of a node waits until somebody \
            deletes its pod of \(name)
            """
    }
}

extension IntOrString {
    fileprivate var json: JSONValue {
        switch self {
        case .int(let number): .integer(Int64(number))
        case .string(let text): .string(text)
        }
    }

    /// How many of so many pods it is; a part of one counts as one. Source: Kubernetes, "Specifying a Disruption Budget".
    fileprivate func count(of pods: Int) -> Int {
        switch self {
        case .int(let number): number
        case .string(let text): ((Int(text.dropLast()) ?? 0) * pods + 99) / 100
        }
    }
}
