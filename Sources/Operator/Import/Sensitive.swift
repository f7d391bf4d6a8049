internal import KubeAPI

/// What looks as if nobody else should read it.
enum Sensitive {
    /// Of variables, beside what names a secret everywhere.
    private static let words: Set = ["PASS", "KEY", "KEYS", "SALT", "PEPPER", "REQUIREPASS", "MASTERAUTH"]

    /// Whether a variable of this name holds a secret. One that names a file, or says yes or no, does not.
    static func isSecret(_ name: String, _ value: String, isScript: Bool = false) -> Bool {
        hasCredentials(value, isScript: isScript)
            || isSecret(name) && !["", "true", "false", "yes", "no"].contains(value.lowercased())
    }

    static func isSecret(_ name: String) -> Bool {
        let parts = words(of: name)
        guard let last = parts.last, !["FILE", "PATH", "DIR", "ID", "NAME"].contains(last) else { return false }
        return SecretWords.isSecret(name) || parts.contains(where: words.contains)
    }

    /// `DB_PASSWORD`, `dbPassword` and `--db-password` are DB and PASSWORD.
    static func words(of name: String) -> [String] {
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
    ///
    /// - Parameter isScript: of a shell, which takes values from elsewhere.
    static func hasCredentials(_ value: String, isScript: Bool = false) -> Bool {
        var rest = value[...]
        while let start = rest.firstRange(of: "://") {
            rest = rest[start.upperBound...]
            let authority = rest.prefix { !"/?# ,\"'".contains($0) }
            guard let at = authority.lastIndex(of: "@") else { continue }
            let user = authority[..<at]
            guard let colon = user.firstIndex(of: ":") else { continue }
            let password = user[user.index(after: colon)...]
            if !password.isEmpty, !(isScript && isExpanded(password)) { return true }
        }
        // `Server=db;User=app;Password=…`, as programs in .NET and JDBC have it.
        return value.split { ";&?".contains($0) }.contains { part in
            let pair = part.split(separator: "=", maxSplits: 1)
            return pair.count == 2 && value.contains("=") && isSecret(String(pair[0].trimmed))
                && (value.contains(";") || value.contains("://")) && !(isScript && isExpanded(pair[1]))
        }
    }

    /// Whether a shell takes a value from a variable or a program, or has had it from Kubernetes.
    static func isExpanded(_ value: some StringProtocol) -> Bool {
        value.hasPrefix("'$(") || value.drop { $0 == "\"" }.first.map { $0 == "$" || $0 == "`" } ?? false
    }

    /// How to make a Secret, without its values.
    static func command(_ secret: String, _ keys: [String], in namespace: String) -> String {
        "  kubectl -n \(namespace) create secret generic \(secret)"
            + keys.map { " --from-literal=\($0)=…" }.joined()
    }
}
