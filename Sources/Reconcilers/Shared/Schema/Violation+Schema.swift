internal import KubeAPI

extension [SchemaError] {
    /// In words for people, up to a bound: a manifest that is wrong from end to end needs no more to be corrected.
    var violations: [Violation] { prefix(32).map { Violation($0.path.description, $0.words) } }
}

extension SchemaError {
    fileprivate var words: String {
        let (value, rules) = (value ?? .null, schema.rules)
        let (shown, size) = (value.string ?? value.description, value.array?.count ?? value.object?.count ?? 0)
        switch kind {
        case .wrongType:
            let hint = Self.hint(for: value, instead: schema).map { "; \($0)" } ?? ""
            return "expected \(Self.one(schema)), is \(Self.article(value))\(hint)"
        case .unknownField(let name): return "unknown field\(advice(on: name))"
        case .required: return "is required"
        case .unsupported:
            let list = rules.allowed.map { $0.string ?? $0.description }.joined(separator: ", ")
            return "must be one of \(list), is \(shown.cut(to: 80))"
        case .belowMinimum:
            return
                "must be \(rules.isMinimumExclusive ? "more than" : "at least") \(Self.text(rules.minimum)), is \(value)"
        case .aboveMaximum:
            return
                "must be \(rules.isMaximumExclusive ? "less than" : "at most") \(Self.text(rules.maximum)), is \(value)"
        case .noMultiple: return "must be a multiple of \(Self.text(rules.multipleOf)), is \(value)"
        case .tooShort: return "must have at least \(Self.count(rules.minimumLength, "character"))"
        case .tooLong:
            return
                "must not be longer than \(Self.count(rules.maximumLength, "character")), has \(shown.unicodeScalars.count)"
        case .noMatch: return "\"\(shown.cut(to: 80))\" must match \(rules.pattern?.pattern ?? "")"
        case .wrongFormat: return "\"\(shown.cut(to: 80))\" is no \(rules.format ?? "")"
        case .noQuantity: return "\"\(shown.cut(to: 40))\" is no amount; write one such as 500m, 2 or 1Gi"
        case .tooFewItems: return "needs at least \(Self.count(rules.minimumItems, "item"))"
        case .tooManyItems: return "has \(size) items, at most \(rules.maximumItems ?? 0) are allowed"
        case .repeatedItems: return "has the same item twice"
        case .duplicate:
            let key = value.object.map { $0.map { "\($0.key) \($0.value.string ?? "")" }.joined(separator: ", ") }
            return "is a duplicate: \(key ?? shown) stands in the list before"
        case .tooFewProperties: return "needs at least \(rules.minimumProperties ?? 0) entries"
        case .tooManyProperties: return "has \(size) entries, at most \(rules.maximumProperties ?? 0) are allowed"
        case .fitsNone: return "fits none of the alternatives that the schema has for it"
        case .fitsNotOne(let found): return "must fit one alternative of the schema, fits \(found)"
        case .fitsNotAll: return "does not fit all that the schema says of it"
        case .fitsExcluded: return "fits what the schema excludes"
        }
    }

    private static func text(_ bound: Double?) -> String {
        bound.map { Int64(exactly: $0).map(String.init) ?? $0.description } ?? ""
    }

    private static func count(_ number: Int?, _ noun: String) -> String {
        "\(number ?? 0) \(noun)\(number == 1 ? "" : "s")"
    }
}

// MARK: - What to write

extension SchemaError {
    /// The field that was meant, the one that it belongs in, or those that there are.
    private func advice(on name: String) -> String {
        let names = schema.fields.map(\.name)
        if let close = Self.closest(to: name, among: names) { return "; did you mean \(close)?" }
        let holders = schema.fields.filter { $0.schema.resolved.field(name) != nil }
        if holders.count == 1 { return "; it belongs in \(holders[0].name)" }
        return (1...12).contains(names.count) ? "; there are \(names.joined(separator: ", "))" : ""
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
