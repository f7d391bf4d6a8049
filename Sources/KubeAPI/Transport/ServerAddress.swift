/// The parts of a server's URL: `https://host:port/base`.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    package var usesTLS: Bool
    /// A name or an address, IPv6 without brackets.
    package var host: String
    package var port: Int
    /// In front of every path, without a slash at its end: empty, or as in `/k8s/clusters/c-1`.
    package var basePath: String

    /// - Throws: `TransportError` with code `.protocol` where the text is no URL of HTTP or HTTPS. Without a scheme,
    ///   HTTPS is meant. Credentials in the URL are refused.
    package init(_ url: String) throws(TransportError) {
        var rest = Substring(url)
        usesTLS = true
        if let separator = rest.firstRange(of: "://") {
            switch rest[..<separator.lowerBound].lowercased() {
            case "https": usesTLS = true
            case "http": usesTLS = false
            case let scheme:
                throw TransportError(.protocol, "server URL: the scheme \"\(scheme)\" is neither https nor http")
            }
            rest = rest[separator.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        rest = rest[authority.endIndex...]
        if authority.contains("@") {
            throw TransportError(.protocol, "server URL: it holds credentials; put them into the user's entry")
        }
        guard let (host, port) = Self.split(authority), !host.isEmpty else {
            throw TransportError(.protocol, "server URL: \"\(authority)\" is no host:port")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
            throw TransportError(.protocol, "server URL: a query or fragment is not allowed")
        }
        self.host = host
        self.port = port ?? (usesTLS ? 443 : 80)
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        basePath = String(rest)
    }

    /// `host:port`, for messages and metric labels.
    package var description: String { "\(bracketedHost):\(port)" }

    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// The URL of a path, with another host where TLS has to see another name.
    func url(path: String, host other: String? = nil) -> String {
        let host = other.map { $0.contains(":") ? "[\($0)]" : $0 } ?? bracketedHost
        return "\(usesTLS ? "https" : "http")://\(host):\(port)\(basePath)\(path)"
    }

    private static func split(_ authority: Substring) -> (String, Int?)? {
        var host = authority
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<bracket]
            let tail = authority[authority.index(after: bracket)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isPlain, !host.contains(where: { "<>\"\\^`{|}".contains($0) }) else { return nil }
        guard let portText else { return (String(host), nil) }
        guard let port = Int(portText), (1...65535).contains(port) else { return nil }
        return (String(host), port)
    }
}
