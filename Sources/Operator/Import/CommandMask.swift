internal import KubeAPI

/// Puts references to variables, which Kubernetes fills in, where a command has secrets in the open. All else stays as it
/// is, byte for byte.
struct CommandMask {
    /// The variables that a Secret has to bring.
    private(set) var variables: [String] = []
    /// What the next word is the value of.
    private var pending: String?
    private var passwordFlag: PasswordFlag?
    /// The quotes of a shell that the present word stands in.
    private var wordQuote: Character?
    /// Those that the whole script stands in.
    private var scriptQuote: Character?

    /// A flag of one letter that is a password for some programs only.
    private struct PasswordFlag {
        var name: String
        /// Whether its value stands in the same word. Else it is the next word.
        var isAttached: Bool
    }

    /// Source: the manuals of these programs.
    private static let passwordFlags: [String: PasswordFlag] = {
        let attached = ["mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump"]
        let apart = [
            "redis-cli": "-a", "valkey-cli": "-a", "mongo": "-p", "mongosh": "-p", "mongodump": "-p",
            "mongorestore": "-p",
        ]
        return apart.mapValues { PasswordFlag(name: $0, isAttached: false) }
            .merging(attached.map { ($0, PasswordFlag(name: "-p", isAttached: true)) }) { $1 }
    }()

    /// The words of a command with the values of secrets replaced, and the names of the variables.
    static func masked(_ words: [String]) -> (words: [String], variables: [String]) {
        var mask = CommandMask()
        let masked = words.map { mask.masked($0, isShell: false) }
        return (masked, mask.variables)
    }

    private mutating func reference(_ name: String) -> String {
        let variable = Sensitive.words(of: name).joined(separator: "_")
        if !variables.contains(variable) { variables.append(variable) }
        return "$(\(variable))"
    }

    // MARK: Words

    /// - Parameter isShell: whether a shell reads the word, with its quotes and variables.
    private mutating func masked(_ word: String, isShell: Bool) -> String {
        if let name = pending {
            pending = nil
            if !word.hasPrefix("-"), !Self.isReference(word, isShell) { return replacement(for: word, name, isShell) }
        }
        // "--password=x" within quotes of a shell.
        if isShell, let quote = word.first, Self.quotes.contains(quote), word.count > 1, word.last == quote {
            let inner = String(word.dropFirst().dropLast())
            if !inner.contains(quote) {
                wordQuote = quote
                defer { wordQuote = nil }
                return "\(quote)\(masked(inner, isShell: true))\(quote)"
            }
        }
        passwordFlag = Self.passwordFlags[word.split(separator: "/").last.map(String.init) ?? ""] ?? passwordFlag
        if let flag = passwordFlag, word.hasPrefix(flag.name), !word.hasPrefix("--") {
            let value = String(word.dropFirst(flag.name.count))
            if value.isEmpty {
                pending = flag.isAttached ? nil : "PASSWORD"
            } else if flag.isAttached, !Self.isReference(value, isShell) {
                return flag.name + replacement(for: value, "PASSWORD", isShell)
            }
        }
        return assignment(word, isShell) ?? script(word, isShell) ?? word
    }

    /// `--password=x`, or `PGPASSWORD=x` before a program.
    private mutating func assignment(_ word: String, _ isShell: Bool) -> String? {
        if let equals = word.firstIndex(of: "=") {
            let (name, value) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
            // "PGPASSWORD=x psql" is a command.
            let isVariable = Self.isVariable(name) && Self.pieces(word).count == 1
            guard word.hasPrefix("-") && !name.contains(where: \.isWhitespace) || isVariable,
                Sensitive.isSecret(name, value, isScript: isShell), !Self.isReference(value, isShell)
            else { return nil }
            return "\(name)=\(replacement(for: value, name, isShell))"
        }
        if word.hasPrefix("-"), !word.contains(where: \.isWhitespace), Sensitive.isSecret(word) { pending = word }
        return nil
    }

    /// A word that is a whole command, as a shell gets it, or holds an address.
    private mutating func script(_ word: String, _ isShell: Bool) -> String? {
        let pieces = word.contains(where: \.isWhitespace) ? Self.pieces(word) : []
        // One word with blanks in the quotes within it.
        guard pieces.count > 1 else {
            return Sensitive.hasCredentials(word, isScript: isShell)
                ? replacement(for: word, "SECRET_ADDRESS", isShell) : nil
        }
        var inner = CommandMask()
        (inner.variables, inner.scriptQuote) = (variables, wordQuote)
        let text = pieces.map { inner.masked($0) }.joined()
        guard !Sensitive.hasCredentials(text, isScript: true) else { return reference("SECRET_ADDRESS") }
        variables = inner.variables
        return text
    }

    private static func isVariable(_ name: String) -> Bool {
        !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    }

    // MARK: Shells

    private static let quotes: Set<Character> = ["\"", "'"]
    /// Where another program begins.
    private static let ends: Set<Character> = [";", "|", "&", "(", ")", "\n"]

    /// A word of a script, or what stands between two of them.
    private enum Piece {
        case word(String)
        case gap(String)
    }

    private mutating func masked(_ piece: Piece) -> String {
        switch piece {
        case .word(let text): return masked(text, isShell: true)
        case .gap(let text):
            if text.contains(where: Self.ends.contains) { (pending, passwordFlag) = (nil, nil) }
            return text
        }
    }

    private static func pieces(_ text: String) -> [Piece] {
        var pieces: [Piece] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        for character in text {
            if quote == nil, !isEscaped, character.isWhitespace || "<>".contains(character) || ends.contains(character)
            {
                if !word.isEmpty { pieces.append(.word(word)) }
                word = ""
                pieces.append(.gap(String(character)))
                continue
            }
            word.append(character)
            if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, quotes.contains(character) {
                quote = character
            }
        }
        if !word.isEmpty { pieces.append(.word(word)) }
        return pieces
    }

    /// Kubernetes fills references in before a shell looks at the text, so that what was quoted stays quoted. A value that was
    /// written with backslashes gets quotes, within which it needs none.
    private mutating func replacement(for value: String, _ name: String, _ isShell: Bool) -> String {
        let reference = reference(name)
        let isSpecial = value.contains("\\") || value.contains(where: Self.quotes.contains)
        guard isShell, isSpecial, wordQuote == nil else { return reference }
        let inner = value.dropFirst().dropLast()
        if value.count > 1, value.first == "\"", value.last == "\"", !inner.contains("\\"), !inner.contains("\"") {
            return "\"\(reference)\""
        }
        return scriptQuote == "'" ? "\"\(reference)\"" : "'\(reference)'"
    }

    /// What a shell or Kubernetes takes from elsewhere is no secret itself.
    private static func isReference(_ value: String, _ isShell: Bool) -> Bool {
        guard isShell else { return value.hasPrefix("$(") }
        return Sensitive.isExpanded(value)
    }
}
