internal import KubeAPI

/// What an environment needs at most at a time, by the names of a ResourceQuota: every component at its largest, and
/// the pods that a roll-out adds.
struct ResourceNeed: Sendable, Hashable {
    private(set) var total: [String: Quantity] = [:]

    /// - Parameter countsForeign: with the pods that scalers of others may ask for.
    init(_ environment: ResolvedEnvironment, countsForeign: Bool = false) {
        let bounds = environment.containerBounds
        for component in environment.components {
            let foreign = countsForeign ? environment.inputs.scalers[component.name]?.foreignMaximum ?? 0 : 0
            let pods = max(component.maxReplicas, foreign) + component.surge
            let pod = PodResources(environment.podTemplate(of: component), bounds: bounds)
            for (name, amount) in pod.amounts { add(amount.times(pods), to: name) }
            add(Quantity(units: pods), to: "pods")
            if !component.ports.isEmpty {
                add(ServiceUse(type: component.serviceType.rawValue, ports: component.ports.count))
            }
            if component.kind == .statefulSet { add(ServiceUse(type: "ClusterIP", ports: 0)) }
            for volume in component.ownVolumes {
                let count = component.claimNames(volume).count
                add((Amount.quantity(volume.size) ?? Quantity(nano: 0)).times(count), to: "requests.storage")
                add(Quantity(units: count), to: "persistentvolumeclaims")
            }
        }
        for claim in environment.inputs.retainedClaims {
            add(claim, to: "requests.storage")
            add(Quantity(units: 1), to: "persistentvolumeclaims")
        }
    }

    /// What is there already, as a quota counts it.
    ///
    /// - Parameters:
    ///   - pods: as they are, with their `spec`; those that have ended count no more.
    ///   - claims: how much each asks for.
    init(pods: [JSONObject], claims: [Quantity], services: [ServiceUse]) {
        for pod in pods {
            for (name, amount) in PodResources(pod, bounds: nil).amounts { add(amount, to: name) }
        }
        for claim in claims { add(claim, to: "requests.storage") }
        add(Quantity(units: pods.count), to: "pods")
        add(Quantity(units: claims.count), to: "persistentvolumeclaims")
        for service in services { add(service) }
    }

    /// What others need at most that the quota of the namespace is to leave room for.
    ///
    /// - Parameter bounds: what the namespace's LimitRange adds to a container that says nothing.
    init(siblings: [SiblingPods], bounds: ContainerBounds?) {
        for pods in siblings {
            for (name, amount) in PodResources(pods.template, bounds: bounds).amounts {
                add(amount.times(pods.count), to: name)
            }
            add(Quantity(units: pods.count), to: "pods")
            for volume in pods.template["spec"]?["volumes"]?.elements ?? [] {
                // A claim is made with the pod, and goes with it.
                guard let claim = volume["ephemeral"]?["volumeClaimTemplate"]?["spec"] else { continue }
                let size = Amount.quantity(claim["resources"]?["requests"]?["storage"]) ?? Quantity(nano: 0)
                add(size.times(pods.count), to: "requests.storage")
                add(Quantity(units: pods.count), to: "persistentvolumeclaims")
            }
        }
    }

    private mutating func add(_ service: ServiceUse) {
        for (name, count) in service.amounts { add(Quantity(units: count), to: name) }
    }

    private mutating func add(_ amount: Quantity, to name: String) {
        total[name] = (total[name] ?? Quantity(nano: 0)) + amount
    }

    /// What is needed of an entry of a quota, which may be spelled in the short way: `cpu` is `requests.cpu`.
    func amount(of entry: String) -> Quantity? {
        let short = ["cpu": "requests.cpu", "memory": "requests.memory"]
        return total[short[entry] ?? entry]
    }
}

/// What a Service takes of a quota. Source: Kubernetes, pkg/quota/v1/evaluator/core/services.go.
struct ServiceUse: Sendable, Hashable {
    var type: String
    var ports: Int

    var amounts: [String: Int] {
        switch type {
        case "NodePort": ["services": 1, "services.nodeports": ports]
        // It has a port on every node, too.
        case "LoadBalancer": ["services": 1, "services.nodeports": ports, "services.loadbalancers": 1]
        default: ["services": 1]
        }
    }
}

/// What one pod asks for, as a quota counts it.
struct PodResources: Sendable, Hashable {
    /// By `requests.cpu`, `limits.cpu`, `requests.memory`, `limits.memory`.
    private(set) var amounts: [String: Quantity] = [:]

    /// - Parameter bounds: what the namespace's LimitRange adds to a container that says nothing.
    init(_ template: JSONObject, bounds: ContainerBounds?) {
        let spec = template["spec"]
        let containers = spec?["containers"]?.elements ?? []
        // The init containers run one after the other, those that go on count with the rest.
        let initial = spec?["initContainers"]?.elements ?? []
        let sidecars = initial.filter { $0["restartPolicy"]?.string == "Always" }
        for resource in ["cpu", "memory"] {
            for kind in ["requests", "limits"] {
                let amount = { (container: JSONValue) in Self.amount(kind, resource, of: container, bounds) }
                let running = (containers + sidecars).map(amount).reduce(Quantity(nano: 0), +)
                let starting = initial.filter { $0["restartPolicy"]?.string != "Always" }.map(amount).max()
                amounts["\(kind).\(resource)"] = max(running, starting ?? running)
            }
        }
    }

    private static func amount(
        _ kind: String, _ resource: String, of container: JSONValue, _ bounds: ContainerBounds?
    ) -> Quantity {
        let own = container["resources"]
        let given = Amount.quantity(own?[kind]?[resource])
        let fallback: JSONValue? =
            kind == "limits"
            ? bounds?.defaultLimit[resource]
            // A request that is not given is the limit that is. Source: Kubernetes, "Resource Management", and LimitRange.
            : own?["limits"]?[resource] ?? bounds?.defaultRequest[resource]
        return given ?? Amount.quantity(fallback) ?? Quantity(nano: 0)
    }
}

extension Quantity {
    init(units: Int) { self.init(nano: Int128(units) * 1_000_000_000) }

    func times(_ count: Int) -> Quantity {
        let (product, overflow) = nano.multipliedReportingOverflow(by: Int128(count))
        return overflow ? self : Quantity(nano: product)
    }

    func raised(byPercent percent: Int) -> Quantity { Quantity(nano: nano + nano / 100 * Int128(percent)) }

    static func - (left: Quantity, right: Quantity) -> Quantity { Quantity(nano: left.nano - right.nano) }
}
