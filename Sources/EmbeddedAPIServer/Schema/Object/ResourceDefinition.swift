import KubeAPI

/// One kind at one version as the server serves it: a built-in kind (`BuiltInKinds`) or a version of a CRD
/// (`CustomResources`).
struct ResourceDefinition: Sendable {
    /// A path below an object, such as `status` or `scale`.
    struct Subresource: Sendable {
        var name: String
        /// Discovery's kind; that of the object itself for `status`.
        var kind: String
        /// Set where the subresource speaks another group's kind, such as `autoscaling/v1` `Scale`.
        var apiVersion: String?
        var verbs: [String]
    }

    /// Where a scalable object keeps its numbers, as paths of field names.
    struct ScalePaths: Sendable {
        var specReplicas: [String]
        var statusReplicas: [String]
        /// The serialised selector of a CRD, or `spec.selector` of a built-in kind.
        var selector: [String]?
    }

    var type: ResourceType
    var singular: String
    var listKind: String
    var shortNames: [String] = []
    var categories: [String] = []
    var verbs: [String] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    var subresources: [Subresource] = []
    var scale: ScalePaths?
    var schema: TypeSchema
    /// What the schema says in CEL; `nil` for built-in kinds.
    var rules: ValidationRules?
    /// From a CRD: unknown fields, nulls and zero values are kept as JSON has them, not as a Go type would.
    var isCustom = false
    var columns: [TableColumn] = []
    /// Fields beside `metadata.name` and `metadata.namespace` that field selectors may name.
    var selectableFields: [String] = []
    var deprecationWarning: String?

    /// With the schema's defaults, and for built-in kinds those that the real server computes.
    func applyingDefaults(to object: JSONValue) -> JSONValue {
        schema.applyingDefaults(to: object) { type, fields in ComputedDefaults.functions[type]?(&fields) }
    }

    /// `status` is written by its own path only.
    var hasStatus: Bool { subresources.contains { $0.name == "status" } }

    /// Whether `metadata.generation` counts changes of the specification.
    var countsGenerations: Bool { isCustom || Self.withGeneration.contains(type.kind) }

    private static let withGeneration: Set<String> = [
        "CronJob", "CustomResourceDefinition", "DaemonSet", "Deployment", "Ingress", "Job", "NetworkPolicy", "Pod",
        "PodDisruptionBudget", "PriorityClass", "ReplicaSet", "StatefulSet",
    ]
}
