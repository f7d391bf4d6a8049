internal import KubeAPI

extension ResolvedPool {
    /// The HorizontalPodAutoscaler of a region.
    func horizontalPodAutoscaler(of region: Region, _ plan: ScalerPlan) throws -> DesiredChild? {
        guard plan.autoscaler != .none, let scaling = spec.scaling else { return nil }
        return try DesiredChild(
            .horizontalPodAutoscaler, of: pool, named: region.childName, labels: [LabelKey.region: region.name],
            part: region.name,
            ["spec": region.target.autoscalerSpec(metrics: scaling.hpa.metrics, behavior: scaling.behavior.json)]
        ).held(plan.autoscaler == .held)
    }
}

extension RegionalWorkerPool.HPASettings {
    fileprivate var metrics: [JSONValue] {
        [("cpu", cpuUtilization), ("memory", memoryUtilization)].compactMap { name, target in
            target.map { .utilization(of: name, percent: $0) }
        }
    }
}

extension RegionalWorkerPool.ScalingBehavior {
    var json: JSONValue { ["scaleUp": .object(scaleUp), "scaleDown": .object(scaleDown)] }
}
