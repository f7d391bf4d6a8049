internal import KubeAPI
internal import Synchronization

/// Checks a value against a structural schema: types, required and unknown fields, enumerations, bounds, patterns,
/// list keys. What CEL says is checked by `ValidationRules`.
struct SchemaValidator {
    /// A manifest that is wrong from end to end needs no more than this to be mended.
    private static let limit = 32

    private var violations: [Violation] = []

    init() {}

    func violations(in value: JSONValue, against schema: JSONValue) -> [Violation] {
        var copy = self
        copy.check(value, schema, at: "")
        return Array(copy.violations.prefix(Self.limit))
    }

    private mutating func complain(_ path: String, _ message: String) {
        violations.append(Violation(path, message))
    }

    private mutating func check(_ value: JSONValue, _ schema: JSONValue, at path: String) {
        guard hasType(value, schema) else {
            let wanted = schema["type"]?.string ?? "integer or string"
            return complain(path, "must be of type \(wanted), is \(value.typeName)")
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) {
            let list = allowed.map { $0.string ?? $0.description }.joined(separator: ", ")
            complain(path, "must be one of \(list), is \(value.string ?? value.description)")
        }
        switch value {
        case .object(let fields): check(fields, schema, at: path)
        case .array(let elements): check(elements, schema, at: path)
        case .string(let text): check(text, schema, at: path)
        case .integer, .number: checkNumber(value, schema, at: path)
        case .bool, .null: break
        }
    }

    private func hasType(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        if schema["x-kubernetes-int-or-string"]?.bool == true { return value.integer != nil || value.string != nil }
        return switch schema["type"]?.string {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "boolean": value.bool != nil
        case "integer": value.integer != nil
        case "number": value.number != nil
        default: true
        }
    }

    private mutating func check(_ fields: JSONObject, _ schema: JSONValue, at path: String) {
        for name in (schema["required"]?.elements ?? []).compactMap(\.string) where fields[name] == nil {
            complain(path.field(name), "is required")
        }
        if let maximum = schema["maxProperties"]?.integer, fields.count > maximum {
            complain(path, "has \(fields.count) entries, at most \(maximum) are allowed")
        }
        let properties = schema["properties"]?.object
        let additional = schema["additionalProperties"]
        // The metadata of the object itself has a schema of the API server's own.
        let isOpen =
            schema["x-kubernetes-preserve-unknown-fields"]?.bool == true || (properties == nil && path == "metadata")
        for (name, value) in fields {
            if let property = properties?[name] {
                check(value, property, at: path.field(name))
            } else if let additional, additional.object != nil {
                check(value, additional, at: path.field(name))
            } else if !isOpen {
                complain(path.field(name), "is an unknown field")
            }
        }
    }

    private mutating func check(_ elements: [JSONValue], _ schema: JSONValue, at path: String) {
        if let minimum = schema["minItems"]?.integer, elements.count < minimum {
            complain(path, "needs at least \(minimum) item\(minimum == 1 ? "" : "s")")
        }
        if let maximum = schema["maxItems"]?.integer, elements.count > maximum {
            complain(path, "has \(elements.count) items, at most \(maximum) are allowed")
        }
        guard let items = schema["items"] else { return }
        let keys = (schema["x-kubernetes-list-map-keys"]?.elements ?? []).compactMap(\.string)
        var seen: Set<[JSONValue?]> = []
        for (index, element) in elements.enumerated() {
            check(element, items, at: "\(path)[\(index)]")
            guard !keys.isEmpty, !seen.insert(keys.map { element[$0] }).inserted else { continue }
            let key = keys.map { "\($0) \(element[$0]?.string ?? "")" }.joined(separator: ", ")
            complain("\(path)[\(index)]", "is a duplicate: \(key) stands in the list before")
        }
    }

    private mutating func check(_ text: String, _ schema: JSONValue, at path: String) {
        let length = text.unicodeScalars.count
        if let minimum = schema["minLength"]?.integer, length < minimum {
            complain(path, "must have at least \(minimum) character\(minimum == 1 ? "" : "s")")
        }
        if let maximum = schema["maxLength"]?.integer, length > maximum {
            complain(path, "must not be longer than \(maximum) characters, has \(length)")
        }
        if let pattern = schema["pattern"]?.string, !text.matches(pattern: pattern) {
            complain(path, "\"\(text.cut(to: 80))\" must match \(pattern)")
        }
    }

    private mutating func checkNumber(_ value: JSONValue, _ schema: JSONValue, at path: String) {
        guard let number = value.number else { return }
        if let minimum = schema["minimum"]?.number, number < minimum {
            complain(path, "must be at least \(schema["minimum"] ?? 0), is \(value)")
        }
        if let maximum = schema["maximum"]?.number, number > maximum {
            complain(path, "must be at most \(schema["maximum"] ?? 0), is \(value)")
        }
    }
}

extension String {
    /// Whether a regular expression of ours is found in the text.
    func matches(pattern: String) -> Bool {
        compiledPatterns.withLock { known in
            // The expressions come from our own CRDs: they are few, and a test compiles each.
            if known[pattern] == nil { known[pattern] = try? RegularExpression(pattern) }
            return known[pattern]?.isFound(in: self) ?? false
        }
    }
}

/// To compile an expression costs many times what a match does.
private let compiledPatterns = Mutex<[String: RegularExpression]>([:])
