internal import KubeAPI

/// A pool with what its spec comes to in this cluster: what the builders, the node claims and the status work with.
package struct ResolvedPool: ResolvedKind {
    package let pool: RegionalWorkerPool
    /// The enabled regions in the order of the list.
    package let regions: [Region]
    package let scaler: Scaler
    /// What is to become of the scalers of the regions, in their order.
    package let plans: [ScalerPlan]
    /// What nodes carry is known only once they are claimed; the rest is as it was when the pass began.
    package var inputs: PoolInputs
    /// Whether the operator's configuration lets pools of this namespace claim nodes.
    package var mayClaimNodes = true
    /// Whether the operator's configuration lets the pool have its monitoring where it wants it.
    package var mayMonitor = true
    /// By the region: what its pods ask for and the operator's configuration does not let them have.
    package var refusals: [String: String] = [:]

    package init(_ pool: RegionalWorkerPool, _ inputs: PoolInputs = .assumed) {
        self.pool = pool
        self.inputs = inputs
        let scaler = Self.scaler(of: pool.spec, isKEDAServed: inputs.isKEDAServed)
        let regions = pool.spec.regions.filter(\.enabled).map { Region($0, of: pool) }
        self.scaler = scaler
        self.regions = regions
        plans = regions.map { region in
            ScalerPlan(
                for: region.target, by: scaler, live: inputs.scalers[region.name], isKEDAServed: inputs.isKEDAServed)
        }
    }

    package var spec: RegionalWorkerPool.Spec { pool.spec }
    package var name: String { pool.metadata.name ?? "" }
    package var namespace: String { pool.metadata.namespace ?? "" }

    private static func scaler(of spec: RegionalWorkerPool.Spec, isKEDAServed: Bool) -> Scaler {
        guard let scaling = spec.scaling else { return .fixed }
        return switch scaling.engine {
        case .auto: isKEDAServed && scaling.keda != nil ? .keda : .hpa
        case .keda: .keda
        case .hpa: .hpa
        case .fixed: .fixed
        }
    }
}

extension ResolvedPool {
    /// What rules over pods is there before them, and what a child refers to before the child.
    static let builders: [Builder] = [networkPolicies, triggerAuthentications, workloads, monitoring]

    /// The class that the pool names beside its template; it is no pool's own.
    var priorityClasses: [PriorityClasses.Request] {
        spec.placement.priorityClass.map {
            [.init(name: $0.name, value: $0.value.map(Int64.init), create: $0.create)]
        } ?? []
    }

    /// What each region has.
    private func workloads() throws -> [DesiredChild] {
        try zip(regions, plans).flatMap { region, plan in
            let children = try [
                disruptionBudget(of: region), deployment(of: region, plan),
                horizontalPodAutoscaler(of: region, plan), scaledObject(of: region, plan),
            ].compactMap(\.self)
            return children.map { $0.held(refusals[region.name] != nil) }
        }
    }

    /// Whether some of what the pool needs beside its nodes does not go with it by garbage collection.
    var reachesOutside: Bool { monitoringNamespace != namespace }

    /// Where the pool's ServiceMonitor and PrometheusRule are.
    package var monitoringNamespace: String { spec.monitoring?.namespace ?? namespace }

    /// The name of the pool's TriggerAuthentication.
    var triggerAuthenticationName: String { ChildName.joined(name, "triggers") }

    /// The inventory. Former versions had PriorityClasses in it, and deleted them.
    var recorded: [InventoryEntry] {
        (pool.status?.inventory ?? []).filter { $0.kind != ResourceType.priorityClass.kind }
    }
}

extension ResolvedPool {
    /// The pool within what the operator's configuration lets its namespace have. The rights of whoever wrote the pool end there:
    /// the operator makes pods for people who may not.
    func permitted(by permissions: Permissions, _ classes: PriorityClasses) -> ResolvedPool {
        var permitted = self
        permitted.mayClaimNodes = permissions.mayClaimNodes(namespace)
        permitted.mayMonitor = permissions.mayMonitor(in: monitoringNamespace, from: namespace)
        guard !permissions.isPrivileged(namespace) else { return permitted }
        for region in regions {
            let template = JSONValue.object(podTemplate(of: region))
            let named = template["spec"]?["priorityClassName"]?.string ?? ""
            let requests = priorityClasses + (priorityClasses.contains { $0.name == named } ? [] : [.init(name: named)])
            permitted.refusals[region.name] =
                region.runtime.refusal ?? Self.refusal(of: template)
                ?? requests.lazy.compactMap { classes.refusal(of: $0, in: namespace) }.first
        }
        return permitted
    }

    private static func refusal(of template: JSONValue) -> String? {
        PodSecurityBaseline.violation(in: template, at: "spec.template").map {
            """
            \($0) is more than the Pod Security Standard baseline allows; remove it, or add the namespace to the \
            operator's --privileged-namespaces
            """
        }
    }
}

extension RegionalWorkerPool.Runtime {
    fileprivate var refusal: String? {
        guard type == .hostSocket || type == .dockerInDocker else { return nil }
        return """
            runtime.type \(type.rawValue) gives pods power over their node; choose another runtime, or add the namespace \
            to the operator's --privileged-namespaces (one that an AppEnvironment shares has spec.namespace.podSecurity \
            privileged, or the pool a namespace of its own)
            """
    }
}
