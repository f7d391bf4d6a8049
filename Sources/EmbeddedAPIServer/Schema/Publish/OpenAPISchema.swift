import KubeAPI

/// Writes types as OpenAPI schemas, and remembers the types that they refer to.
///
/// Source: Kubernetes documentation, "OpenAPI"; the extensions are those of kube-apiserver.
struct OpenAPISchema {
    enum Version: Sendable { case v2, v3 }

    let version: Version
    /// Short names of the catalogue that were referred to.
    private(set) var references: Set<String> = []

    init(_ version: Version) { self.version = version }

    /// The schema of a type that stands by itself.
    mutating func definition(_ schema: TypeSchema, kinds: [ResourceType] = []) -> JSONValue {
        var fields = body(schema)
        if !kinds.isEmpty {
            fields["x-kubernetes-group-version-kind"] = .array(kinds.map(\.groupVersionKind))
        }
        return .object(fields)
    }

    /// The schema where it stands: as a field, an element or a value.
    private mutating func inner(_ schema: TypeSchema, isField: Bool) -> JSONValue {
        guard let name = schema.reference else { return .object(body(schema)) }
        references.insert(name)
        let reference: JSONValue = ["$ref": .string(prefix + TypeCatalogue.fullName(of: name))]
        guard isField else { return reference }
        var fields: JSONObject
        if version == .v3 {
            fields = ["allOf": [reference]]
            if schema.presence == .always { fields["default"] = [:] }
        } else {
            fields = reference.object ?? [:]
        }
        addText(schema, to: &fields)
        addPatch(schema.patch, to: &fields)
        return .object(fields)
    }

    private var prefix: String { version == .v2 ? "#/definitions/" : "#/components/schemas/" }

    private mutating func body(_ schema: TypeSchema) -> JSONObject {
        var fields = form(schema)
        addText(schema, to: &fields)
        addRules(schema.rules, to: &fields)
        if let value = schema.defaultValue, schema.publishesDefault, version == .v3 { fields["default"] = value }
        if schema.presence == .always, version == .v3, schema.reference == nil, let zero = schema.publishedZero {
            fields["default"] = zero
        }
        if schema.isNullable, version == .v3 { fields["nullable"] = true }
        if !schema.rules.required.isEmpty {
            fields["required"] = .array(schema.rules.required.map(JSONValue.string))
        }
        if !schema.fields.isEmpty {
            var properties: [(String, JSONValue)] = []
            for field in schema.fields { properties.append((field.name, inner(field.schema, isField: true))) }
            fields["properties"] = .object(JSONObject(properties))
        }
        if let additional = schema.additional { fields["additionalProperties"] = inner(additional, isField: false) }
        if let items = schema.items { fields["items"] = inner(items, isField: false) }
        addExtensions(schema, to: &fields)
        return fields
    }

    private func form(_ schema: TypeSchema) -> JSONObject {
        let isCustom = schema.presence == .keepsZero && schema.publishesDefault
        switch schema.form {
        case .object: return ["type": "object"]
        case .array: return ["type": "array"]
        case .string: return ["type": "string"]
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .any: return [:]
        case .quantity:
            return version == .v2 ? ["type": "string"] : ["oneOf": [["type": "string"], ["type": "number"]]]
        case .intOrString:
            if isCustom { return ["x-kubernetes-int-or-string": true] }
            if version == .v2 { return ["type": "string", "format": "int-or-string"] }
            return ["format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]]]
        }
    }

    private func addText(_ schema: TypeSchema, to fields: inout JSONObject) {
        if !schema.text.isEmpty { fields["description"] = .string(schema.text) }
    }

    private mutating func addRules(_ rules: ValueRules, to fields: inout JSONObject) {
        if let format = rules.format {
            fields["format"] = .string(format == "micro-time" ? "date-time" : format)
        }
        if !rules.allowed.isEmpty { fields["enum"] = .array(rules.allowed) }
        if let expression = rules.pattern { fields["pattern"] = .string(expression.pattern) }
        for (key, bound) in [
            ("minimum", rules.minimum), ("maximum", rules.maximum), ("multipleOf", rules.multipleOf),
        ] {
            if let bound { fields[key] = Int64(exactly: bound).map(JSONValue.integer) ?? .number(bound) }
        }
        if rules.isMinimumExclusive { fields["exclusiveMinimum"] = true }
        if rules.isMaximumExclusive { fields["exclusiveMaximum"] = true }
        for (key, count) in [
            ("minLength", rules.minimumLength), ("maxLength", rules.maximumLength),
            ("minItems", rules.minimumItems), ("maxItems", rules.maximumItems),
            ("minProperties", rules.minimumProperties), ("maxProperties", rules.maximumProperties),
        ] {
            if let count { fields[key] = .integer(Int64(count)) }
        }
        if rules.hasUniqueItems { fields["uniqueItems"] = true }
        // OpenAPI v2 does not know the alternatives.
        guard version == .v3 else { return }
        for (key, schemas) in [("allOf", rules.allOf), ("anyOf", rules.anyOf), ("oneOf", rules.oneOf)]
        where !schemas.isEmpty {
            var list: [JSONValue] = []
            for schema in schemas { list.append(inner(schema, isField: false)) }
            fields[key] = .array(list)
        }
        if let not = rules.not.first { fields["not"] = inner(not, isField: false) }
    }

    private func addExtensions(_ schema: TypeSchema, to fields: inout JSONObject) {
        switch schema.listType {
        case .map(let keys):
            fields["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
            fields["x-kubernetes-list-type"] = "map"
        case .set: fields["x-kubernetes-list-type"] = "set"
        case .atomic: if schema.form == .array { fields["x-kubernetes-list-type"] = "atomic" }
        }
        if schema.isAtomicMap { fields["x-kubernetes-map-type"] = "atomic" }
        if schema.preservesUnknownFields, schema.form != .any || version == .v3 {
            fields["x-kubernetes-preserve-unknown-fields"] = true
        }
        if schema.isEmbeddedResource { fields["x-kubernetes-embedded-resource"] = true }
        if let rules = schema.rules.expressions, version == .v3 { fields["x-kubernetes-validations"] = rules }
        addPatch(schema.patch, to: &fields)
    }

    private func addPatch(_ patch: TypeSchema.PatchRule, to fields: inout JSONObject) {
        if let key = patch.mergeKey { fields["x-kubernetes-patch-merge-key"] = .string(key) }
        let strategies =
            (patch.replaces ? ["replace"] : []) + (patch.merges ? ["merge"] : [])
            + (patch.retainsKeys ? ["retainKeys"] : [])
        if !strategies.isEmpty {
            fields["x-kubernetes-patch-strategy"] = .string(strategies.joined(separator: ","))
        }
    }
}

extension ResourceType {
    var groupVersionKind: JSONValue {
        ["group": .string(group), "kind": .string(kind), "version": .string(version)]
    }
}
