internal import KubeAPI

extension ResolvedEnvironment {
    /// What is to become of the scalers of a component.
    func scalerPlan(of component: Component) -> ScalerPlan {
        var plan = ScalerPlan(
            for: component.target, by: component.scaler, live: inputs.scalers[component.name],
            isKEDAServed: inputs.isKEDAServed)
        // What the component begins with stands in its workload.
        plan.firstReplicas = nil
        return plan
    }

    /// HorizontalPodAutoscalers and ScaledObjects.
    func autoscalers() throws -> [DesiredChild] {
        try components.flatMap { component -> [DesiredChild] in
            guard let scaling = component.autoscaling else { return [] }
            let plan = scalerPlan(of: component)
            var children: [DesiredChild] = []
            if plan.autoscaler != .none {
                let spec = component.target.autoscalerSpec(metrics: scaling.hpaMetrics, behavior: scaling.hpaBehavior)
                children.append(
                    try child(.horizontalPodAutoscaler, named: component.name, of: component, ["spec": spec])
                        .held(plan.autoscaler == .held))
            }
            if plan.hasScaledObject, let settings = scaling.keda {
                let spec = component.target.scaledObjectSpec(
                    settings, behavior: scaling.hpaBehavior, authentication: component.triggerAuthenticationName,
                    values: ["COMPONENT": component.name, "ENVIRONMENT": name, "NAMESPACE": namespace])
                children.append(
                    try child(
                        .scaledObject, named: component.name, of: component,
                        annotations: [AnnotationKey.transferAutoscaler: "true"], ["spec": spec]))
            }
            return children
        }
    }

    /// KEDA reads the Secrets, the operator does not.
    func triggerAuthentications() throws -> [DesiredChild] {
        try components.compactMap { component in
            try component.autoscaling?.keda?.triggerAuthenticationSpec.map { secrets in
                try child(
                    .triggerAuthentication, named: component.triggerAuthenticationName, of: component,
                    ["spec": secrets])
            }
        }
    }
}

extension Component.Autoscaling {
    fileprivate var hpaMetrics: [JSONValue] {
        [("cpu", cpu), ("memory", memory)].compactMap { name, percent in
            percent.map { .utilization(of: name, percent: $0) }
        } + metrics.map(JSONValue.object)
    }

    fileprivate var hpaBehavior: JSONValue? {
        behavior.map { behavior in
            .compact([
                "scaleUp": behavior.scaleUp.map(JSONValue.object),
                "scaleDown": behavior.scaleDown.map(JSONValue.object),
            ])
        }
    }
}
