import KubeAPI

/// Fills in defaults: those of the schema, and for built-in kinds those that the real server computes.
///
/// Source: Kubernetes documentation, "Defaulting"; the `SetDefaults` functions of the built-in kinds.
enum ObjectDefaults {
    static func apply(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONValue {
        apply(definition.schema, to: object)
    }

    /// The defaults of a schema, in everything that is there.
    static func apply(_ schema: TypeSchema, to value: JSONValue) -> JSONValue {
        let target = schema.resolved
        switch value {
        case .array(let elements):
            guard let items = target.items else { return value }
            return .array(elements.map { apply(items, to: $0) })
        case .object(var fields):
            fill(&fields, target)
            if let name = schema.reference, let compute = ComputedDefaults.functions[name] { compute(&fields) }
            for (name, child) in fields {
                guard let childSchema = target.child(name) else { continue }
                fields[name] = apply(childSchema, to: child)
            }
            return .object(fields)
        default: return value
        }
    }

    private static func fill(_ fields: inout JSONObject, _ schema: TypeSchema) {
        for field in schema.fields {
            guard let defaultValue = field.schema.defaultValue else { continue }
            let isNull = fields[field.name] == .null
            if fields[field.name] == nil || isNull && !field.schema.isNullable { fields[field.name] = defaultValue }
        }
    }
}
