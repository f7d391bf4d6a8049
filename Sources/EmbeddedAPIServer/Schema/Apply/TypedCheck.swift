import KubeAPI

/// Whether an applied configuration fits its type at all. Source: structured-merge-diff, typed.AsTyped.
enum TypedCheck {
    /// One sentence per misfit: `.spec.foo: field not declared in schema`.
    static func problems(_ value: JSONValue, _ schema: TypeSchema, at path: String = "") -> [String] {
        let target = schema.resolved
        switch (target.form, value) {
        case (_, .null), (.any, _): return []
        case (.object, .object(let fields)):
            return self.fields(fields, target, at: path)
        case (.array, .array(let elements)): return list(elements, target, at: path)
        case (.object, _): return ["\(path): expected map, got &{\(goText(value))}"]
        case (.array, _): return ["\(path): expected list, got &{\(goText(value))}"]
        case (.string, .string), (.boolean, .bool), (.integer, .integer), (.integer, .number), (.number, .integer),
            (.number, .number), (.intOrString, .integer), (.intOrString, .string), (.quantity, .integer),
            (.quantity, .number), (.quantity, .string):
            return []
        case (.boolean, _): return ["\(path): expected boolean, got &{\(goText(value))}"]
        case (.integer, _), (.number, _): return ["\(path): expected numeric (int or float), got \(value.goTypeName)"]
        case (.string, _), (.intOrString, _), (.quantity, _):
            return ["\(path): expected string, got &value.valueUnstructured{Value:\(value)}"]
        }
    }

    /// An unknown field ends the check of its object.
    private static func fields(_ fields: JSONObject, _ schema: TypeSchema, at path: String) -> [String] {
        var problems: [String] = []
        for (name, child) in fields.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).\(name)"
            if let childSchema = schema.child(name) {
                problems += Self.problems(child, childSchema, at: place)
            } else if !schema.preservesUnknownFields {
                return problems + ["\(place): field not declared in schema"]
            }
        }
        return problems
    }

    private static func list(_ elements: [JSONValue], _ schema: TypeSchema, at path: String) -> [String] {
        guard let items = schema.items else { return [] }
        if case .map(let keys) = schema.listType {
            for (index, element) in elements.enumerated() {
                for key in keys where element[key] == nil && schema.keyDefault(key) == nil {
                    return [
                        "\(path): element \(index): associative list with keys has an element that omits key field "
                            + "\"\(key)\" (and doesn't have default value)"
                    ]
                }
            }
        }
        var problems: [String] = []
        var seen: Set<FieldPath.Element> = []
        for (index, element) in elements.enumerated() {
            let part = schema.element(element, at: index)
            if schema.listType != .atomic, !seen.insert(part).inserted {
                problems.append("\(path): duplicate entries for key \(part.conflictText)")
            }
            problems += Self.problems(element, items, at: path + part.conflictText)
        }
        return problems
    }

    /// A value as Go prints it.
    private static func goText(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .null: "<nil>"
        case .array(let elements): "[" + elements.map(goText).joined(separator: " ") + "]"
        case .object(let fields):
            "map[" + fields.sorted { $0.key < $1.key }.map { "\($0.key):\(goText($0.value))" }.joined(separator: " ")
                + "]"
        default: value.description
        }
    }
}

extension JSONValue {
    /// The Go type that holds such a value, which stands in some of the real server's messages.
    var goTypeName: String {
        switch self {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int64"
        case .number: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }
}
