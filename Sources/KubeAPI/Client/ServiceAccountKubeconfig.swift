/// A kubeconfig by which a program acts as a ServiceAccount, with that one's rights.
///
/// Source: Kubernetes API reference, TokenRequest v1.
package struct ServiceAccountKubeconfig: Sendable {
    /// YAML. It holds the token.
    package let text: String
    /// When the token is worth nothing any more; the server may give less time than was asked for.
    package let expiry: Timestamp?

    /// Asks for a token.
    ///
    /// - Parameters:
    ///   - name: of the kubeconfig's cluster and context.
    ///   - server: the address by which the program reaches the API server; else that of the client.
    /// - Throws: `APIError`; `ConfigurationError` where the certificate of the cluster can't be read.
    package init(
        for account: ObjectKey, lasting duration: Duration, named name: String, server: String? = nil,
        asking client: KubeClient
    ) async throws {
        let request = DynamicObject(
            [
                "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                "spec": ["expirationSeconds": .integer(duration.components.seconds)],
            ] as JSONObject)
        let answer = try await client.create(request, subresource: "token", of: .serviceAccount, account)
        guard let token = answer[path: "status", "token"]?.string else {
            throw JSONError(.missing, "the server's answer holds no token", path: "status.token")
        }
        expiry = answer[path: "status", "expirationTimestamp"]?.string.flatMap(Timestamp.init(rfc3339:))
        let configuration = client.configuration
        var cluster: JSONValue = ["server": .string(server ?? configuration.server)]
        if let authority = configuration.certificateAuthority {
            cluster["certificate-authority-data"] = .string(Base64.encode(try authority.read()))
        }
        cluster["tls-server-name"] = configuration.tlsServerName.map(JSONValue.string)
        let user = "system:serviceaccount:\(account.namespace):\(account.name)"
        text = YAML.write([
            [
                "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
                "clusters": [["name": .string(name), "cluster": cluster]],
                "users": [["name": .string(user), "user": ["token": .string(token)]]],
                "contexts": [
                    [
                        "name": .string(name),
                        "context": [
                            "cluster": .string(name), "user": .string(user), "namespace": .string(account.namespace),
                        ],
                    ]
                ],
            ]
        ])
    }
}
