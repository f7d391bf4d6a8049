import KubeAPI

/// Whether an applied configuration fits its type at all. Source: structured-merge-diff, typed.AsTyped.
enum TypedCheck {
    /// One sentence per misfit: `.spec.foo: field not declared in schema`.
    static func problems(_ value: JSONValue, _ schema: TypeSchema, at path: String = "") -> [String] {
        let target = schema.resolved
        switch (target.form, value) {
        case (_, .null), (.any, _): return []
        case (.object, .object(let fields)):
            return fields.flatMap { name, child -> [String] in
                let place = "\(path).\(name)"
                guard let childSchema = target.child(name) else {
                    return target.preservesUnknownFields ? [] : ["\(place): field not declared in schema"]
                }
                return problems(child, childSchema, at: place)
            }
        case (.array, .array(let elements)): return list(elements, target, at: path)
        case (.object, _): return ["\(path): expected map, got \(words(value))"]
        case (.array, _): return ["\(path): expected list, got \(words(value))"]
        case (.string, .string), (.boolean, .bool), (.integer, .integer), (.integer, .number), (.number, .integer),
            (.number, .number), (.intOrString, .integer), (.intOrString, .string), (.quantity, .integer),
            (.quantity, .number), (.quantity, .string):
            return []
        case (.string, _): return ["\(path): expected string, got \(words(value))"]
        case (.boolean, _): return ["\(path): expected boolean, got \(words(value))"]
        case (.integer, _), (.number, _):
            return ["\(path): expected numeric (int or float), got \(words(value))"]
        case (.intOrString, _), (.quantity, _): return ["\(path): expected string, got \(words(value))"]
        }
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
        var seen: Set<PathElement> = []
        for (index, element) in elements.enumerated() {
            let part = schema.element(element, at: index)
            if schema.listType != .atomic, !seen.insert(part).inserted {
                problems.append("\(path): duplicate entries for key \(part.description)")
            }
            problems += Self.problems(element, items, at: path + part.description)
        }
        return problems
    }

    private static func words(_ value: JSONValue) -> String {
        switch value {
        case .object: "map"
        case .array: "list"
        default: "&value.valueUnstructured{Value:\(value)}"
        }
    }
}
