package import KubeAPI

extension JSONValue {
    /// The value with the defaults of a structural schema.
    ///
    /// A default stands in for a field that is missing, or that is null where the schema does not allow null; it is
    /// then completed itself. Source: Kubernetes, "Defaulting" of custom resources.
    package func applyingDefaults(of schema: JSONValue) -> JSONValue {
        switch self {
        case .object(var fields):
            for (name, property) in schema["properties"]?.object ?? [:] {
                let isGiven = fields[name].map { !$0.isNull || property["nullable"]?.bool == true } ?? false
                if !isGiven, let value = property["default"] { fields[name] = value }
                if let value = fields[name] { fields[name] = value.applyingDefaults(of: property) }
            }
            if let additional = schema["additionalProperties"], additional.object != nil {
                fields = fields.mapValues { $0.applyingDefaults(of: additional) }
            }
            return .object(fields)
        case .array(let elements):
            guard let items = schema["items"] else { return self }
            return .array(elements.map { $0.applyingDefaults(of: items) })
        default: return self
        }
    }
}
