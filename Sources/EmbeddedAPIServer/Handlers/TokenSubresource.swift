internal import KubeAPI

/// Makes tokens for service accounts. Source: Kubernetes API reference, TokenRequest.
struct TokenSubresource {
    let core: APICore
    let context: RequestContext

    private static let type = ResourceType(
        group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", plural: "tokenrequests")

    func answer() throws -> Answer {
        var request = try context.body()
        guard let account = core.store.get(context.storage, context.key) else {
            throw APIFailure.notFound(context.type, context.key.name)
        }
        let seconds = request[path: ["spec", "expirationSeconds"]]?.integer ?? 3600
        guard seconds >= 600 else {
            throw APIFailure.invalid(
                Self.type, "",
                [
                    .invalid(
                        PathText("spec.expirationSeconds"), .integer(seconds),
                        "may not specify a duration less than 10 minutes")
                ])
        }
        let expiry = core.now + .seconds(seconds)
        let token = jwt(account, expiry)
        core.authenticator.add(token, for: Self.user(account), expiry: expiry)
        request["kind"] = "TokenRequest"
        request["apiVersion"] = "authentication.k8s.io/v1"
        request["metadata"] = [
            "name": .string(account.name), "namespace": .string(account.namespace),
            "creationTimestamp": .string(core.now.rfc3339),
        ]
        request[path: ["spec", "expirationSeconds"]] = .integer(seconds)
        if request[path: ["spec", "audiences"]] == nil {
            request[path: ["spec", "audiences"]] = [.string(Self.issuer)]
        }
        request["status"] = ["token": .string(token), "expirationTimestamp": .string(expiry.rfc3339)]
        return .object(request, status: 201)
    }

    private static let issuer = "https://kubernetes.default.svc.cluster.local"

    static func user(_ account: StoredObject) -> UserInfo {
        UserInfo(
            name: "system:serviceaccount:\(account.namespace):\(account.name)", uid: account.uid,
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(account.namespace)", "system:authenticated",
            ])
    }

    /// In the form of a JWT, whose claims clients may read; what makes it valid is that the server knows it.
    private func jwt(_ account: StoredObject, _ expiry: Timestamp) -> String {
        let header: JSONValue = ["alg": "none", "typ": "JWT"]
        let claims: JSONValue = [
            "iss": .string(Self.issuer), "aud": [.string(Self.issuer)], "exp": .integer(expiry.secondsSinceEpoch),
            "iat": .integer(core.now.secondsSinceEpoch), "jti": .string(core.random.uuid()),
            "sub": .string("system:serviceaccount:\(account.namespace):\(account.name)"),
            "kubernetes.io": [
                "namespace": .string(account.namespace),
                "serviceaccount": ["name": .string(account.name), "uid": .string(account.uid)],
            ],
        ]
        let parts = [header, claims].map { Base64URL.encode($0.serialized()) }
        return (parts + [Base64URL.encode(Array(core.random.uuid().utf8))]).joined(separator: ".")
    }
}

/// Base64 for URLs, without padding.
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        let standard = Base64.encode(bytes).filter { $0 != "=" }
        return String(standard.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    static func decode(_ text: String) -> [UInt8]? {
        let standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return Base64.decode(String(standard) + String(repeating: "=", count: (4 - standard.count % 4) % 4))
    }
}
