/// Which names stand before something that is secret.
enum SecretWords {
    private static let stems = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "encryptionkey",
        "signingkey", "credential", "authorization", "connectionstring", "cookie", "signature", "webhook",
    ]
    private static let endings = [
        "pass", "pwd", "auth", "dsn", "apikey", "secretkey", "accesskey", "privatekey", "encryptionkey", "signingkey",
        "masterkey", "authkey", "sshkey",
    ]
    /// Of fields that only say where a secret is, or how long one is good for.
    private static let harmless = [
        "name", "names", "namespace", "namespaces", "ref", "refs", "file", "path", "seconds", "key", "kind", "count",
    ]

    /// Words that a text must have before it is worth a closer look; the pattern of a name that may be secret.
    static let pattern =
        "[A-Za-z0-9_.-]*(?:pass|secret|token|key|credential|auth|connection|cookie|signature|pwd|dsn|webhook)[A-Za-z0-9_.-]*"

    /// Whether what stands behind the name must not be shown: `dbPassword`, `API_TOKEN`, but not `secretName`.
    static func isSecret(_ name: some StringProtocol) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        if endings.contains(where: plain.hasSuffix) { return true }
        if harmless.contains(where: plain.hasSuffix) { return false }
        return stems.contains(where: plain.contains)
    }
}
