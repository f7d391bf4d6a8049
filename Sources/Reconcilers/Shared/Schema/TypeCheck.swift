internal import KubeAPI

/// Checks what a user wrote against a type of the catalogue, and says what to write instead.
///
/// For people who ask (`quartermaster validate`), never for the loop: a newer API server may have fields that the catalogue has not.
struct TypeCheck {
    /// A manifest that is wrong from end to end needs no more than this to be mended.
    private static let limit = 32

    private let isPartial: Bool
    private(set) var violations: [Violation] = []

    /// - Parameter isPartial: what the type requires may be missing.
    init(isPartial: Bool) { self.isPartial = isPartial }

    mutating func check(_ value: JSONValue, _ declared: TypeSchema, at path: String) {
        let type = declared.resolved
        switch (type.form, value) {
        case (_, .null), (.any, _): break  // as if it were not there
        case (.object, .object(let fields)): check(fields, type, at: path)
        case (.array, .array(let elements)):
            guard let items = type.items else { break }
            for (index, element) in elements.enumerated() { check(element, items, at: "\(path)[\(index)]") }
        case (.string, .string), (.boolean, .bool), (.intOrString, .string), (.quantity, .number): break
        case (.integer, _) where value.integer != nil, (.intOrString, _) where value.integer != nil: break
        case (.number, _) where value.number != nil, (.quantity, _) where value.integer != nil: break
        case (.quantity, .string(let text)):
            guard Quantity(text) == nil else { return }
            complain(path, "\"\(text.cut(to: 40))\" is no amount; write one such as 500m, 2 or 1Gi")
            return
        default:
            let hint = Self.hint(for: value, instead: type).map { "; \($0)" } ?? ""
            complain(path, "expected \(Self.one(type)), is \(Self.article(value))\(hint)")
            return
        }
        checkBounds(of: value, type.rules, at: path)
    }

    private mutating func check(_ fields: JSONObject, _ type: TypeSchema, at path: String) {
        for (name, value) in fields {
            if let field = type.field(name) {
                check(value, field, at: path.field(name))
            } else if let values = type.additional {
                check(value, values, at: name.contains { "./".contains($0) } ? "\(path)[\(name)]" : path.field(name))
            } else if !type.preservesUnknownFields {
                complain(path.field(name), "unknown field\(Self.advice(on: name, in: type))")
            }
        }
        guard !isPartial else { return }
        for name in type.rules.required where fields[name]?.isNull ?? true { complain(path.field(name), "is required") }
    }

    private mutating func checkBounds(of value: JSONValue, _ rules: ValueRules, at path: String) {
        if !rules.allowed.isEmpty, !value.isNull, !rules.allowed.contains(value) {
            let list = rules.allowed.map { $0.string ?? $0.description }.joined(separator: ", ")
            complain(path, "must be one of \(list), is \(value.string ?? value.description)")
        }
        guard let number = value.number else { return }
        if let minimum = rules.minimum, number < minimum {
            complain(path, "must be at least \(Int(minimum)), is \(value)")
        }
        if let maximum = rules.maximum, number > maximum {
            complain(path, "must be at most \(Int(maximum)), is \(value)")
        }
    }

    private mutating func complain(_ path: String, _ message: String) {
        guard violations.count < Self.limit else { return }
        violations.append(Violation(path, message))
    }
}

// MARK: - What to write

extension TypeCheck {
    /// The field that was meant, the one that it belongs in, or those that there are.
    private static func advice(on name: String, in type: TypeSchema) -> String {
        let names = type.fields.map(\.name)
        if let close = closest(to: name, among: names) { return "; did you mean \(close)?" }
        let holders = type.fields.filter { $0.schema.resolved.field(name) != nil }
        if holders.count == 1 { return "; it belongs in \(holders[0].name)" }
        return names.count <= 12 ? "; there are \(names.joined(separator: ", "))" : ""
    }

    private static func closest(to name: String, among names: [String]) -> String? {
        let written = Array(name.lowercased().unicodeScalars)
        let tolerance = written.count < 5 ? 1 : 2
        return names.map { ($0, distance(written, Array($0.lowercased().unicodeScalars), atMost: tolerance)) }
            .filter { $0.1 <= tolerance }.min { $0.1 < $1.1 }?.0
    }

    /// How many letters were forgotten, added, mistaken, or written in the wrong order (Damerau and Levenshtein).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], atMost limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var line = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    rows[row][column + 1] + 1, line[column] + 1, rows[row][column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    cost = min(cost, rows[row - 1][column - 1] + 1)
                }
                line.append(cost)
            }
            rows.append(line)
        }
        return rows[left.count][right.count]
    }

    /// How to write the value so that it is of the type.
    private static func hint(for value: JSONValue, instead type: TypeSchema) -> String? {
        switch (type.form, value) {
        case (.string, .integer), (.string, .number), (.string, .bool): return "put it in quotes"
        case (.boolean, .string("true")), (.boolean, .string("false")): return "write it without quotes"
        case (.integer, .string(let text)) where Int64(text) != nil: return "write it without quotes"
        case (.array, .string(let text)) where type.items?.resolved.form == .string:
            return "write [\(JSONValue.string(text.cut(to: 40)).serializedString())]"
        default: return nil
        }
    }

    private static func one(_ type: TypeSchema) -> String {
        switch type.form {
        case .object: type.additional.map { "a map of \(many($0.resolved))" } ?? "an object"
        case .array: "a list of \(type.items.map { many($0.resolved) } ?? "values")"
        case .string: "a string"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .intOrString: "an integer or a string"
        case .quantity: "an amount such as 500m, 2 or 1Gi"
        case .any: "a value"
        }
    }

    private static func many(_ type: TypeSchema) -> String {
        switch type.form {
        case .object: "objects"
        case .array: "lists"
        case .string: "strings"
        case .integer: "integers"
        case .quantity: "amounts"
        case .number, .boolean, .intOrString, .any: "values"
        }
    }

    private static func article(_ value: JSONValue) -> String {
        switch value {
        case .array: "a list"
        case .object, .integer: "an \(value.typeName)"
        default: "a \(value.typeName)"
        }
    }
}
