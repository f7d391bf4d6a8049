import KubeAPI

/// What the catalogue's types say of values: required texts and lists, enumerations and bounds.
enum BuiltInStructure {
    static func errors(_ value: JSONValue, _ schema: TypeSchema, at path: FieldPath = .root) -> [FieldError] {
        let target = schema.resolved
        switch value {
        case .object(let fields):
            var errors: [FieldError] = []
            for field in target.schemaFields(at: path) {
                let place = path.child(field.name)
                guard let child = fields[field.name] else {
                    if target.rules.required.contains(field.name) { errors.append(.required(place)) }
                    continue
                }
                if target.rules.required.contains(field.name), isEmpty(child) {
                    errors.append(.required(place, details[field.name] ?? ""))
                } else {
                    errors += Self.errors(child, field.schema, at: place)
                }
            }
            guard let values = target.additional else { return errors }
            return errors + fields.flatMap { Self.errors($0.value, values, at: path.key($0.key)) }
        case .array(let elements):
            guard let items = target.items else { return [] }
            return elements.enumerated().flatMap { errors($0.element, items, at: path.index($0.offset)) }
        default: return scalar(value, target, at: path)
        }
    }

    /// Fields of which the real server says more than that they are required.
    private static let details = [
        "verbs": "verbs must contain at least one value", "topologyKey": "can not be empty",
        "nodeSelectorTerms": "must have at least one node selector term",
    ]

    private static func isEmpty(_ value: JSONValue) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        default: false
        }
    }

    private static func scalar(_ value: JSONValue, _ schema: TypeSchema, at path: FieldPath) -> [FieldError] {
        let rules = schema.rules
        // A text that was left out is judged where it is required.
        if !rules.allowed.isEmpty, value.string != "", !rules.allowed.contains(value) {
            return [.notSupported(path, value, rules.allowed.compactMap(\.string))]
        }
        guard let number = value.number else { return [] }
        if let limit = rules.minimum, limit == 0, number < 0 {
            return [.invalid(path, value, "must be greater than or equal to 0")]
        }
        if let limit = rules.minimum, let maximum = rules.maximum, number < limit || number > maximum {
            return [.invalid(path, value, "must be in the range \(Int(limit))-\(Int(maximum))")]
        }
        if let limit = rules.minimum, number < limit { return [.invalid(path, value, "must be greater than zero")] }
        return []
    }
}

extension TypeSchema {
    /// Fields that clients answer for. Status and metadata have rules of their own.
    fileprivate func schemaFields(at path: FieldPath) -> [Field] {
        let own: Set<String> = ["apiVersion", "kind", "metadata", "status"]
        guard fields.contains(where: { $0.name == "metadata" }) else { return fields }
        return fields.filter { !own.contains($0.name) }
    }
}
