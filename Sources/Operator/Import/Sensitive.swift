internal import KubeAPI

/// What looks as if nobody else should read it.
enum Sensitive {
    /// Of variables, beside what names a secret everywhere.
    private static let words: Set = ["PASS", "KEY", "KEYS", "SALT", "PEPPER"]

    /// Whether a variable of this name holds a secret. One that names a file, or says yes or no, does not.
    static func isSecret(_ name: String, _ value: String) -> Bool {
        hasCredentials(value)
            || isSecret(name) && !["", "true", "false", "yes", "no"].contains(value.lowercased())
    }

    static func isSecret(_ name: String) -> Bool {
        let parts = words(of: name)
        guard let last = parts.last, !["FILE", "PATH", "DIR", "ID", "NAME"].contains(last) else { return false }
        return SecretWords.isSecret(name) || parts.contains(where: words.contains)
    }

    /// `DB_PASSWORD`, `dbPassword` and `--db-password` are DB and PASSWORD.
    private static func words(of name: String) -> [String] {
        var words: [String] = [""]
        var wasLower = false
        for character in name {
            if !character.isLetter, !character.isNumber {
                words.append("")
            } else {
                if character.isUppercase, wasLower { words.append("") }
                words[words.count - 1] += character.uppercased()
            }
            wasLower = character.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }

    /// Whether an address has a password in it: `postgres://app:secret@db/app`.
    static func hasCredentials(_ value: String) -> Bool {
        var rest = value[...]
        while let start = rest.firstRange(of: "://") {
            rest = rest[start.upperBound...]
            let authority = rest.prefix { !"/?# ,\"'".contains($0) }
            guard let at = authority.lastIndex(of: "@") else { continue }
            let user = authority[..<at]
            if let colon = user.firstIndex(of: ":"), user.index(after: colon) < user.endIndex { return true }
        }
        // `Server=db;User=app;Password=…`, as programs in .NET and JDBC have it.
        return value.split { ";&?".contains($0) }.contains { part in
            let pair = part.split(separator: "=", maxSplits: 1)
            return pair.count == 2 && value.contains("=") && isSecret(String(pair[0].trimmed))
                && (value.contains(";") || value.contains("://"))
        }
    }

    /// Words of a command with the values of secrets replaced by references to variables, which Kubernetes fills in.
    ///
    /// - Returns: the words, and the names of the variables.
    static func masked(_ words: [String]) -> (words: [String], variables: [String]) {
        var masked: [String] = []
        var variables: [String] = []
        var pending: String?
        func reference(_ name: String) -> String {
            let variable = Self.words(of: name).joined(separator: "_")
            if !variables.contains(variable) { variables.append(variable) }
            return "$(\(variable))"
        }
        for word in words {
            if let name = pending {
                pending = nil
                if !word.hasPrefix("-"), !word.hasPrefix("$(") {
                    masked.append(reference(name))
                    continue
                }
            }
            if word.hasPrefix("-"), let equals = word.firstIndex(of: "=") {
                let (name, value) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
                if !value.hasPrefix("$("), isSecret(name, value) {
                    masked.append("\(name)=\(reference(name))")
                    continue
                }
            } else if word.hasPrefix("-"), isSecret(word) {
                pending = word
            } else if hasCredentials(word) {
                masked.append(reference("SECRET_ADDRESS"))
                continue
            }
            masked.append(word)
        }
        return (masked, variables)
    }

    /// How to make a Secret, without its values.
    static func command(_ secret: String, _ keys: [String], in namespace: String) -> String {
        "  kubectl -n \(namespace) create secret generic \(secret)"
            + keys.map { " --from-literal=\($0)=…" }.joined()
    }
}
