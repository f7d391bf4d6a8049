internal import Testing

@testable import KubeAPI

@Suite struct SecrecyTests {
    private static let secret = "s3cret"

    private static var configurations: [ClientConfiguration] {
        let sources: [AuthenticationSource] = [
            .token(Redacted(secret)), .tokenFile(path: "/token", fallback: Redacted(secret)),
            .basic(username: "joe", password: Redacted(secret)),
            .exec(ExecPlugin(command: "aws", arguments: ["--token", secret], environment: ["TOKEN": secret])),
        ]
        return sources.map { source in
            var configuration = ClientConfiguration(server: "https://x")
            configuration.authentication = source
            configuration.proxyURL = "http://joe:\(secret)@proxy"
            configuration.clientCertificate = CertificatePair(
                certificate: .file("/cert"), key: .inline(Array(secret.utf8)))
            return configuration
        }
    }

    private func texts(_ value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), "\(value)", dumped]
    }

    @Test("No description, debug output or dump of a configuration shows a secret", arguments: configurations)
    func configuration(configuration: ClientConfiguration) {
        let bytes = "\(Array(Self.secret.utf8))".dropFirst().dropLast()
        for value in [configuration, configuration.authentication, [configuration]] as [Any] {
            for text in texts(value) {
                #expect(!text.contains(Self.secret) && !text.contains(bytes), "\(text)")
            }
        }
        #expect(String(describing: configuration) == "https://x (code)")
    }

    @Test("No description or dump of a credential or of TLS material shows a secret")
    func credentials() {
        let credential = Credential.bearer(Redacted(Self.secret), version: 1)
        let basic = Credential.basic("joe", Redacted(Self.secret))
        let material = TLSMaterial(identity: .init(certificate: [], key: Redacted(Array(Self.secret.utf8))))
        for value in [credential, basic, material] as [Any] {
            for text in texts(value) {
                #expect(!text.contains(Self.secret) && !text.contains("am9lOn") && !text.contains("115"), "\(text)")
            }
        }
    }

    @Test("A provider does not show what it holds", arguments: configurations)
    func provider(configuration: ClientConfiguration) async throws {
        let provider = makeCredentialProvider(for: configuration)
        for text in texts(provider) { #expect(!text.contains(Self.secret)) }
    }

    @Test("Messages stay on one line")
    func oneLine() {
        let error = ConfigurationError(.invalid, "a\nb\r\n c\u{1B}[31m\u{2028}d")
        #expect(error.message == "a b c [31m d")
        #expect("\(error)" == error.message)
    }
}
