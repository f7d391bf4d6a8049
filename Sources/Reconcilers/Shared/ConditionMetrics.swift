internal import KubeAPI

extension ReconcilerEnvironment {
    /// Exposes the conditions of every object of a kind, read from the cache when they are asked for.
    func exposeConditions(of informer: Informer, kind: String) {
        metrics.observe(
            MetricName.resourceCondition, help: "The conditions of the objects of quartermaster.dev; always 1.",
            labels: ["kind", "namespace", "name", "type", "status", "reason"]
        ) {
            informer.store.list().flatMap { object in
                (object.value(at: "status", "conditions")?.elements ?? []).map { condition in
                    ObservedMetric.Sample(
                        kind, object.key.namespace, object.key.name, condition["type"]?.string ?? "",
                        condition["status"]?.string ?? "", condition["reason"]?.string ?? "", value: 1)
                }
            }
        }
    }
}
