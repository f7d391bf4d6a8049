import KubeAPI

/// Fills in defaults: those of the schema.
///
/// Source: Kubernetes documentation, "Defaulting"; `SetDefaults_*` of the built-in kinds.
enum ObjectDefaults {
    static func apply(_ object: JSONValue, _ definition: ResourceDefinition) -> JSONValue {
        apply(definition.schema, to: object)
    }

    /// The defaults of a schema, in everything that is there.
    static func apply(_ schema: TypeSchema, to value: JSONValue) -> JSONValue {
        let schema = schema.resolved
        switch value {
        case .array(let elements):
            guard let items = schema.items else { return value }
            return .array(elements.map { apply(items, to: $0) })
        case .object(var fields):
            for field in schema.fields {
                let isMissing = fields[field.name] == nil || fields[field.name] == .null && !field.schema.isNullable
                if isMissing, let defaultValue = field.schema.defaultValue { fields[field.name] = defaultValue }
            }
            for (name, child) in fields {
                guard let childSchema = schema.child(name) else { continue }
                fields[name] = apply(childSchema, to: child)
            }
            return .object(fields)
        default: return value
        }
    }
}
