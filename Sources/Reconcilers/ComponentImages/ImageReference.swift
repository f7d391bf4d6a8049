/// The name of a container image. Source: distribution, "reference.go".
struct ImageReference: Sendable, Hashable {
    /// With its registry: `docker.io/library/nginx`.
    let repository: String
    let tag: String?
    let digest: String?

    /// - Returns: `nil` for what names no image.
    init?(_ text: String) {
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
        guard let repository = Self.complete(name), tag?.isEmpty != true, digest?.isEmpty != true else { return nil }
        self.repository = repository
    }

    /// Whether every pod that runs it runs the same.
    var isFixed: Bool { digest != nil || (tag != nil && tag != "latest") }

    /// Whether it is of a repository, or of one below where the text ends in `/*`.
    func isIn(_ text: String) -> Bool {
        guard text.hasSuffix("/*") else { return Self.complete(text[...]) == repository }
        // What is below docker.io/shop is written shop/* as well.
        guard let above = Self.complete("\(text.dropLast(1))x"[...])?.dropLast(1) else { return false }
        return repository.hasPrefix(above)
    }

    /// The repository with its registry, as container runtimes understand a name without one.
    private static func complete(_ name: Substring) -> String? {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), let first = parts.first else { return nil }
        let isRegistry = parts.count > 1 && (first.contains { ".:".contains($0) } || first == "localhost")
        let registry = isRegistry ? String(parts.removeFirst()) : "docker.io"
        guard registry == "docker.io" || registry == "index.docker.io" else {
            return ([registry] + parts.map(String.init)).joined(separator: "/")
        }
        let path = parts.count == 1 ? ["library"] + parts : parts
        return (["docker.io"] + path.map(String.init)).joined(separator: "/")
    }
}
