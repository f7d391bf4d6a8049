extension Kubeconfig {
    /// What a context of the kubeconfig says.
    ///
    /// - Parameters:
    ///   - context: the context's name; `nil` for `current-context`.
    ///   - environment: the variables of this process: what an exec plugin gets, with its own added.
    ///   - allowInsecure: whether `insecure-skip-tls-verify` may be honoured.
    /// - Throws: `ConfigurationError` that names file and field.
    package func configuration(
        context wanted: String?, environment: [String: String], allowInsecure: Bool
    ) throws(ConfigurationError) -> ClientConfiguration {
        let context = try context(wanted)
        let clusterField = Field(file: context.file, path: "contexts[\(context.name)].context.cluster")
        guard let clusterName = context.value.cluster.nonEmpty else {
            throw clusterField.error(.invalid, "is not set; name one of the clusters: \(Self.names(clusters))")
        }
        guard let cluster = clusters.first(where: { $0.name == clusterName }) else {
            throw clusterField.error(
                .invalid, "there is no cluster \"\(clusterName)\"; there are: \(Self.names(clusters))")
        }
        var configuration = try self.configuration(of: cluster, allowInsecure: allowInsecure)
        configuration.contextName = context.name
        configuration.namespace = context.value.namespace.nonEmpty ?? "default"
        if let userName = context.value.user.nonEmpty {
            guard let user = users.first(where: { $0.name == userName }) else {
                throw Field(file: context.file, path: "contexts[\(context.name)].context.user")
                    .error(.invalid, "there is no user \"\(userName)\"; there are: \(Self.names(users))")
            }
            try authenticate(&configuration, as: user, on: cluster, environment)
        }
        try Self.checkPlainHTTP(
            configuration, Field(file: cluster.file, path: "clusters[\(cluster.name)].cluster.server"))
        return configuration
    }

    private func context(_ wanted: String?) throws(ConfigurationError) -> Entry<Context> {
        guard let name = wanted.nonEmpty ?? currentContext else {
            throw Field(file: origin, path: "current-context")
                .error(.missing, "is not set; choose with --context one of: \(Self.names(contexts))")
        }
        guard let context = contexts.first(where: { $0.name == name }) else {
            let field = Field(file: origin, path: wanted.nonEmpty == nil ? "current-context" : "contexts")
            throw field.error(.invalid, "there is no context \"\(name)\"; there are: \(Self.names(contexts))")
        }
        return context
    }

    private func configuration(
        of entry: Entry<Cluster>, allowInsecure: Bool
    ) throws(ConfigurationError) -> ClientConfiguration {
        let cluster = entry.value
        let field = Field(file: entry.file, path: "clusters[\(entry.name)].cluster")
        guard let server = cluster.server.nonEmpty else {
            throw field["server"].error(.invalid, "is not set; write the URL, as in https://10.0.0.1:6443")
        }
        var configuration = ClientConfiguration(server: server, origin: origin)
        try field["server"].check(url: server, schemes: ["https", "http"], allowsCredentials: false)
        configuration.tlsServerName = cluster.tlsServerName.nonEmpty
        configuration.certificateAuthority = try field.pem(
            data: cluster.certificateAuthorityData, file: cluster.certificateAuthority, name: "certificate-authority")
        if cluster.insecureSkipTLSVerify == true {
            guard configuration.certificateAuthority == nil else {
                throw field["insecure-skip-tls-verify"].error(
                    .invalid, "is set together with a certificate authority; remove one of the two")
            }
            guard allowInsecure else {
                throw field["insecure-skip-tls-verify"].error(
                    .refused,
                    "anybody could pose as this server; set certificate-authority-data instead, "
                        + "or ask for it with --insecure-skip-tls-verify")
            }
            configuration.insecureSkipTLSVerify = true
        }
        if let proxy = cluster.proxyURL.nonEmpty {
            try field["proxy-url"].check(url: proxy, schemes: ["http", "https", "socks5"], allowsCredentials: true)
            configuration.proxyURL = proxy
        }
        return configuration
    }

    /// Over plain HTTP only what needs no secret may go, except to this machine itself.
    private static func checkPlainHTTP(
        _ configuration: ClientConfiguration, _ field: Field
    ) throws(ConfigurationError) {
        guard configuration.server.lowercased().hasPrefix("http://"), configuration.authentication != .none else {
            return
        }
        let rest = configuration.server.dropFirst("http://".count)
        let isLoopback = ["localhost", "127.", "[::1]"].contains { rest.lowercased().hasPrefix($0) }
        guard isLoopback else {
            throw field.error(.refused, "the credential would travel unencrypted; use an https:// URL")
        }
    }

    static func names<Value>(_ entries: [Entry<Value>]) -> String {
        guard !entries.isEmpty else { return "none" }
        let shown = entries.prefix(10).map(\.name).joined(separator: ", ")
        return entries.count > 10 ? "\(shown), …" : shown
    }
}
