/// The Swift source of a kind's types.
struct SwiftSource {
    let text: String

    private static let width = 120
    /// Words that a name may only be in backticks. Source: The Swift Programming Language, "Keywords and Punctuation".
    private static let keywords: Set = [
        "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum", "extension",
        "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
        "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct",
        "subscript", "super", "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// - Throws: `GeneratorError` for types that Swift can't have.
    init(_ definition: Definition) throws(GeneratorError) {
        let types = try TypeCollector(definition).types
        var lines = ["// Made by `make generate` from \(definition.path); changes are made there.", ""]
        let modules = TypeNames.of(definition.kind).imports + ["KubeAPI"]
        lines += modules.sorted().map { "package import \($0)" }
        lines += ["", "extension \(definition.kind) {"]
        let outermost = types.filter { !$0.name.contains(".") }
        for (index, type) in outermost.enumerated() {
            if index > 0 { lines.append("") }
            lines += try Self.declaration(of: type, among: types, indent: "    ")
        }
        lines.append("}")
        for type in types where type.name.contains(".") && !types.contains(where: { $0.name == type.owner }) {
            throw GeneratorError("\(type.paths[0]): there is no type for \(type.name) to stand in")
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func declaration(of type: GeneratedType, among types: [GeneratedType], indent: String)
        throws(GeneratorError) -> [String]
    {
        let inner = indent + "    "
        let name = type.name.split(separator: ".").last ?? ""
        let places = type.paths.map { "`\($0)`" }.joined(separator: ", ")
        let comment = documentation("The type of \(places).", indent: indent)
        switch type.body {
        case .enumeration(let choices):
            return comment
                + ["\(indent)package enum \(name): String, Sendable, Hashable, Codable, CaseIterable {"]
                + choices.map { inner + enumerationCase($0) } + ["\(indent)}"]
        case .structure(let properties):
            var lines = comment + ["\(indent)package struct \(name): Sendable, Hashable, Codable {"]
            for nested in types where nested.owner == type.name {
                lines += try declaration(of: nested, among: types, indent: inner) + [""]
            }
            for property in properties {
                lines += documentation(property.description, indent: inner)
                let short = property.type.shortened(in: type.name)
                lines.append("\(inner)package var \(quoted(property.name)): \(short)\(property.isOptional ? "?" : "")")
            }
            return lines + ["\(indent)}"]
        }
    }

    private static func enumerationCase(_ choice: String) -> String {
        let words = choice.split { !$0.isLetter && !$0.isNumber }
        let first = words.first.map(String.init) ?? ""
        let isAbbreviation = first.allSatisfy { $0.isUppercase || $0.isNumber }
        let name =
            (isAbbreviation ? first.lowercased() : first.prefix(1).lowercased() + first.dropFirst())
            + words.dropFirst().map { String($0).capitalizedFirst }.joined()
        return name == choice ? "case \(quoted(name))" : "case \(quoted(name)) = \"\(choice)\""
    }

    private static func quoted(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    private static func documentation(_ text: String, indent: String) -> [String] {
        let start = "\(indent)///"
        var lines: [String] = []
        var line = start
        for word in text.split(whereSeparator: \.isWhitespace) {
            if line.count + 1 + word.count > width, line != start {
                lines.append(line)
                line = start
            }
            line += " \(word)"
        }
        return line == start ? lines : lines + [line]
    }
}

extension GeneratedType {
    /// The type that it stands in; `nil` for one of the kind itself.
    fileprivate var owner: String? { name.lastIndex(of: ".").map { String(name[..<$0]) } }
}

extension String {
    /// A type as it is written inside of another one: without the types that both stand in.
    fileprivate func shortened(in place: String) -> String {
        let start = lastIndex { $0 == "[" || $0 == " " }.map(index(after:)) ?? startIndex
        var outer = place[...]
        while true {
            if self[start...].hasPrefix("\(outer).") {
                return String(self[..<start] + self[start...].dropFirst(outer.count + 1))
            }
            guard let dot = outer.lastIndex(of: ".") else { return self }
            outer = outer[..<dot]
        }
    }
}
