import KubeAPI

/// Reads a request's object by its schema: unknown fields are reported and dropped, and an object of a built-in
/// kind gets the form that the real server's Go types give it (no nulls, no empty optional fields, canonical
/// quantities and times).
struct ObjectDecoder {
    /// Fields that the schema does not know, as `spec.containers[0].imagee`, in the order of the document.
    private(set) var unknownFields: [String] = []
    private let isCustom: Bool
    private let kind: String

    private init(isCustom: Bool, kind: String) {
        self.isCustom = isCustom
        self.kind = kind
    }

    /// - Returns: the object and, for `.warn`, the warnings to send.
    /// - Throws: `StatusFailure` 400 for values of a wrong type (built-in kinds; those of CRDs are found by
    ///   validation) and, under `.strict`, for unknown fields.
    static func decode(
        _ object: JSONValue, as definition: ResourceDefinition, fieldValidation: FieldValidation = .ignore
    ) throws(StatusFailure) -> (object: JSONValue, warnings: [String]) {
        let type = definition.type
        var decoder = ObjectDecoder(isCustom: definition.isCustom, kind: type.kind)
        let prefix = "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind)"
        let result: JSONValue
        do throws(TypeMismatch) {
            result = try decoder.top(object, definition.schema.resolved)
        } catch {
            throw .badRequest("\(prefix): \(error.message)")
        }
        let complaints = decoder.unknownFields.map { "unknown field \"\($0)\"" }
        if fieldValidation == .strict, !complaints.isEmpty {
            throw .badRequest("\(prefix): strict decoding error: \(complaints.joined(separator: ", "))")
        }
        return (result, fieldValidation == .warn ? complaints : [])
    }

    /// An object of the kind without any content, as the real server's empty Go type is written: what a create is
    /// compared with for `managedFields`.
    static func empty(_ definition: ResourceDefinition) -> JSONValue {
        let type = definition.type
        let head: JSONValue = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
        guard !definition.isCustom else { return head }
        return (try? decode(head, as: definition).object) ?? head
    }

    private mutating func top(_ object: JSONValue, _ schema: TypeSchema) throws(TypeMismatch) -> JSONValue {
        guard object.object != nil else {
            throw TypeMismatch("json: cannot unmarshal \(object.typeName) into Go value of type \(kind)")
        }
        if isCustom { return try custom(object, schema, PathText.root) }
        return try typed(object, schema, PathText.root, owner: kind)
    }
}

struct TypeMismatch: Error {
    var message: String
    init(_ message: String) { self.message = message }
}

// MARK: - Built-in kinds

