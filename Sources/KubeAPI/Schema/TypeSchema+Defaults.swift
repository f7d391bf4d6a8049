extension TypeSchema {
    /// A value with the defaults of its schema, which are completed themselves; null is no value for a field that is not nullable.
    ///
    /// Source: Kubernetes documentation, "Defaulting" and "Defaulting and Nullable" of custom resources.
    ///
    /// - Parameter complete: fills in what a server works out for an object of a type, which is given by its name in the
    ///   catalogue.
    package func applyingDefaults(
        to value: JSONValue, completing complete: (String, inout JSONObject) -> Void = { _, _ in }
    ) -> JSONValue {
        let type = resolved
        switch value {
        case .array(let elements):
            guard let items = type.items else { return value }
            return .array(elements.map { items.applyingDefaults(to: $0, completing: complete) })
        case .object(var fields):
            type.dropNulls(&fields)
            for field in type.fields {
                guard let value = field.schema.defaultValue else { continue }
                if fields[field.name] == nil || fields[field.name] == .null && !field.schema.isNullable {
                    fields[field.name] = value
                }
            }
            if let reference { complete(reference, &fields) }
            for (name, child) in fields {
                guard let schema = type.child(name) else { continue }
                fields[name] = schema.applyingDefaults(to: child, completing: complete)
            }
            return .object(fields)
        default: return value
        }
    }

    private func dropNulls(_ fields: inout JSONObject) {
        for (name, value) in fields where value.isNull {
            guard let child = child(name), child.presence != .always, !child.isNullable, child.form != .any else {
                continue
            }
            fields.removeValue(forKey: name)
        }
    }
}
