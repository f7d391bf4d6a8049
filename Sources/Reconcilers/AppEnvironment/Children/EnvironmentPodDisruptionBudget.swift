internal import KubeAPI

extension ResolvedEnvironment {
    /// One pod at a time, where there can be two or more. A budget of what may be missing never blocks a drain.
    func disruptionBudgets() throws -> [DesiredChild] {
        try components.filter { $0.spec.pdb == .auto && $0.maxReplicas >= 2 }.map { component in
            try child(
                .podDisruptionBudget, named: component.name, of: component,
                [
                    "spec": [
                        "maxUnavailable": 1,
                        "selector": ["matchLabels": .strings(component.podSelector)],
                        "unhealthyPodEvictionPolicy": "AlwaysAllow",
                    ]
                ])
        }
    }
}
