import KubeAPI

/// Says what is wrong with an object, in the words of the real server.
enum ObjectValidation {
    /// - Parameters:
    ///   - live: the stored object, for an update.
    ///   - subresource: empty for the object itself.
    static func errors(
        _ object: JSONValue, live: JSONValue? = nil, _ definition: ResourceDefinition, subresource: String = ""
    ) -> [FieldError] {
        let metadata = MetadataValidation.errors(object, live: live, definition.type)
        if definition.isCustom { return metadata + custom(object, live, definition) }
        // Half a status is what its writer is responsible for.
        guard subresource != "status" else { return metadata }
        let structure = BuiltInStructure.errors(object, definition.schema)
        let errors = BuiltInValidation.errors(object, live: live, definition.type) + structure
        if definition.type == .node { return metadata + errors.map(\.ofTaint) }
        return metadata + (ordered.contains(definition.type.kind) ? inOrder(errors, definition.schema) : errors)
    }

    /// Kinds whose errors come in the order of their fields.
    private static let ordered: Set<String> = [
        "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Role", "ClusterRole",
    ]

    private static func inOrder(_ errors: [FieldError], _ schema: TypeSchema) -> [FieldError] {
        let placed = errors.enumerated().map {
            (place: place($0.element.path, schema) + [$0.offset], error: $0.element)
        }
        return placed.sorted { $0.place.lexicographicallyPrecedes($1.place) }.map(\.error)
    }

    /// Where a path lies: the numbers of its fields and elements.
    private static func place(_ path: FieldPath, _ schema: TypeSchema) -> [Int] {
        var schema = schema.resolved
        var place: [Int] = []
        for part in path.description.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            if part.last == "]" {
                place.append(Int(part.dropLast()) ?? 0)
                schema = (schema.items ?? schema.additional ?? .anything).resolved
            } else {
                place.append(schema.fields.firstIndex { $0.name == part } ?? schema.fields.count)
                schema = (schema.child(String(part)) ?? .anything).resolved
            }
        }
        return place
    }

    private static func custom(
        _ object: JSONValue, _ live: JSONValue?, _ definition: ResourceDefinition
    ) -> [FieldError] {
        var errors = SchemaValidation.errors(object, definition.schema)
        errors += ListValidation.errors(object, definition.schema)
        errors += scale(object, definition)
        guard let rules = definition.rules, !rules.isEmpty else { return errors }
        let blocking: Set<FieldError.Code> = [.required, .tooLong, .tooMany, .typeInvalid, .notSupported]
        guard !errors.contains(where: { blocking.contains($0.code) }) else {
            let words = """
                some validation rules were not checked because the object was invalid; correct the existing errors to complete \
                validation
                """
            return errors + [.invalid(.unnamed, .null, words)]
        }
        return errors + rules.violations(in: object, comparedTo: live).map(FieldError.init)
    }

    /// What the scale subresource could not read.
    private static func scale(_ object: JSONValue, _ definition: ResourceDefinition) -> [FieldError] {
        guard let path = definition.scale?.specReplicas, let value = object[path: path] else { return [] }
        if case .integer = value { return [] }
        let place = FieldPath("." + path.joined(separator: "."))
        let found = value.string ?? value.description
        return [
            .invalid(place, 0, "\(place) accessor error: \(found) is of the type \(value.goTypeName), expected int64")
        ]
    }

}

extension FieldError {
    /// A rule in CEL that does not hold.
    fileprivate init(_ violation: RuleViolation) {
        let path = violation.path.isEmpty ? FieldPath.unnamed : FieldPath(violation.path)
        self =
            switch violation.reason {
            case .invalid: FieldError(.invalid, path, value: violation.shown, violation.message)
            case .forbidden: .forbidden(path, violation.message)
            case .required: .required(path, violation.message)
            // As on the real server, which names the value alone.
            case .duplicate: FieldError(.duplicate, path, value: violation.shown)
            }
    }

    /// The real server names the taints of nodes as if they were metadata.
    fileprivate var ofTaint: FieldError {
        var copy = self
        copy.path = FieldPath(path.description.replacing("spec.taints", with: "metadata.taints", maxReplacements: 1))
        return copy
    }
}

/// Elements of sets and list maps must differ.
enum ListValidation {
    static func errors(_ value: JSONValue, _ schema: TypeSchema, at path: FieldPath = .root) -> [FieldError] {
        let schema = schema.resolved
        switch value {
        case .object(let fields):
            return fields.flatMap { name, child -> [FieldError] in
                guard let childSchema = schema.child(name), childSchema.reference == nil else { return [] }
                return errors(child, childSchema, at: path.child(name))
            }
        case .array(let elements):
            guard let items = schema.items else { return [] }
            return duplicates(elements, schema, at: path)
                + elements.enumerated().flatMap { errors($0.element, items, at: path.index($0.offset)) }
        default: return []
        }
    }

    private static func duplicates(_ elements: [JSONValue], _ schema: TypeSchema, at path: FieldPath) -> [FieldError] {
        guard schema.listType != .atomic else { return [] }
        var seen: Set<PathElement> = []
        return elements.enumerated().compactMap { index, element in
            let part = schema.element(element, at: index)
            guard !seen.insert(part).inserted else { return nil }
            switch part {
            case .key(let keys): return .duplicate(path.index(index), .object(keys))
            case .value(let value): return .duplicate(path.index(index), value)
            case .field, .index: return nil
            }
        }
    }
}
