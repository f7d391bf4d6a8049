internal import KubeAPI

/// The variables of a Compose file: `${NAME:-default}` and its like.
/// Source: Compose file reference, "Interpolation".
struct Interpolation: Sendable {
    struct Filled: Hashable {
        var text = ""
        /// Variables that have no value.
        var missing: [String] = []
        /// Whether the name of a variable says that its value is a secret.
        var isSecret = false
        /// Variables that stand in the text as `$(NAME)`.
        var references: [String] = []
    }

    /// From the file `.env`.
    var values: [String: String] = [:]
    /// Secrets, and what has no value, become references that Kubernetes fills in from the container's variables.
    var makesReferences = false

    /// The secrets of a text, and what has no value.
    func references(in text: String) -> [String] {
        var interpolation = self
        interpolation.makesReferences = true
        return interpolation.fill(text).references
    }

    func fill(_ text: String) -> Filled {
        var filled = Filled()
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            filled.text += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$":
                filled.text += "$"
                rest.removeFirst()
            case "{": braced(&rest, into: &filled)
            case let letter? where letter.isLetter || letter == "_":
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(name.count)
                variable(String(name), "", "", into: &filled)
            default: filled.text += "$"
            }
        }
        filled.text += rest
        return filled
    }

    private func braced(_ rest: inout Substring, into filled: inout Filled) {
        var depth = 0
        var end: Substring.Index?
        for index in rest.indices {
            if rest[index] == "{" { depth += 1 }
            if rest[index] == "}" { depth -= 1 }
            if depth == 0 {
                end = index
                break
            }
        }
        guard let end else {
            filled.text += "$\(rest)"
            rest = ""
            return
        }
        let body = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        let name = body.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        let tail = body.dropFirst(name.count)
        let mark = tail.prefix(tail.first == ":" ? 2 : 1)
        variable(String(name), String(mark), String(tail.dropFirst(mark.count)), into: &filled)
    }

    /// - Parameters:
    ///   - mark: what stands behind the name: `:-`, `-`, `:?`, `?`, `:+`, `+` or nothing.
    private func variable(_ name: String, _ mark: String, _ word: String, into filled: inout Filled) {
        let given = values[name].flatMap { mark.hasPrefix(":") && $0.isEmpty ? nil : $0 }
        var value = Filled(text: given ?? "")
        switch mark.last {
        case "-" where given == nil: value = fill(word)
        case "+": value = given == nil ? Filled() : fill(word)
        default: if given == nil { value.missing = [name] }
        }
        let isSecret = value.isSecret || Sensitive.isSecret(name, value.text.isEmpty ? "?" : value.text)
        if makesReferences, isSecret || !value.missing.isEmpty {
            value = Filled(text: "$(\(name))", references: [name])
        }
        filled.text += value.text
        filled.missing += value.missing
        filled.references += value.references
        filled.isSecret = filled.isSecret || isSecret
    }
}

/// Files of variables: `.env`, and those of `env_file`.
enum VariableFile {
    static func parse(_ text: String) -> [(key: String, value: String)] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            var line = line.trimmed
            if line.hasPrefix("export ") { line = String(line.dropFirst(7)).trimmed }
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
            return (line[..<equals].trimmed, unquoted(line[line.index(after: equals)...].trimmed))
        }
    }

    private static func unquoted(_ text: String) -> String {
        if let quote = text.first, quote == "'" || quote == "\"", let end = text.dropFirst().firstIndex(of: quote) {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        return text.firstRange(of: " #").map { text[..<$0.lowerBound].trimmed } ?? text
    }
}
