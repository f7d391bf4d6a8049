import KubeAPI

extension FieldError {
    /// An error in the words of the real server's schema validation, with which custom resources are checked.
    ///
    /// Unknown fields are none: they were dropped when the object was decoded.
    ///
    /// - Parameter name: how sentences name the value; its path without one.
    static func ofCustomResource(_ error: SchemaError, name: String? = nil) -> [FieldError] {
        let (path, value, rules) = (error.path, error.value ?? .null, error.schema.rules)
        func invalid(_ words: String, _ value: JSONValue = value) -> [FieldError] {
            [.invalid(path, value, "\(name ?? path.description) in body \(words)")]
        }
        func sentence(_ words: String) -> [FieldError] { [.invalid(.unnamed, "", "\"\(path)\" must \(words)")] }
        switch error.kind {
        case .wrongType: return wrongType(value, error.schema.form, path, name: name ?? path.description)
        case .wrongFormat:
            let words = "\(path) in body must be of type \(rules.format ?? ""): \(value)"
            return [FieldError(.typeInvalid, path, value: value, words)]
        case .required: return [.required(path)]
        case .unsupported: return [.notSupported(path, value, rules.allowed.map { $0.string ?? $0.description })]
        case .belowMinimum:
            return invalid(
                "should be greater than \(rules.isMinimumExclusive ? "" : "or equal to ")\(text(rules.minimum))")
        case .aboveMaximum:
            return invalid(
                "should be less than \(rules.isMaximumExclusive ? "" : "or equal to ")\(text(rules.maximum))")
        case .noMultiple: return invalid("should be a multiple of \(text(rules.multipleOf))")
        case .tooShort: return invalid("should be at least \(rules.minimumLength ?? 0) chars long")
        case .tooLong: return [.tooLong(path, rules.maximumLength ?? 0)]
        case .noMatch: return invalid("should match '\(rules.pattern?.pattern ?? "")'")
        case .tooFewItems:
            return invalid("should have at least \(rules.minimumItems ?? 0) items", .integer(count(value)))
        case .tooManyItems: return [.tooMany(path, Int(count(value)), rules.maximumItems ?? 0)]
        case .repeatedItems: return invalid("shouldn't contain duplicates")
        case .duplicate: return [.duplicate(path, value)]
        case .tooFewProperties:
            return invalid("should have at least \(rules.minimumProperties ?? 0) properties", .integer(count(value)))
        case .tooManyProperties: return [.tooMany(path, Int(count(value)), rules.maximumProperties ?? 0)]
        case .fitsNone: return sentence("validate at least one schema (anyOf)")
        case .fitsNotOne(let found):
            let words = found == 0 ? "Found none valid" : "Found \(found) valid alternatives"
            return sentence("validate one and only one schema (oneOf). \(words)")
        case .fitsNotAll: return sentence("validate all the schemas (allOf)")
        case .fitsExcluded: return sentence("not validate the schema (not)")
        case .unknownField, .noQuantity: return []
        }
    }

    /// An error in the words of the real server's checks of its own kinds, for as much as the catalogue has of them.
    static func ofBuiltIn(_ error: SchemaError) -> FieldError? {
        let (path, value, rules) = (error.path, error.value ?? .null, error.schema.rules)
        switch error.kind {
        case .required:
            let field = path.description.split(separator: ".").last.map(String.init) ?? ""
            return .required(path, error.value == nil ? "" : emptinessWords[field] ?? "")
        case .unsupported: return .notSupported(path, value, rules.allowed.compactMap(\.string))
        case .belowMinimum, .aboveMaximum:
            guard let minimum = rules.minimum else { return nil }
            if minimum == 0, error.kind == .belowMinimum {
                return .invalid(path, value, "must be greater than or equal to 0")
            }
            guard let maximum = rules.maximum else { return .invalid(path, value, "must be greater than zero") }
            return .invalid(path, value, "must be in the range \(Int(minimum))-\(Int(maximum))")
        default: return nil
        }
    }

    /// Fields of which the real server says more than that they are required.
    private static let emptinessWords = [
        "verbs": "verbs must contain at least one value", "topologyKey": "can not be empty",
        "nodeSelectorTerms": "must have at least one node selector term",
    ]

    private static func wrongType(
        _ value: JSONValue, _ form: TypeSchema.Form, _ path: PathText, name: String
    ) -> [FieldError] {
        let found = value.typeName
        let words = "\(name) in body must be of type \(form.words): \"\(found)\""
        let error = FieldError(.typeInvalid, path, value: .string(found), words)
        guard form == .integer, case .number = value else { return [error] }
        return [
            error, .invalid(.unnamed, "", "Checked value must be of type integer (default format) in \(path)"),
        ]
    }

    /// A bound as Go prints it.
    private static func text(_ bound: Double?) -> String {
        bound.map { Int64(exactly: $0).map(String.init) ?? $0.description } ?? ""
    }

    private static func count(_ value: JSONValue) -> Int64 { Int64(value.array?.count ?? value.object?.count ?? 0) }
}

extension TypeSchema.Form {
    fileprivate var words: String {
        switch self {
        case .object: "object"
        case .array: "array"
        case .string, .quantity, .any: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .intOrString: "integer,string"
        }
    }
}
