/// The walk of a value along its schema: types, unknown and required fields, enumerations, bounds, patterns, formats, what tells
/// the elements of a list apart. Rules in CEL are checked by `ValidationRules`.
///
/// Source: k8s.io/kube-openapi, `pkg/validation/validate`; for sets and list maps k8s.io/apiextensions-apiserver,
/// `pkg/apiserver/schema/listtype`.
package struct SchemaCheck {
    package enum Scope: Sendable {
        /// An object on a server, which has rules of its own for metadata, and for the status of its own kinds.
        case object
        case whole
        /// As `whole`, but what is required may be missing.
        case partial
    }

    private let scope: Scope
    /// A type of the catalogue takes null, and an empty text or list, for nothing.
    private var isBuiltIn: Bool
    /// An alternative speaks of some of the fields.
    private let isAlternative: Bool
    private var errors: [SchemaError] = []

    private init(_ scope: Scope, isBuiltIn: Bool, isAlternative: Bool = false) {
        self.scope = scope
        self.isBuiltIn = isBuiltIn
        self.isAlternative = isAlternative
    }

    /// - Parameter isBuiltIn: whether the schema is made of types of the catalogue; what it refers to is in any case.
    /// - Returns: in the order of the schema's fields.
    package static func errors(
        in value: JSONValue, _ schema: TypeSchema, at path: PathText = .root, scope: Scope, isBuiltIn: Bool = false
    ) -> [SchemaError] {
        var check = SchemaCheck(scope, isBuiltIn: isBuiltIn)
        check.check(value, schema, at: path)
        return check.errors
    }

    private mutating func report(
        _ kind: SchemaError.Kind, _ value: JSONValue?, _ schema: TypeSchema, at path: PathText
    ) {
        errors.append(SchemaError(kind: kind, path: path, value: value, schema: schema))
    }

    private mutating func check(_ value: JSONValue, _ declared: TypeSchema, at path: PathText) {
        let outer = isBuiltIn
        defer { isBuiltIn = outer }
        if declared.reference != nil { isBuiltIn = true }
        let schema = declared.resolved
        if value.isNull, isBuiltIn || schema.isNullable { return }
        guard Self.fits(value, schema.form) else { return report(.wrongType, value, schema, at: path) }
        let allowed = schema.rules.allowed
        // Without a zero value, an empty text is one that was left out.
        if !allowed.isEmpty, !allowed.contains(value), !(value == "" && schema.presence == .omitsZero) {
            report(.unsupported, value, schema, at: path)
        }
        switch value {
        case .string(let text): check(text, schema, at: path)
        case .integer, .number: checkNumber(value, schema, at: path)
        case .array(let elements): check(elements, schema, at: path)
        case .object(let fields): check(fields, schema, at: path)
        case .bool, .null: break
        }
        checkAlternatives(value, schema, at: path)
    }

    private static func fits(_ value: JSONValue, _ form: TypeSchema.Form) -> Bool {
        switch (form, value) {
        case (.any, _), (.object, .object), (.array, .array), (.string, .string), (.boolean, .bool),
            (.integer, .integer), (.number, .integer), (.number, .number), (.intOrString, .integer),
            (.intOrString, .string), (.quantity, .string), (.quantity, .integer), (.quantity, .number):
            true
        case (.integer, .number): value.integer != nil
        default: false
        }
    }

    private mutating func checkNumber(_ value: JSONValue, _ schema: TypeSchema, at path: PathText) {
        guard let number = value.number else { return }
        let rules = schema.rules
        if let limit = rules.minimum, rules.isMinimumExclusive ? number <= limit : number < limit {
            report(.belowMinimum, value, schema, at: path)
        }
        if let limit = rules.maximum, rules.isMaximumExclusive ? number >= limit : number > limit {
            report(.aboveMaximum, value, schema, at: path)
        }
        if let factor = rules.multipleOf, factor > 0, (number / factor).rounded() * factor != number {
            report(.noMultiple, value, schema, at: path)
        }
    }

    private mutating func check(_ text: String, _ schema: TypeSchema, at path: PathText) {
        let rules = schema.rules
        let length = text.unicodeScalars.count
        // The first of these ends the check, as on the real server.
        if let limit = rules.maximumLength, length > limit {
            report(.tooLong, .string(text), schema, at: path)
        } else if let limit = rules.minimumLength, length < limit {
            report(.tooShort, .string(text), schema, at: path)
        } else if let pattern = rules.pattern, !pattern.isFound(in: text) {
            report(.noMatch, .string(text), schema, at: path)
        }
        if let format = rules.format, !TextFormat.isValid(text, format: format) {
            report(.wrongFormat, .string(text), schema, at: path)
        }
        if schema.form == .quantity, Quantity(text) == nil { report(.noQuantity, .string(text), schema, at: path) }
    }
}

