internal import CDefinitions
package import KubeAPI

/// A custom resource of ours as its CRD describes it: what `render` and `validate` know without a cluster.
package struct CustomResource: Sendable {
    package let type: ResourceType
    /// How the CRDs of this version come to a server. They came with the rest, and go with it: another tool's fields would conflict.
    package static let installation = """
        install this version's CRDs as those there were installed: helm upgrade, kubectl apply -f install.yaml, or kubectl apply \
        --server-side -f crds/ of its sources
        """

    /// The CRD's text, as it stands under `crds/`.
    package let text: String
    /// The `openAPIV3Schema` of the served version.
    package let schema: JSONValue
    /// The same, and what every object has.
    let structure: TypeSchema
    private let rules: ValidationRules

    package static let regionalWorkerPool = CustomResource(
        RegionalWorkerPool.resourceType, qm_regional_worker_pool_definition())

    package static let backupPolicy = CustomResource(BackupPolicy.resourceType, qm_backup_policy_definition())

    package static let appEnvironment = CustomResource(AppEnvironment.resourceType, qm_app_environment_definition())

    package static let componentImages = CustomResource(
        ComponentImages.resourceType, qm_component_images_definition())

    /// Every CRD of ours: those of the kinds, and of what is made for them.
    package static let all = Kinds.all.map { $0.definition } + [componentImages]

    private init(_ type: ResourceType, _ embedded: qm_text) {
        let bytes = Array(UnsafeBufferPointer(start: embedded.bytes, count: embedded.count))
        self.type = type
        text = String(decoding: bytes, as: UTF8.self)
        guard let definition = try? YAML.parseDocument(bytes),
            let version = definition["spec"]?["versions"]?.elements.first(where: { $0["name"]?.string == type.version }
            ),
            let schema = version["schema"]?["openAPIV3Schema"]
        else { fatalError("the built-in CRD of \(type.kind) has no schema for \(type.version)") }
        self.schema = schema
        structure = .customResource(schema)
        rules = ValidationRules(schema)
        guard rules.problems.isEmpty else { fatalError("the built-in CRD of \(type.kind): \(rules.problems)") }
    }

    /// The object with the schema's defaults, as the API server stores it.
    package func applyingDefaults(to object: DynamicObject) -> DynamicObject {
        guard let fields = structure.applyingDefaults(to: object.json).object else { return object }
        return DynamicObject(fields)
    }

    /// What the schema has against the object; defaults are applied before.
    package func violations(in object: DynamicObject) -> [Violation] {
        SchemaCheck.errors(in: object.json, structure, scope: .whole).violations
    }

    /// What schema and rules have against a manifest; it need not have its defaults.
    ///
    /// As on the API server, the rules are looked at once the schema has no objections. Without a name there is no object that they
    /// could judge.
    func allViolations(in manifest: DynamicObject) -> [Violation] {
        let object = applyingDefaults(to: manifest)
        let violations = violations(in: object)
        return violations.isEmpty && !object.name.isEmpty ? ruleViolations(in: object) : violations
    }

    /// The rules of the CRD that do not hold, in the API server's words; defaults are applied before.
    ///
    /// Rules about a change are left out: only the server knows what was there before.
    func ruleViolations(in object: DynamicObject) -> [Violation] {
        rules.violations(in: object.json).map { Violation($0.path, $0.message) }
    }
}
