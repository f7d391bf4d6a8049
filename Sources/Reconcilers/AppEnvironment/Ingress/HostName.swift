internal import KubeAPI

/// A host that an Ingress serves, in lower case; `*.example.com` stands for every name of one more label.
struct HostName: Sendable, Hashable {
    let text: String

    /// - Returns: `nil` for what is no name: nothing, or an alias that is a regular expression.
    init?(_ text: String) {
        let name = text.lowercased()
        self.text = name.hasSuffix(".") ? String(name.dropLast()) : name
        let letters = self.text.hasPrefix("*.") ? self.text.dropFirst(2) : self.text[...]
        guard !letters.isEmpty, letters.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { return nil }
    }

    private var isWildcard: Bool { text.hasPrefix("*.") }

    /// What stands behind the first label, with its dot; `nil` for a name of one label.
    private var parent: String? { text.firstIndex(of: ".").map { String(text[$0...]) } }

    /// What an index finds it under: itself, and a name also by its parent, for wildcards to find it.
    var indexValues: [String] { isWildcard ? [text] : [text, parent].compactMap(\.self) }

    /// The index values of all hosts that share requests with this one.
    var overlaps: [String] { [text, parent.map { isWildcard ? $0 : "*\($0)" }].compactMap(\.self) }
}

extension HostName {
    /// Lists of further names, by the controllers that know them: ingress-nginx, HAProxy Ingress, Kong, Azure's gateway.
    /// Traefik and Contour have none on an Ingress.
    private static let aliasKeys: Set = [
        "nginx.ingress.kubernetes.io/server-alias", "haproxy-ingress.github.io/server-alias",
        "ingress.kubernetes.io/server-alias", "haproxy-ingress.github.io/redirect-from",
        "konghq.com/host-aliases", "appgw.ingress.kubernetes.io/hostname-extension",
    ]
    /// ingress-nginx answers for the host with `www.`, or without it, too.
    private static let wwwKey = "nginx.ingress.kubernetes.io/from-to-www-redirect"

    /// The annotations of an Ingress that name hosts.
    static let annotationKeys = aliasKeys.union([wwwKey])

    /// The hosts of an Ingress, or of an entry of an environment: those of its rules, and what its annotations add.
    static func all(_ hosts: [String], _ annotations: [String: String]) -> [HostName] {
        let aliases = aliasKeys.sorted().compactMap { annotations[$0] }.flatMap { list in
            list.split { $0 == "," || $0.isWhitespace }.map(String.init)
        }
        let others =
            annotations[wwwKey] == "true"
            ? hosts.map { $0.hasPrefix("www.") ? String($0.dropFirst(4)) : "www.\($0)" } : []
        return (hosts + aliases + others).compactMap(HostName.init)
    }
}

extension Indexer {
    /// Environments by the hosts of their ingress.
    static let environmentHost = Indexer("environmentHost") { environment in
        environment.environmentHosts.flatMap(\.indexValues)
    }

    /// Ingresses by the hosts that they serve.
    static let servedHost = Indexer("servedHost") { $0.servedHosts.flatMap(\.indexValues) }
}

extension CachedObject {
    /// What an AppEnvironment wants to serve.
    var environmentHosts: [HostName] {
        (value(at: "spec", "ingress")?.elements ?? []).flatMap { entry in
            let further = (entry["additionalHosts"]?.elements ?? []).compactMap(\.string)
            return HostName.all(
                [entry["host"]?.string].compactMap(\.self) + further,
                (entry["annotations"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string })
        }
    }

    /// What an Ingress serves.
    var servedHosts: [HostName] {
        HostName.all(
            (value(at: "spec", "rules")?.elements ?? []).compactMap { $0["host"]?.string }, annotations)
    }
}
