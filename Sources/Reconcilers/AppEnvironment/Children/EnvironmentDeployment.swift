internal import KubeAPI

extension ResolvedEnvironment {
    func deployments() throws -> [DesiredChild] {
        try components.filter { $0.kind == .deployment }.map { component in
            try workload(.deployment, of: component, ["strategy": component.strategy])
        }
    }

    /// What keeps a number of pods running.
    ///
    /// - Parameter fields: of its spec, beside those that all such types have.
    func workload(
        _ type: ResourceType, of component: Component, _ fields: KeyValuePairs<String, JSONValue>
    ) throws -> DesiredChild {
        let replicas = replicas(of: component)
        let secrets = inputs.secrets?.hash(of: component, in: environment) ?? .value(nil)
        var spec: JSONObject = [:]
        if let replicas { spec["replicas"] = .integer(Int64(replicas)) }
        spec["selector"] = ["matchLabels": .strings(component.podSelector)]
        for (field, value) in fields { spec[field] = value }
        spec["template"] = .object(podTemplate(of: component, secrets))
        var workload = try child(type, named: component.name, of: component, ["spec": .object(spec)])
        workload.isHeld = secrets == .unknown
        // A scaler takes over the number that is there.
        if replicas == nil { workload.releasedFields = [.replicas] }
        return workload
    }

    /// What its workload says; `nil` where a scaler decides.
    private func replicas(of component: Component) -> Int? {
        let plan = scalerPlan(of: component)
        guard !plan.isLeft, inputs.starting.contains(component.name) else { return plan.replicas }
        // Under KEDA, too: it takes them away once it is there.
        return max(component.replicas, 1)
    }
}

extension Component {
    /// A claim that only one node can mount is held by the old pod until it is gone. Otherwise a new pod comes before
    /// an old one goes.
    fileprivate var strategy: JSONValue {
        hasBoundVolume
            ? ["type": "Recreate"]
            : ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": .integer(Int64(surge)), "maxUnavailable": 0]]
    }

    /// Pods beyond those that are wanted while a roll-out goes on.
    var surge: Int { hasBoundVolume || kind != .deployment ? 0 : 1 }
}
