internal import KubeAPI

extension ResolvedPool {
    /// The HorizontalPodAutoscaler of a region.
    func horizontalPodAutoscaler(of region: Region, _ plan: ScalerPlan) throws -> DesiredChild? {
        guard plan.autoscaler != .none, let scaling = spec.scaling else { return nil }
        return try DesiredChild(
            .horizontalPodAutoscaler, of: pool, named: region.childName, labels: [LabelKey.region: region.name],
            part: region.name,
            [
                "spec": [
                    "scaleTargetRef": region.scaleTarget,
                    // Only KEDA can scale to 0.
                    "minReplicas": .integer(Int64(max(region.minReplicas, 1))),
                    "maxReplicas": .integer(Int64(region.maxReplicas)),
                    "metrics": .array(scaling.hpa.metrics),
                    "behavior": scaling.behavior.json,
                ]
            ]
        ).held(plan.autoscaler == .held)
    }
}

extension Region {
    var scaleTarget: JSONValue {
        [
            "apiVersion": .string(ResourceType.deployment.apiVersion),
            "kind": .string(ResourceType.deployment.kind), "name": .string(childName),
        ]
    }
}

extension RegionalWorkerPool.HPASettings {
    fileprivate var metrics: [JSONValue] {
        [("cpu", cpuUtilization), ("memory", memoryUtilization)].compactMap { name, target in
            target.map {
                [
                    "type": "Resource",
                    "resource": [
                        "name": .string(name),
                        "target": ["type": "Utilization", "averageUtilization": .integer(Int64($0))],
                    ],
                ]
            }
        }
    }
}

extension RegionalWorkerPool.ScalingBehavior {
    var json: JSONValue { ["scaleUp": .object(scaleUp), "scaleDown": .object(scaleDown)] }
}
