import KubeAPI

/// The built-in kinds that are served.
enum BuiltInKinds {
    static let all: [ResourceDefinition] = [
        ResourceDefinition(
            type: .configMap, singular: "configmap", listKind: "ConfigMapList", shortNames: ["cm"],
            schema: TypeSchema(.object, reference: "ConfigMap"))
    ]
}
