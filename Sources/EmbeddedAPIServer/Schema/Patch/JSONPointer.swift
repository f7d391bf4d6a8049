import KubeAPI

/// A place in a JSON document. Source: RFC 6901.
struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    let tokens: [String]

    init(tokens: [String]) { self.tokens = tokens }

    /// `nil` where the text neither is empty nor begins with a slash.
    init?(_ text: String) {
        guard text.isEmpty || text.first == "/" else { return nil }
        tokens = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(Self.unescaped)
    }

    var parent: JSONPointer { JSONPointer(tokens: Array(tokens.dropLast())) }

    var description: String { tokens.map { "/" + Self.escaped($0) }.joined() }

    private static func unescaped(_ token: Substring) -> String {
        var text = ""
        var rest = token
        while let tilde = rest.firstIndex(of: "~") {
            text += rest[..<tilde]
            rest = rest[tilde...].dropFirst()
            switch rest.first {
            case "0": text += "~"
            case "1": text += "/"
            default: text += "~" + rest.prefix(1)
            }
            rest = rest.dropFirst()
        }
        return text + rest
    }

    private static func escaped(_ token: String) -> String {
        token.reduce(into: "") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }
}

extension JSONValue {
    /// The value that the pointer names.
    subscript(pointer: JSONPointer) -> JSONValue? {
        pointer.tokens.reduce(Optional(self)) { value, token in
            guard case .array = value else { return value?[token] }
            return Int(token).flatMap { value?[$0] }
        }
    }

    /// Sets a value whose parent exists.
    mutating func set(_ value: JSONValue, at tokens: ArraySlice<String>) {
        guard let first = tokens.first else {
            self = value
            return
        }
        if case .array(var elements) = self {
            guard let index = Int(first), elements.indices.contains(index) else { return }
            self = .null
            elements[index].set(value, at: tokens.dropFirst())
            self = .array(elements)
            return
        }
        var child = self[first] ?? .null
        self[first] = .null
        child.set(value, at: tokens.dropFirst())
        self[first] = child
    }
}
