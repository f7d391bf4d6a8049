import KubeAPI

/// The part of JSONPath that CRDs use for printer columns, scale and selectable fields: `.spec.list[0].name`,
/// `['a.b']`, `[*]`, `[-1]` and filters such as `[?(@.type=="Ready")]`.
///
/// Source: Kubernetes documentation, "JSONPath Support".
struct JSONPath: Sendable {
    private enum Step: Sendable {
        case field(String)
        case index(Int)
        case all
        case filter(path: [String], isEqual: Bool, value: JSONValue?)
    }

    private let steps: [Step]

    /// `nil` for what is no path of that part of the language.
    init?(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("$") { rest = rest.dropFirst() }
        var steps: [Step] = []
        while let first = rest.first {
            if first == "." {
                rest = rest.dropFirst()
                guard rest.first != "." else { return nil }
                let name = Self.name(&rest)
                if name.isEmpty, rest.first != "[" { return nil }
                if !name.isEmpty { steps.append(name == "*" ? .all : .field(name)) }
            } else if first == "[" {
                guard let end = Self.closing(rest),
                    let step = Self.bracket(rest[rest.index(after: rest.startIndex)..<end])
                else { return nil }
                steps.append(step)
                rest = rest[end...].dropFirst()
            } else {
                return nil
            }
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// Everything that the path names.
    func values(in document: JSONValue) -> [JSONValue] {
        steps.reduce([document]) { values, step in values.flatMap { Self.follow(step, $0) } }
    }

    /// The path as plain field names; `nil` where it is more than that.
    var fieldNames: [String]? {
        var names: [String] = []
        for step in steps {
            guard case .field(let name) = step else { return nil }
            names.append(name)
        }
        return names
    }

    private static func follow(_ step: Step, _ value: JSONValue) -> [JSONValue] {
        switch step {
        case .field(let name): return value[name].map { [$0] } ?? []
        case .index(let index):
            let count = value.array?.count ?? 0
            return value[index < 0 ? count + index : index].map { [$0] } ?? []
        case .all: return value.array ?? value.object.map { Array($0.values) } ?? []
        case .filter(let path, let isEqual, let wanted):
            return (value.array ?? []).filter { element in
                guard let wanted else { return element[path: path] != nil }
                return (element[path: path] == wanted) == isEqual
            }
        }
    }

    private static func name(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            // A backslash takes the next character as it is: `.metadata.labels.a\.b`.
            if character == "\\", let next = rest.first {
                name.append(next)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func closing(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "]" {
                return index
            }
        }
        return nil
    }

    private static func bracket(_ content: Substring) -> Step? {
        if content == "*" { return .all }
        if let index = Int(content) { return .index(index) }
        if content.hasPrefix("?("), content.hasSuffix(")") { return filter(content.dropFirst(2).dropLast()) }
        return unquoted(content).map(Step.field)
    }

    private static func filter(_ content: Substring) -> Step? {
        for (sign, isEqual) in [("==", true), ("!=", false)] {
            guard let range = content.firstRange(of: sign) else { continue }
            guard let path = path(content[..<range.lowerBound]) else { return nil }
            let literal = trimmed(content[range.upperBound...])
            let value = unquoted(literal).map(JSONValue.string) ?? (try? JSONValue.parse(String(literal)))
            return value.map { .filter(path: path, isEqual: isEqual, value: $0) }
        }
        return path(content).map { .filter(path: $0, isEqual: true, value: nil) }
    }

    private static func path(_ text: Substring) -> [String]? {
        let text = trimmed(text)
        guard text.hasPrefix("@.") else { return nil }
        return text.dropFirst(2).split(separator: ".").map(String.init)
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return nil
        }
        return String(text.dropFirst().dropLast())
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
