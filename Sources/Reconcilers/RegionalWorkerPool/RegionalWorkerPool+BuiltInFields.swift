extension RegionalWorkerPool {
    package static let builtInFields = [
        BuiltInField("spec.template", "PodTemplateSpec"),
        BuiltInField("spec.regions[].env[].valueFrom", "EnvVarSource"),
        BuiltInField("spec.scaling.behavior.scaleUp", "HPAScalingRules"),
        BuiltInField("spec.scaling.behavior.scaleDown", "HPAScalingRules"),
        BuiltInField("spec.network.extraIngress[]", "NetworkPolicyIngressRule"),
        BuiltInField("spec.network.extraEgress[]", "NetworkPolicyEgressRule"),
    ]
}
