internal import KubeAPI

/// The name of a container image. Source: distribution/reference, "reference.go" and "normalize.go".
package struct ImageReference: Sendable, Hashable {
    /// With its registry: `docker.io/library/nginx`.
    package let repository: String
    package let tag: String?
    let digest: String?

    private static let grammar = LazyExpression(
        #"^(?:[A-Za-z0-9.-]+(?::[0-9]+)?/|\[[A-Fa-f0-9:]+\](?::[0-9]+)?/)?"#
            + #"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"#
            + #"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"#
            + #"(?:@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?$"#)

    /// - Returns: `nil` for what names no image: no container runtime would pull it.
    package init?(_ text: String) {
        guard Self.grammar.isFound(in: text) else { return nil }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        digest = parts.count > 1 ? String(parts[1]) : nil
        var name = parts[0]
        // A colon before a slash is that of the registry's port.
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = String(name[name.index(after: colon)...])
            name = name[..<colon]
        } else {
            tag = nil
        }
        guard let repository = Self.complete(name) else { return nil }
        self.repository = repository
    }

    /// Whether every pod that runs it runs the same.
    var isFixed: Bool { digest != nil || (tag != nil && tag != "latest") }

    /// Whether it is of a repository, or of one below where the text ends in `/*`.
    func isIn(_ text: String) -> Bool {
        guard text.hasSuffix("/*") else { return Self.complete(text[...]) == repository }
        // What is below docker.io/shop is written shop/* as well. Two parts, since docker.io/x alone is docker.io/library/x.
        guard let above = Self.complete("\(text.dropLast(1))x/x"[...])?.dropLast(3) else { return false }
        return repository.hasPrefix(above)
    }

    /// The repository with its registry, as container runtimes understand a name without one.
    private static func complete(_ name: Substring) -> String? {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), let first = parts.first else { return nil }
        let isRegistry =
            parts.count > 1 && (first.contains { ".:".contains($0) || $0.isUppercase } || first == "localhost")
        let registry = isRegistry ? String(parts.removeFirst()) : "docker.io"
        guard registry == "docker.io" || registry == "index.docker.io" else {
            return ([registry] + parts.map(String.init)).joined(separator: "/")
        }
        let path = parts.count == 1 ? ["library"] + parts : parts
        return (["docker.io"] + path.map(String.init)).joined(separator: "/")
    }
}
