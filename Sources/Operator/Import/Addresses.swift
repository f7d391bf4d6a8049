internal import KubeAPI

/// Hosts that the values of an application name: who has such a value connects to them.
struct Addresses {
    struct Mention: Hashable {
        /// The component.
        var host: String
        var port: Int?
    }

    /// Components by the names that values may have for them.
    private let components: [String: String]

    init(components: [String: String]) { self.components = components }

    /// What a value names, and the value with the names that the components have. A name alone is a host only where the
    /// variable says that it holds one: `postgres` is a kind of database as often as a host.
    func read(_ value: String, of variable: String) -> (mentions: [Mention], text: String) {
        let variable = variable.uppercased()
        let saysHost = Self.wordsForHosts.contains { variable.contains($0) }
        var mentions: [Mention] = []
        var text = ""
        var rest = value[...]
        while !rest.isEmpty {
            let token = rest.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            guard !token.isEmpty else {
                text.append(rest.removeFirst())
                continue
            }
            rest = rest.dropFirst(token.count)
            let port = rest.first == ":" ? Int(rest.dropFirst().prefix { $0.isNumber }) : nil
            let isAddress = port != nil || text.hasSuffix("://") || text.hasSuffix("@")
            let isWhole = text.isEmpty && rest.isEmpty
            let isListed = value.contains(",") && (rest.isEmpty || rest.first == ",")
            if let (component, name) = component(of: token), isAddress || saysHost && (isWhole || isListed) {
                mentions.append(Mention(host: component, port: port))
                text += name
            } else {
                text += token
            }
        }
        return (mentions, text)
    }

    private static let wordsForHosts = [
        "HOST", "SERVER", "ADDR", "URL", "URI", "ENDPOINT", "BROKER", "NODE", "UPSTREAM",
    ]

    /// `api`, also as `api.shop.svc.cluster.local`, or as one of its pods: `db-0.db`. With the name that it has now.
    private func component(of token: Substring) -> (component: String, name: String)? {
        if let component = components[String(token)] { return (component, component) }
        let parts = token.split(separator: ".").map(String.init)
        if parts.count > 2, parts[2] == "svc", let component = components[parts[0]] {
            return (component, component + token.dropFirst(parts[0].count))
        }
        guard parts.count > 1, let component = components[parts[1]], let dash = parts[0].lastIndex(of: "-"),
            Int(parts[0][dash...].dropFirst()) != nil
        else { return nil }
        return (component, String(token))
    }
}