extension ObjectDecoder {
    private mutating func typed(
        _ value: JSONValue, _ schema: TypeSchema, _ path: PathText, entryOf map: PathText? = nil, owner: String
    ) throws(TypeMismatch) -> JSONValue {
        let target = schema.resolved
        let mismatch = { (wanted: String) in
            // Go names the map, not its key.
            let found = ["integer": "number", "boolean": "bool"][value.typeName] ?? value.typeName
            let name = (map ?? path).description
            return TypeMismatch(
                "json: cannot unmarshal \(found) into Go struct field \(owner).\(name) of type \(wanted)")
        }
        switch (target.form, value) {
        case (.object, .object(let fields)):
            return .object(try typed(fields, target, path, owner: schema.reference ?? owner))
        case (.array, .array(let elements)):
            guard let items = target.items else { return value }
            var result: [JSONValue] = []
            result.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                result.append(try typed(element, items, path.index(index), owner: owner))
            }
            return .array(result)
        case (.any, _): return value
        case (.boolean, .bool), (.intOrString, .integer), (.intOrString, .string), (.number, .integer),
            (.number, .number):
            return value
        case (.string, .string(let text)): return try Self.text(text, target, path)
        case (.integer, .integer), (.integer, .number):
            guard let number = value.integer else { throw mismatch(target.rules.format ?? "int32") }
            return .integer(number)
        case (.quantity, .string(let text)): return try Self.quantity(text)
        case (.quantity, .integer(let number)): return try Self.quantity(String(number))
        case (.quantity, .number(let number)): return try Self.quantity(number.description)
        // A null element or map value is the zero value.
        case (_, .null): return Self.zero(target) ?? .null
        default: throw mismatch(Self.typeName(schema))
        }
    }

    private mutating func typed(
        _ fields: JSONObject, _ schema: TypeSchema, _ path: PathText, owner: String
    ) throws(TypeMismatch) -> JSONObject {
        var result = JSONObject(minimumCapacity: fields.count)
        for (name, value) in fields {
            guard let child = schema.child(name) else {
                if schema.preservesUnknownFields {
                    result[name] = value
                } else {
                    unknownFields.append(path.child(name).description)
                }
                continue
            }
            guard schema.field(name) != nil else {
                result[name] = try typed(value, child, path.child(name), entryOf: path, owner: owner)
                continue
            }
            if value.isNull { continue }
            let decoded = try typed(value, child, path.child(name), owner: owner)
            if child.presence != .omitsZero || !Self.isZero(decoded, child) { result[name] = decoded }
        }
        for field in schema.fields where field.schema.presence == .always && result[field.name] == nil {
            // A struct inside of a struct brings its own zero fields with it.
            let zero = Self.zero(field.schema.resolved) ?? .null
            let isStruct = field.schema.reference != nil
            result[field.name] = isStruct ? try typed(zero, field.schema, path.child(field.name), owner: owner) : zero
        }
        return result
    }

    private static func isZero(_ value: JSONValue, _ schema: TypeSchema) -> Bool {
        // Behind a pointer, such as a default of false in the schema of a CRD.
        if schema.resolved.form == .any { return false }
        return switch value {
        case .string(let text): text.isEmpty
        case .integer(let number): number == 0 && schema.form == .integer
        case .bool(let flag): !flag
        case .array(let elements): elements.isEmpty
        // An empty struct behind a pointer stays; an empty map goes.
        case .object(let fields): fields.isEmpty && schema.reference == nil && schema.form == .object
        case .null: true
        case .number: false
        }
    }

    private static func zero(_ schema: TypeSchema) -> JSONValue? {
        switch schema.form {
        case .string: schema.rules.format == nil ? .string("") : nil
        case .quantity: .string("0")
        case .integer, .number: .integer(0)
        case .intOrString: .integer(0)
        case .boolean: .bool(false)
        case .object: schema.additional == nil && !schema.fields.isEmpty ? .object([:]) : nil
        case .array, .any: nil
        }
    }

    private static func text(
        _ text: String, _ schema: TypeSchema, _ path: PathText
    ) throws(TypeMismatch) -> JSONValue {
        guard let format = schema.rules.format, !text.isEmpty else { return .string(text) }
        switch format {
        case "date-time", "micro-time":
            guard let time = Timestamp(rfc3339: text) else {
                throw TypeMismatch(
                    "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\" as \"2006\"")
            }
            return .string(format == "micro-time" ? time.rfc3339Micro : time.rfc3339)
        case "byte":
            if let position = Base64.firstInvalid(text) {
                throw TypeMismatch("illegal base64 data at input byte \(position)")
            }
            return .string(text)
        default: return .string(text)
        }
    }

    private static func quantity(_ text: String) throws(TypeMismatch) -> JSONValue {
        guard let canonical = Quantity.canonical(text) else {
            throw TypeMismatch(
                "quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        }
        return .string(canonical)
    }

    private static func typeName(_ schema: TypeSchema) -> String {
        let target = schema.resolved
        switch target.form {
        case .array: return "[]" + (target.items.map(typeName) ?? "interface {}")
        case .object:
            return schema.reference.map { "v1.\($0)" } ?? "map[string]" + (target.additional.map(typeName) ?? "string")
        case .boolean: return "bool"
        case .integer: return target.rules.format ?? "int"
        case .number: return "float64"
        case .quantity: return "resource.Quantity"
        case .intOrString: return "intstr.IntOrString"
        case .string, .any: return "string"
        }
    }
}

// MARK: - Custom resources

extension ObjectDecoder {
    /// Prunes unknown fields. Source: Kubernetes documentation, "Field pruning".
    private mutating func custom(
        _ value: JSONValue, _ schema: TypeSchema, _ path: PathText
    ) throws(TypeMismatch) -> JSONValue {
        // Metadata belongs to the server, whatever the CRD says of it.
        if let type = schema.reference { return try typed(value, schema, path, owner: type) }
        switch value {
        case .array(let elements):
            guard let items = schema.items else { return value }
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                result.append(try custom(element, items, path.index(index)))
            }
            return .array(result)
        case .object(let fields):
            var result = JSONObject(minimumCapacity: fields.count)
            for (name, field) in fields {
                if let child = schema.child(name) {
                    result[name] = try custom(field, child, path.child(name))
                } else if schema.preservesUnknownFields || schema.form == .any {
                    result[name] = field
                } else {
                    unknownFields.append(path.child(name).description)
                }
            }
            return .object(result)
        default: return value
        }
    }
}
