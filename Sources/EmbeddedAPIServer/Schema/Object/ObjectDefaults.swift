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
            dropNulls(&fields, target)
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

    /// Null is no value for a field that is not nullable. Source: Kubernetes documentation, "Defaulting and Nullable".
    private static func dropNulls(_ fields: inout JSONObject, _ schema: TypeSchema) {
        for (name, value) in fields where value.isNull {
            guard let child = schema.child(name), child.presence != .always, !child.isNullable, child.form != .any
            else {
                continue
            }
            fields.removeValue(forKey: name)
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