// MARK: - Objects and lists

extension SchemaCheck {
    private mutating func check(_ fields: JSONObject, _ schema: TypeSchema, at path: PathText) {
        let rules = schema.rules
        if let limit = rules.minimumProperties, fields.count < limit {
            report(.tooFewProperties, .object(fields), schema, at: path)
        }
        if let limit = rules.maximumProperties, fields.count > limit {
            report(.tooManyProperties, .object(fields), schema, at: path)
        }
        let required = scope == .partial ? [] : rules.required + (schema.isEmbeddedResource ? Self.head : [])
        for field in schema.fields where !isLeftOut(field, of: schema) {
            let value = fields[field.name]
            let place = path.child(field.name)
            if required.contains(field.name), Self.isMissing(value, field.schema) {
                report(.required, value, field.schema, at: place)
            } else if let value {
                check(value, field.schema, at: place)
            }
        }
        for name in required where schema.field(name) == nil && fields[name] == nil {
            report(.required, nil, .anything, at: path.child(name))
        }
        for (name, value) in fields where schema.field(name) == nil {
            if let values = schema.additional {
                check(value, values, at: isBuiltIn ? path.key(name) : path.child(name))
            } else if !schema.preservesUnknownFields, schema.form != .any, !isAlternative {
                report(.unknownField(name), value, schema, at: path.child(name))
            }
        }
    }

    private static let head = ["apiVersion", "kind"]

    private func isLeftOut(_ field: TypeSchema.Field, of schema: TypeSchema) -> Bool {
        guard scope == .object else { return false }
        return field.schema.reference == "ObjectMeta"
            || isBuiltIn && field.name == "status" && schema.field("metadata") != nil
    }

    private static func isMissing(_ value: JSONValue?, _ schema: TypeSchema) -> Bool {
        guard let value else { return true }
        // A server's own types have a zero value for what is not there.
        guard schema.presence == .always else { return false }
        return value.isNull || value == "" || value == []
    }

    private mutating func check(_ elements: [JSONValue], _ schema: TypeSchema, at path: PathText) {
        let rules = schema.rules
        if let limit = rules.minimumItems, elements.count < limit {
            report(.tooFewItems, .array(elements), schema, at: path)
        }
        if let limit = rules.maximumItems, elements.count > limit {
            report(.tooManyItems, .array(elements), schema, at: path)
        }
        if rules.hasUniqueItems, Set(elements).count < elements.count {
            report(.repeatedItems, .array(elements), schema, at: path)
        }
        guard let items = schema.items else { return }
        var known: Set<FieldPath.Element> = []
        for (index, element) in elements.enumerated() {
            check(element, items, at: path.index(index))
            // Of its own types the server keeps some repetitions, such as those of variables.
            guard !isBuiltIn, schema.listType != .atomic else { continue }
            let identity = schema.element(element, at: index)
            guard !known.insert(identity).inserted else { continue }
            let key: JSONValue = if case .key(let keys) = identity { .object(keys) } else { element }
            report(.duplicate, key, schema, at: path.index(index))
        }
    }
}

// MARK: - Alternatives

extension SchemaCheck {
    private mutating func checkAlternatives(_ value: JSONValue, _ schema: TypeSchema, at path: PathText) {
        let rules = schema.rules
        if !rules.anyOf.isEmpty, fitting(value, rules.anyOf) == 0 {
            report(.fitsNone, value, schema, at: path)
            errors += alternativeErrors(value, rules.anyOf[0], at: path)
        }
        if !rules.oneOf.isEmpty {
            let found = fitting(value, rules.oneOf)
            if found != 1 { report(.fitsNotOne(found: found), value, schema, at: path) }
            if found == 0 { errors += alternativeErrors(value, rules.oneOf[0], at: path) }
        }
        if fitting(value, rules.allOf) < rules.allOf.count {
            errors += rules.allOf.flatMap { alternativeErrors(value, $0, at: path) }
            report(.fitsNotAll, value, schema, at: path)
        }
        if fitting(value, rules.not) > 0 { report(.fitsExcluded, value, schema, at: path) }
    }

    private func fitting(_ value: JSONValue, _ schemas: [TypeSchema]) -> Int {
        schemas.count { alternativeErrors(value, $0, at: .root).isEmpty }
    }

    private func alternativeErrors(_ value: JSONValue, _ schema: TypeSchema, at path: PathText) -> [SchemaError] {
        var check = SchemaCheck(scope, isBuiltIn: isBuiltIn, isAlternative: true)
        check.check(value, schema, at: path)
        return check.errors
    }
}
