import KubeAPI

/// Checks a value by its schema, in the words of kube-apiserver's schema validation.
struct SchemaValidation {
    private(set) var errors: [FieldError] = []
    /// How sentences name the value, where that is not its path.
    private let name: String?

    private init(name: String?) { self.name = name }

    /// - Parameter name: how sentences name the value itself; its path without one.
    static func errors(
        _ value: JSONValue, _ schema: TypeSchema, at path: FieldPath = .root, name: String? = nil
    ) -> [FieldError] {
        var validation = SchemaValidation(name: name)
        validation.check(value, schema, at: path)
        return validation.errors
    }

    private mutating func check(_ value: JSONValue, _ schema: TypeSchema, at path: FieldPath) {
        let rules = schema.rules
        if value.isNull, schema.isNullable { return }
        guard fits(value, schema) else {
            let found = value.typeName
            errors.append(
                FieldError(
                    .typeInvalid, path, value: .string(found),
                    "\(name ?? path.description) in body must be of type \(Self.name(schema.form)): \"\(found)\""))
            if schema.form == .integer, case .number = value {
                errors.append(
                    .invalid(.unnamed, "", "Checked value must be of type integer (default format) in \(path)"))
            }
            return
        }
        if !rules.allowed.isEmpty, !rules.allowed.contains(value) {
            errors.append(.notSupported(path, value, rules.allowed.map { $0.string ?? $0.description }))
        }
        switch value {
        case .string(let text): check(text, rules, at: path)
        case .integer, .number: checkNumber(value, rules, at: path)
        case .array(let elements): check(elements, schema, at: path)
        case .object(let fields): check(fields, schema, at: path)
        default: break
        }
        checkAlternatives(value, rules, at: path)
    }

    private func fits(_ value: JSONValue, _ schema: TypeSchema) -> Bool {
        switch (schema.form, value) {
        case (.any, _), (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool),
            (.integer, .integer), (.number, .integer), (.number, .number), (.intOrString, .integer),
            (.intOrString, .string), (.quantity, .string), (.quantity, .integer):
            true
        case (.integer, .number): value.integer != nil
        default: false
        }
    }

    private static func name(_ form: TypeSchema.Form) -> String {
        switch form {
        case .object: "object"
        case .array: "array"
        case .string, .quantity, .any: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .intOrString: "integer,string"
        }
    }

    private mutating func check(_ fields: JSONObject, _ schema: TypeSchema, at path: FieldPath) {
        let rules = schema.rules
        if let limit = rules.minimumProperties, fields.count < limit {
            invalid(path, .integer(Int64(fields.count)), "should have at least \(limit) properties")
        }
        if let limit = rules.maximumProperties, fields.count > limit {
            errors.append(.tooMany(path, fields.count, limit))
        }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            guard let child = schema.child(name), child.reference == nil else { continue }
            check(value, child, at: path.child(name))
        }
        let required = rules.required + (schema.isEmbeddedResource ? ["apiVersion", "kind"] : [])
        for name in required where fields[name] == nil { errors.append(.required(path.child(name))) }
    }

    private mutating func check(_ elements: [JSONValue], _ schema: TypeSchema, at path: FieldPath) {
        let rules = schema.rules
        if let limit = rules.minimumItems, elements.count < limit {
            invalid(path, .integer(Int64(elements.count)), "should have at least \(limit) items")
        }
        if let limit = rules.maximumItems, elements.count > limit {
            errors.append(.tooMany(path, elements.count, limit))
        }
        if rules.hasUniqueItems, Set(elements).count < elements.count {
            invalid(path, .array(elements), "shouldn't contain duplicates")
        }
        guard let items = schema.items else { return }
        for (index, element) in elements.enumerated() { check(element, items, at: path.index(index)) }
    }

    private mutating func check(_ text: String, _ rules: ValueRules, at path: FieldPath) {
        let value = JSONValue.string(text)
        let length = text.unicodeScalars.count
        // The first of these ends the check, as on the real server.
        if let limit = rules.maximumLength, length > limit {
            errors.append(.tooLong(path, limit))
        } else if let limit = rules.minimumLength, length < limit {
            invalid(path, value, "should be at least \(limit) chars long")
        } else if let expression = rules.pattern, !expression.isFound(in: text) {
            invalid(path, value, "should match '\(expression.pattern)'")
        }
        if let format = rules.format, !TextFormat.isValid(text, format: format) {
            errors.append(
                FieldError(.typeInvalid, path, value: value, "\(path) in body must be of type \(format): \(value)"))
        }
    }

    private mutating func checkNumber(_ value: JSONValue, _ rules: ValueRules, at path: FieldPath) {
        guard let number = value.number else { return }
        if let limit = rules.minimum, rules.isMinimumExclusive ? number <= limit : number < limit {
            invalid(
                path, value,
                "should be greater than \(rules.isMinimumExclusive ? "" : "or equal to ")\(Self.text(limit))")
        }
        if let limit = rules.maximum, rules.isMaximumExclusive ? number >= limit : number > limit {
            invalid(
                path, value, "should be less than \(rules.isMaximumExclusive ? "" : "or equal to ")\(Self.text(limit))")
        }
        if let factor = rules.multipleOf, factor > 0, (number / factor).rounded() * factor != number {
            invalid(path, value, "should be a multiple of \(Self.text(factor))")
        }
    }

    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? number.description
    }

    private mutating func checkAlternatives(_ value: JSONValue, _ rules: ValueRules, at path: FieldPath) {
        func count(_ schemas: [TypeSchema]) -> Int { schemas.count { Self.errors(value, $0, at: path).isEmpty } }
        let name = path.description
        if !rules.anyOf.isEmpty, count(rules.anyOf) == 0 {
            errors.append(.invalid(.unnamed, "", "\"\(name)\" must validate at least one schema (anyOf)"))
            errors += rules.anyOf.first.map { Self.errors(value, $0, at: path) } ?? []
        }
        if !rules.oneOf.isEmpty {
            let found = count(rules.oneOf)
            if found != 1 {
                let words = found == 0 ? "Found none valid" : "Found \(found) valid alternatives"
                errors.append(
                    .invalid(.unnamed, "", "\"\(name)\" must validate one and only one schema (oneOf). \(words)"))
                if found == 0 { errors += rules.oneOf.first.map { Self.errors(value, $0, at: path) } ?? [] }
            }
        }
        if !rules.allOf.isEmpty, count(rules.allOf) < rules.allOf.count {
            errors += rules.allOf.flatMap { Self.errors(value, $0, at: path) }
            errors.append(.invalid(.unnamed, "", "\"\(name)\" must validate all the schemas (allOf)"))
        }
        if !rules.not.isEmpty, count(rules.not) > 0 {
            errors.append(.invalid(.unnamed, "", "\"\(name)\" must not validate the schema (not)"))
        }
    }

    private mutating func invalid(_ path: FieldPath, _ value: JSONValue, _ words: String) {
        errors.append(.invalid(path, value, "\(name ?? path.description) in body \(words)"))
    }
}
