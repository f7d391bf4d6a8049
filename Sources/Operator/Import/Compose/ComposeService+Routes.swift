internal import KubeAPI

/// A path of a host at which a service is reached.
struct ComposeRoute: Hashable {
    var host: String
    var path: String
    /// The name of the component's port.
    var port: String
    var className: String?
}

extension ComposeService {
    /// What labels for Traefik and variables for nginx-proxy say.
    mutating func routes() -> [ComposeRoute] {
        let labels =
            ComposeValue.pairs(fields["labels"]).map { ($0.key, $0.value) }
            + ComposeValue.pairs(fields["deploy"]?["labels"]).map { ($0.key, $0.value) }
        var hosts: [(host: String, path: String, className: String?)] = []
        var number: Int?
        for (key, value) in labels {
            guard key.hasPrefix("traefik."), let text = filled(value, "labels") else { continue }
            if key.hasSuffix(".loadbalancer.server.port") { number = Int(text) }
            if key.hasPrefix("traefik.http.routers."), key.hasSuffix(".rule") {
                let names = Self.arguments(of: "Host", in: text)
                let paths = Self.arguments(of: "PathPrefix", in: text) + Self.arguments(of: "Path", in: text)
                if names.isEmpty || text.contains("!") || text.contains("Regexp") {
                    component.leaveOut("Left out, the rule of Traefik \(text): name hosts and paths in ingress.")
                }
                hosts += names.flatMap { name in (paths.isEmpty ? ["/"] : paths).map { (name, $0, "traefik") } }
            }
        }
        if labels.contains(where: { $0.0.hasSuffix(".middlewares") }) {
            component.leaveOut("Left out, the middlewares of Traefik: name them in an annotation of the ingress.")
        }
        if labels.contains(where: { $0.0.hasPrefix("traefik.tcp.") || $0.0.hasPrefix("traefik.udp.") }) {
            component.leaveOut("Left out, routes of Traefik for TCP and UDP, which no Ingress has.")
        }
        let variables = ComposeValue.pairs(fields["environment"])
        if let names = filled(variables["VIRTUAL_HOST"], "ingress") {
            number = filled(variables["VIRTUAL_PORT"], "ingress").flatMap { Int($0) } ?? number
            hosts += names.split(separator: ",").map { ($0.trimmed, "/", nil) }
        }
        if !hosts.isEmpty, number != nil || portName(nil) == nil {
            addPort(ComposePort(port: number ?? 80, isUDP: false, isPublished: false))
        }
        guard let port = portName(number) else { return [] }
        return hosts.filter { !$0.host.isEmpty }.map { host, path, className in
            ComposeRoute(host: host.lowercased(), path: path, port: port, className: className)
        }
    }

    /// What stands between the parentheses of each `Name(…)`, without its quotes.
    private static func arguments(of name: String, in rule: String) -> [String] {
        var found: [String] = []
        var rest = rule[...]
        while let start = rest.firstRange(of: "\(name)(") {
            let isWhole = start.lowerBound == rest.startIndex || !rest[rest.index(before: start.lowerBound)].isLetter
            let list = rest[start.upperBound...].prefix { $0 != ")" }
            rest = rest[list.endIndex...]
            if isWhole { found += list.split(separator: ",").map { $0.trimmed.filter { !"`'\"".contains($0) } } }
        }
        return found
    }
}
