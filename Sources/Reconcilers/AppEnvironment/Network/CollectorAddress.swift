internal import KubeAPI

/// Where an OTLP endpoint is, as far as a NetworkPolicy can say it.
struct CollectorAddress: Sendable, Hashable {
    enum Place: Sendable, Hashable {
        /// A Service of a namespace: `tempo.monitoring.svc` and its longer forms.
        case namespace(String)
        /// One address, as a block.
        case address(String)
        /// A name outside of the cluster.
        case outside
    }

    var place: Place
    /// Of the URL. The Service's, which is the pods' too wherever the Service does not translate it.
    var port: Int

    /// - Parameter url: such as `http://tempo.monitoring.svc:4318`.
    /// - Returns: `nil` for what is no URL with a host.
    init?(_ url: String) {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let isSecure = url[..<scheme.lowerBound] == "https"
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let (host, port) = Self.split(authority.split(separator: "@").last ?? "") else { return nil }
        self.port = port ?? (isSecure ? 443 : 80)
        place = Self.place(host)
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Int?)? {
        // An IPv6 address stands in brackets, its own colons within.
        let isBracketed = authority.hasPrefix("[")
        let end =
            isBracketed
            ? authority.firstIndex(of: "]").map(authority.index(after:)) : authority.firstIndex(of: ":")
        let host = authority[..<(end ?? authority.endIndex)]
        let rest = authority[host.endIndex...]
        guard !host.isEmpty else { return nil }
        if rest.isEmpty { return (host, nil) }
        guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65535).contains(port) else { return nil }
        return (host, port)
    }

    private static func place(_ host: Substring) -> Place {
        if host.hasPrefix("[") { return .address("\(host.dropFirst().dropLast())/128") }
        let labels = host.split(separator: ".").map(String.init)
        if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) { return .address("\(host)/32") }
        if labels.count >= 3, labels[2] == "svc" { return .namespace(labels[1]) }
        // `service.namespace` is found by the search list of the pods; two labels are no public name either way.
        return labels.count == 2 ? .namespace(labels[1]) : .outside
    }
}
