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
        let structure = SchemaCheck.errors(in: object, definition.schema, scope: .object)
            .compactMap(FieldError.ofBuiltIn)
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
    private static func place(_ path: PathText, _ schema: TypeSchema) -> [Int] {
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
        let found = SchemaCheck.errors(in: object, definition.schema, scope: .object)
        // What repeats itself in lists is looked for last.
        let sorted = found.filter { $0.kind != .duplicate } + found.filter { $0.kind == .duplicate }
        var errors = sorted.flatMap { FieldError.ofCustomResource($0) }
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
        let place = PathText("." + path.joined(separator: "."))
        if case .integer(let replicas) = value {
            return replicas < 0 ? [.invalid(place, value, "should be a non-negative integer")] : []
        }
        let found = value.string ?? value.description
        return [
            .invalid(place, 0, "\(place) accessor error: \(found) is of the type \(value.goTypeName), expected int64")
        ]
    }
}

extension FieldError {
    /// A rule in CEL that does not hold.
    fileprivate init(_ violation: RuleViolation) {
        let path = violation.path.isEmpty ? PathText.unnamed : PathText(violation.path)
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
        copy.path = PathText(path.description.replacing("spec.taints", with: "metadata.taints", maxReplacements: 1))
        return copy
    }
}
