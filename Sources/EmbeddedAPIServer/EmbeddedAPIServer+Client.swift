package import KubeAPI

extension EmbeddedAPIServer {
    /// A kubeconfig, as YAML, with a client certificate for the user; with a token where the server has no TLS.
    ///
    /// - Throws: `HTTPServerError` where no certificate can be made.
    package func kubeconfig(for user: UserInfo = .administrator) throws -> String {
        let credentials: JSONValue
        var cluster: JSONValue = ["server": .string(url)]
        if let certificateAuthority {
            let pair = try certificateAuthority.client(user)
            cluster["certificate-authority-data"] = .string(Self.base64(certificateAuthority.pair.certificate))
            credentials = [
                "client-certificate-data": .string(Self.base64(pair.certificate)),
                "client-key-data": .string(Self.base64(pair.privateKey)),
            ]
        } else {
            credentials = ["token": .string(token(for: user))]
        }
        return Self.kubeconfig(cluster: cluster, user: user.name, credentials: credentials)
    }

    /// The same with a bearer token instead of a certificate.
    package func kubeconfig(token: String, userName: String) -> String {
        var cluster: JSONValue = ["server": .string(url)]
        if let certificateAuthority {
            cluster["certificate-authority-data"] = .string(Self.base64(certificateAuthority.pair.certificate))
        }
        return Self.kubeconfig(cluster: cluster, user: userName, credentials: ["token": .string(token)])
    }

    /// What a client in the same process needs to talk to the server as a user.
    ///
    /// - Throws: `HTTPServerError` where no certificate can be made.
    package func clientConfiguration(for user: UserInfo = .administrator) throws -> ClientConfiguration {
        var configuration = ClientConfiguration(server: url, origin: "embedded API server")
        guard let certificateAuthority else {
            configuration.authentication = .token(Redacted(token(for: user)))
            return configuration
        }
        let pair = try certificateAuthority.client(user)
        configuration.certificateAuthority = .inline(Array(certificateAuthority.pair.certificate.utf8))
        configuration.clientCertificate = CertificatePair(
            certificate: .inline(Array(pair.certificate.utf8)), key: .inline(Array(pair.privateKey.utf8)))
        return configuration
    }

    /// A new bearer token that the server accepts for the user.
    package func token(for user: UserInfo, validity: Duration? = nil) -> String {
        let token = "\(core.random.uuid())\(core.random.suffix(16))"
        core.authenticator.add(token, for: user, expiry: validity.map { options.now() + $0 })
        return token
    }

    /// No longer accepts a token.
    package func revoke(token: String) { core.authenticator.revoke(token) }

    private static func base64(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    private static func kubeconfig(cluster: JSONValue, user: String, credentials: JSONValue) -> String {
        let name = "embedded"
        return YAML.write([
            [
                "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
                "clusters": [["name": .string(name), "cluster": cluster]],
                "users": [["name": .string(user), "user": credentials]],
                "contexts": [
                    ["name": .string(name), "context": ["cluster": .string(name), "user": .string(user)]]
                ],
            ]
        ])
    }
}
