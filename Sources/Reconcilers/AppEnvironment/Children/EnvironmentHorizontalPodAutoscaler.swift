internal import KubeAPI

extension ResolvedEnvironment {
    func autoscalers() throws -> [DesiredChild] {
        try components.compactMap { component in
            guard let scaling = component.autoscaling else { return nil }
            let metrics = [("cpu", scaling.cpu), ("memory", scaling.memory)].compactMap { name, percent in
                percent.map { Self.metric(name, percent: $0) }
            }
            return try child(
                .horizontalPodAutoscaler, named: component.name, of: component,
                [
                    "spec": [
                        "scaleTargetRef": [
                            "apiVersion": .string(component.workloadType.apiVersion),
                            "kind": .string(component.workloadType.kind), "name": .string(component.name),
                        ],
                        "minReplicas": .integer(Int64(scaling.min)),
                        "maxReplicas": .integer(Int64(scaling.max)),
                        "metrics": .array(metrics),
                    ]
                ])
        }
    }

    private static func metric(_ resource: String, percent: Int) -> JSONValue {
        [
            "type": "Resource",
            "resource": [
                "name": .string(resource),
                "target": ["type": "Utilization", "averageUtilization": .integer(Int64(percent))],
            ],
        ]
    }
}
