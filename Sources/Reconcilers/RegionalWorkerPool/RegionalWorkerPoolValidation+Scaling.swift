internal import KubeAPI

extension RegionalWorkerPool.Spec {
    func checkScaling(_ rules: inout Rules) {
        rules.require(
            scaling != nil || !regions.contains { $0.minReplicas != nil || $0.maxReplicas != nil }, "spec",
            "minReplicas and maxReplicas of a region need scaling; use replicas, or add scaling")
        guard let scaling else { return }
        scaling.check(&rules, at: "spec.scaling")
        rules.require(
            regions.allSatisfy {
                $0.minReplicas ?? scaling.minReplicas <= $0.maxReplicas ?? scaling.maxReplicas
            }, "spec",
            """
            minReplicas of a region must not be above its maxReplicas; those that it does not give are those of scaling
            """)
        rules.require(
            scaling.engine == .fixed || scaling.canScaleToZero || regions.allSatisfy { $0.minReplicas ?? 1 > 0 },
            "spec",
            """
            only KEDA can scale a region to 0; set its minReplicas to at least 1, or give keda.triggers and engine \
            Auto or KEDA
            """)
    }
}

extension RegionalWorkerPool.Scaling {
    fileprivate var canScaleToZero: Bool { engine != .hpa && keda != nil }

    fileprivate func check(_ rules: inout Rules, at path: String) {
        rules.require(minReplicas <= maxReplicas, path, "minReplicas must not be above maxReplicas")
        rules.require(engine != .keda || keda != nil, path, "engine KEDA needs keda.triggers")
        rules.require(
            minReplicas > 0 || engine == .fixed || canScaleToZero, path,
            """
            only KEDA can scale to 0; set minReplicas to at least 1, or give keda.triggers and engine Auto or KEDA
            """)
        rules.require(
            keda?.advanced?["horizontalPodAutoscalerConfig"]?["name"] == nil,
            path.field("keda.advanced.horizontalPodAutoscalerConfig"),
            "the autoscaler is named after the region's Deployment so that it can change hands; remove name")
    }
}
