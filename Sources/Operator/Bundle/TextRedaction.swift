internal import KubeAPI

/// Takes out of messages and logs what looks like a secret. What it does not know by its look it can't take out.
struct TextRedaction: Sendable {
    static let mark = "[redacted]"

    private struct Rule: Sendable {
        let pattern: RegularExpression
        /// What a match becomes.
        let replacement: @Sendable (String) -> String

        init(_ pattern: String, _ replacement: @escaping @Sendable (String) -> String = { _ in mark }) {
            do {
                self.pattern = try RegularExpression(pattern)
            } catch {
                fatalError("\(pattern): \(error.reason)")
            }
            self.replacement = replacement
        }
    }

    private let rules: [Rule]

    init() {
        rules = [
            // An end that was cut off counts as the end of the text.
            Rule(#"-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|\z)"#),
            Rule(#"[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>`\\]+"#) { Self.address($0) },
            // `user:password@host` without a scheme, as drivers of databases take it.
            Rule(#"[A-Za-z0-9_.+-]+:[^\s"/][^\s"]*@[A-Za-z0-9(]+"#) { Self.login($0) },
            Rule(#"(?i)authorization\\*["']?\s*[:=]\s*\\*["']?[a-z]+ +[^\s"'\\]+"#) { _ in "Authorization: \(Self.mark)"
            },
            Rule(#"(?i)\b(?:bearer|basic|digest|token|apikey)[ :=]+[A-Za-z0-9._~+/=-]{8,}"#) { Self.scheme($0) },
            Rule(#"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"#),
            Rule(Self.knownTokens),
            Rule("(?i)" + SecretWords.pattern + #"\\*["']?\s*[=:]\s*"# + Self.anyValue) { Self.assignment($0) },
            Rule("(?i)--?" + SecretWords.pattern + #"\s+(?:"[^"]*"|'[^']*'|[^\s"-][^\s"]*)"#) { Self.option($0) },
        ]
    }

    /// The text without its secrets, each of which became `mark`.
    func redacted(_ text: String) -> String {
        rules.reduce(text) { text, rule in rule.pattern.replacing(in: text, rule.replacement) }
    }

    /// With quotes, which may be escaped, or up to the next space.
    private static let anyValue = #"(?:\\+"[^"]*"|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"]+)"#

    /// Tokens that their issuers have made recognisable: of AWS, GitHub, GitLab, Slack, Vault, age, and of those who begin theirs with `sk`.
    private static let knownTokens =
        #"\b(?:(?:AKIA|ASIA)[A-Z0-9]{12,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|glpat-[A-Za-z0-9_-]{10,}"#
        + #"|xox[a-z]-[A-Za-z0-9-]{8,}|hvs\.[A-Za-z0-9_-]{10,}|sk[-_][A-Za-z0-9_-]{16,}|AGE-SECRET-KEY-[A-Za-z0-9]+)"#

    // MARK: What becomes of a match

    /// A URL without the user before its host and without its query; of one that is itself a key, only the host stays.
    private static func address(_ url: String) -> String {
        guard let start = url.firstRange(of: "://")?.upperBound else { return url }
        var rest = url[start...]
        var shown = String(url[..<start])
        // A password may hold any character, an @ and a slash too.
        if let at = rest.lastIndex(of: "@") {
            shown += "\(mark)@"
            rest = rest[rest.index(after: at)...]
        }
        let end = rest.firstIndex { $0 == "?" || $0 == "#" } ?? rest.endIndex
        let place = rest[..<end]
        let path = place.firstIndex(of: "/") ?? place.endIndex
        shown += place[..<path]
        shown += isKey(host: place[..<path], path: place[path...]) ? "/\(mark)" : place[path...]
        return end == rest.endIndex ? shown : "\(shown)?\(mark)"
    }

    /// Of the API server; names in them are long, and some are those of webhooks.
    private static let objectPaths = ["/api/v1/namespaces/", "/api/v1/nodes/", "/apis/"]

    /// Whether who knows the path may do what it stands for, as with webhooks and heartbeats.
    private static func isKey(host: Substring, path: Substring) -> Bool {
        guard path.count > 1, !objectPaths.contains(where: path.hasPrefix) else { return false }
        let words = path.lowercased()
        if host.lowercased().contains("hook") || ["hook", "/push/", "/ping/"].contains(where: words.contains) {
            return true
        }
        return path.split(separator: "/").contains { part in
            part.count >= 20 && part.contains(where: \.isNumber) && part.contains(where: \.isLetter)
        }
    }

    private static func login(_ match: String) -> String {
        guard let colon = match.firstIndex(of: ":"), let at = match.lastIndex(of: "@") else { return match }
        // An image with its tag and its digest.
        if match[at...].hasPrefix("@sha256") { return match }
        return "\(match[...colon])\(mark)\(match[at...])"
    }

    private static func scheme(_ match: String) -> String {
        let word = match.prefix(while: \.isLetter)
        let value = match.dropFirst(word.count).drop { " :=".contains($0) }
        // `Basic authentication`, not `Basic dXNlcjpw`.
        let isWord = value.dropFirst().allSatisfy { $0.isLowercase || $0 == "-" } && value.count < 20
        if isWord, word.lowercased() != "bearer" { return match }
        return "\(match.prefix(match.count - value.count))\(mark)"
    }

    private static func assignment(_ match: String) -> String {
        let name = match.prefix { $0.isLetter || $0.isNumber || "_.-".contains($0) }
        guard SecretWords.isSecret(name), let sign = match.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            return match
        }
        let value = match[match.index(after: sign)...]
        let space = value.prefix(while: \.isWhitespace)
        let quote = value.dropFirst(space.count).prefix { "\\\"'".contains($0) }
        return "\(match[...sign])\(space)\(quote)\(mark)\(quote)"
    }

    private static func option(_ match: String) -> String {
        let name = match.prefix { !$0.isWhitespace }
        return SecretWords.isSecret(name) ? "\(name) \(mark)" : match
    }
}
