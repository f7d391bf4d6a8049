package import KubeAPI

extension RegionalWorkerPool {
    package static let childKinds: [ChildKind] = [
        .networkPolicy, .podDisruptionBudget, .deployment, .horizontalPodAutoscaler, .triggerAuthentication,
        .scaledObject, .service, .serviceMonitor, .prometheusRule,
    ]

    package func rendered() throws -> [DesiredChild] { try children() }

    package func rendered(asking client: KubeClient) async throws -> [DesiredChild] {
        try children(in: await PoolSurroundings(of: self, asking: client))
    }

    /// Its monitoring may be where Prometheus looks.
    package static func mayHaveChildren(
        _ type: ResourceType, in namespace: String, from own: String, _ permissions: Permissions
    ) -> Bool {
        [.serviceMonitor, .prometheusRule].contains(type) && permissions.mayMonitor(in: namespace, from: own)
    }

    /// Whether some of what the pool needs beside its nodes does not go with it by garbage collection.
    var reachesOutside: Bool { monitoringNamespace != metadata.namespace ?? "" }

    /// Every child that the pool wants, in the order in which they are written: what rules over pods is there before
    /// them, and what a child refers to before the child.
    package func children(in surroundings: PoolSurroundings = .assumed) throws -> [DesiredChild] {
        let isKEDA = scaler(isKEDAServed: surroundings.isKEDAServed) == .keda
        let shared = [
            priorityClass.flatMap(PriorityClasses.desired), try networkPolicy(),
            isKEDA ? try triggerAuthentication() : nil,
        ]
        let regional = try enabledRegions.flatMap { try children(of: $0, in: surroundings) }
        return try shared.compactMap(\.self) + regional + monitoringChildren()
    }

    private func children(of region: Region, in surroundings: PoolSurroundings) throws -> [DesiredChild] {
        let plan = scalerPlan(for: region, in: surroundings)
        var deployment = try DesiredChild(
            Self.deployment(
                for: region, of: self, replicas: plan.replicas,
                carriedTaints: surroundings.carriedTaints[region.name] ?? []), part: region.name)
        if plan.replicas == nil { deployment.yieldedFields = [.replicas] }
        var autoscaler = plan.autoscaler == .none ? nil : try horizontalPodAutoscaler(for: region)
        autoscaler?.isHeld = plan.autoscaler == .held
        let children = [
            try Self.budget(for: region, of: self).map { try DesiredChild($0, part: region.name) }, deployment,
            autoscaler, plan.hasScaledObject ? try scaledObject(for: region) : nil,
        ].compactMap(\.self)
        guard surroundings.refusals[region.name] != nil else { return children }
        return children.map { child in
            var child = child
            child.isHeld = true
            return child
        }
    }
}

extension FieldPath {
    static let replicas = FieldPath.root.appending("spec").appending("replicas")
}
