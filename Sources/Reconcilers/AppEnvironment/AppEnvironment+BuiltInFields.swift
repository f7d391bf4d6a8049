internal import KubeAPI

extension AppEnvironment {
    package static let builtInFields = [
        // Laid over our own pods.
        BuiltInField("spec.components[].template", "PodTemplateSpec", isPartial: true),
        BuiltInField("spec.components[].env[].valueFrom", "EnvVarSource"),
        BuiltInField("spec.components[].envFrom[]", "EnvFromSource"),
        BuiltInField("spec.components[].probes.startup", "Probe", isPartial: true),
        BuiltInField("spec.components[].probes.readiness", "Probe", isPartial: true),
        BuiltInField("spec.components[].probes.liveness", "Probe", isPartial: true),
        BuiltInField("spec.components[].placement.tolerations[]", "Toleration"),
        BuiltInField("spec.components[].securityContext", securityContext),
    ]

    /// The fields of a pod's and of a container's security context: see `Component.securityContexts`.
    private static var securityContext: TypeSchema {
        let pod = TypeCatalogue.type(named: "PodSecurityContext")?.fields ?? []
        let names = Set(pod.map(\.name))
        let container = TypeCatalogue.type(named: "SecurityContext")?.fields ?? []
        return TypeSchema(.object, fields: pod + container.filter { !names.contains($0.name) })
    }
}
