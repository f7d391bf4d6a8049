internal import KubeAPI

/// The fields of a part of a kind, as a table for a reference page.
struct FieldTable {
    private(set) var lines = ["| Field | Type | Default | Meaning |", "| --- | --- | --- | --- |"]

    init(_ part: SchemaNode) { add(fieldsOf: part, below: "") }

    private mutating func add(fieldsOf node: SchemaNode, below path: String) {
        for field in node.fields {
            let place = path + field.name
            let standard =
                field.node.defaultValue.map { "`\($0.string ?? $0.serializedString())`" }
                ?? (node.requires(field.name) ? "required" : "")
            let cells = ["`\(place)`", field.node.typeInWords, standard, Self.escaped(field.node.description)]
            lines.append("| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |")
            var inner = field.node
            var ending = "."
            while let items = inner.items {
                inner = items
                ending = "[]" + ending
            }
            add(fieldsOf: inner, below: place + ending)
        }
    }

    /// A page takes `<pool>` for HTML, and `$` for the beginning of a formula.
    private static func escaped(_ text: String) -> String {
        text.replacing("<", with: "\\<").replacing("$", with: "\\$").replacing("*", with: "\\*")
    }
}

extension SchemaNode {
    /// What may stand in the field, for people.
    fileprivate var typeInWords: String {
        choices.isEmpty ? words() : choices.map { "`\($0)`" }.joined(separator: ", ")
    }

    /// - Parameter ending: The ending of the word for what a list or a map holds many of.
    private func words(_ ending: String = "") -> String {
        if isQuantity { return ending.isEmpty ? "quantity" : "quantities" }
        if isIntOrString { return "integer\(ending)\(range("minimum", "maximum")) or string\(ending)" }
        switch type {
        case "array": return "list\(ending) of \(items?.words("s") ?? "values")" + size("minItems", "maxItems")
        case "object" where values != nil:
            return "map\(ending) of \(values?.words("s") ?? "values")" + size("minProperties", "maxProperties")
        case "string" where format == "date-time": return "time\(ending)"
        case "string": return "string\(ending)" + range("minLength", "maxLength", " characters")
        case let word?: return word + ending + range("minimum", "maximum")
        case nil: return "any value"
        }
    }

    private func size(_ lowest: String, _ highest: String) -> String {
        bounds(lowest, highest).map { ", \($0) entries" } ?? ""
    }

    private func range(_ lowest: String, _ highest: String, _ unit: String = "") -> String {
        bounds(lowest, highest).map { " (\($0)\(unit))" } ?? ""
    }

    private func bounds(_ lowest: String, _ highest: String) -> String? {
        switch (json[lowest]?.integer, json[highest]?.integer) {
        case (let low?, let high?): "\(low) to \(high)"
        case (let low?, nil): "at least \(low)"
        case (nil, let high?): "at most \(high)"
        case (nil, nil): nil
        }
    }
}
