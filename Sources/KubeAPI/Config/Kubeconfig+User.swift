extension Kubeconfig {
    /// Adds to the configuration what the user's entry says.
    ///
    /// Of several ways the first of tokenFile, token, username and exec counts, as in client-go; what client-go refuses
    /// is refused.
    func authenticate(
        _ configuration: inout ClientConfiguration, as entry: Entry<User>, on cluster: Entry<Cluster>,
        _ environment: [String: String]
    ) throws(ConfigurationError) {
        let user = entry.value
        let field = Field(file: entry.file, path: "users[\(entry.name)].user")
        if let provider = user.authProvider {
            let name = provider.name ?? ""
            throw field["auth-provider"].error(
                .refused, "the provider \"\(name)\" is of a kind that Kubernetes has removed; use an exec plugin")
        }
        configuration.clientCertificate = try certificatePair(of: user, field)
        configuration.impersonation = try impersonation(of: user, field)
        let token = user.token.nonEmpty.map { Redacted($0) }
        let hasToken = token != nil || user.tokenFile != nil
        if hasToken, user.username.nonEmpty != nil {
            throw field.error(.invalid, "holds a token and a username; remove one of the two")
        }
        if let token, token.value.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw field["token"].error(.invalid, "holds a space, a line break or another character that no token has")
        }
        if let path = user.tokenFile {
            configuration.authentication = .tokenFile(path: path, fallback: token)
        } else if let token {
            configuration.authentication = .token(token)
        } else if let username = user.username.nonEmpty {
            configuration.authentication = .basic(username: username, password: Redacted(user.password ?? ""))
        } else if let exec = user.exec {
            var plugin = try plugin(exec, field["exec"], environment)
            plugin.userName = entry.name
            if exec.provideClusterInfo == true { plugin.clusterInfo = try clusterInfo(cluster, configuration) }
            configuration.authentication = .exec(plugin)
        }
    }

    private func certificatePair(of user: User, _ field: Field) throws(ConfigurationError) -> CertificatePair? {
        let certificate = try field.pem(
            data: user.clientCertificateData, file: user.clientCertificate, name: "client-certificate")
        let key = try field.pem(data: user.clientKeyData, file: user.clientKey, name: "client-key")
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return CertificatePair(certificate: certificate, key: key)
        case (_?, nil):
            throw field["client-key"].error(.invalid, "is not set; a client certificate needs its key")
        case (nil, _?):
            throw field["client-certificate"].error(.invalid, "is not set; a client key needs its certificate")
        }
    }

    private func impersonation(of user: User, _ field: Field) throws(ConfigurationError) -> Impersonation? {
        let groups = user.impersonateGroups ?? []
        let extra = user.impersonateUserExtra ?? [:]
        guard let name = user.impersonate.nonEmpty else {
            guard user.impersonateUID.nonEmpty == nil, groups.isEmpty, extra.isEmpty else {
                throw field["as"].error(
                    .invalid, "is not set; a uid, groups or extra need the user that they belong to")
            }
            return nil
        }
        return Impersonation(user: name, uid: user.impersonateUID.nonEmpty, groups: groups, extra: extra)
    }

    private func plugin(
        _ exec: Exec, _ field: Field, _ inherited: [String: String]
    ) throws(ConfigurationError) -> ExecPlugin {
        guard let version = exec.apiVersion.nonEmpty.flatMap(ExecPlugin.Version.init) else {
            throw field["apiVersion"].error(
                .invalid, "is \"\(exec.apiVersion ?? "")\"; write client.authentication.k8s.io/v1 or …/v1beta1")
        }
        guard let command = exec.command.nonEmpty else {
            throw field["command"].error(.invalid, "is not set; name the program that gives the credential")
        }
        switch exec.interactiveMode.nonEmpty {
        case "Never", "IfAvailable": break
        case nil where version == .v1beta1: break
        case nil: throw field["interactiveMode"].error(.invalid, "is not set; write Never or IfAvailable")
        case "Always":
            throw field["interactiveMode"].error(
                .refused, "is Always, but nobody is there to answer; use a plugin that needs no terminal")
        case .some:
            throw field["interactiveMode"].error(.invalid, "must be Never, IfAvailable or Always")
        }
        var environment = inherited
        for variable in exec.env ?? [] {
            guard !variable.name.isEmpty, !variable.name.contains("="), !variable.name.contains("\0"),
                !variable.value.contains("\0")
            else { throw field["env"].error(.invalid, "holds a name or a value that no environment can hold") }
            environment[variable.name] = variable.value
        }
        return ExecPlugin(
            command: command, arguments: exec.args ?? [], environment: environment, version: version,
            installHint: exec.installHint.nonEmpty)
    }

    /// The cluster as `KUBERNETES_EXEC_INFO` shows it. Source: ExecCredential v1, `spec.cluster`.
    private func clusterInfo(
        _ cluster: Entry<Cluster>, _ configuration: ClientConfiguration
    ) throws(ConfigurationError) -> JSONValue {
        var info: JSONObject = ["server": .string(configuration.server)]
        if let name = configuration.tlsServerName { info["tls-server-name"] = .string(name) }
        if configuration.insecureSkipTLSVerify { info["insecure-skip-tls-verify"] = true }
        if let authority = configuration.certificateAuthority {
            info["certificate-authority-data"] = .string(Base64.encode(try authority.read()))
        }
        if let proxy = configuration.proxyURL { info["proxy-url"] = .string(proxy) }
        let name = "client.authentication.k8s.io/exec"
        if let config = cluster.value.extensions?.first(where: { $0.name == name })?.extension {
            info["config"] = config
        }
        return .object(info)
    }
}
