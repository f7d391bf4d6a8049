internal import Testing

@testable import KubeAPI

@Suite struct KubeconfigTests {
    private static let valid = """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: one
          cluster:
            server: https://10.0.0.1:6443/base
            certificate-authority-data: \(Base64.encode(Array(CertificateFixtures.admin.utf8)))
            tls-server-name: kubernetes
            proxy-url: http://user:s3cret@proxy:3128
        - name: two
          cluster: {server: "http://127.0.0.1:8001", certificate-authority: ca.crt}
        contexts:
        - name: dev
          context: {cluster: one, user: token, namespace: team}
        - name: bare
          context: {cluster: two}
        - {name: cert, context: {cluster: one, user: cert}}
        - {name: file, context: {cluster: one, user: file}}
        - {name: basic, context: {cluster: one, user: basic}}
        - {name: as, context: {cluster: one, user: as}}
        users:
        - {name: token, user: {token: s3cret-token}}
        - {name: cert, user: {client-certificate: pki/c.pem, client-key: /abs/k.pem}}
        - {name: file, user: {tokenFile: run/token, token: first}}
        - {name: basic, user: {username: joe, password: s3cret}}
        - name: as
          user:
            token: t
            as: jane
            as-uid: u-1
            as-groups: [admins, devs]
            as-user-extra: {example.com/team: [a, b]}
        """

    private func configuration(_ context: String? = nil, text: String = valid) throws -> ClientConfiguration {
        try Kubeconfig(text: Array(text.utf8), file: "/etc/kube/config")
            .configuration(context: context, environment: [:], allowInsecure: false)
    }

    @Test("The current context gives cluster, namespace and token")
    func currentContext() throws {
        let configuration = try configuration()
        #expect(configuration.server == "https://10.0.0.1:6443/base" && configuration.namespace == "team")
        #expect(configuration.contextName == "dev" && configuration.tlsServerName == "kubernetes")
        #expect(configuration.proxyURL == "http://user:s3cret@proxy:3128")
        #expect(configuration.authentication == .token(Redacted("s3cret-token")))
        #expect(try configuration.certificateAuthority?.read() == Array(CertificateFixtures.admin.utf8))
        #expect(!configuration.insecureSkipTLSVerify && configuration.impersonation == nil)
    }

    @Test("Relative paths are seen from the file's folder")
    func relativePaths() throws {
        let pair = CertificatePair(certificate: .file("/etc/kube/pki/c.pem"), key: .file("/abs/k.pem"))
        #expect(try configuration("cert").clientCertificate == pair)
        #expect(try configuration("bare").certificateAuthority == .file("/etc/kube/ca.crt"))
        #expect(
            try configuration("file").authentication
                == .tokenFile(path: "/etc/kube/run/token", fallback: Redacted("first")))
    }

    @Test("A context without user or namespace is anonymous, in default")
    func bareContext() throws {
        let configuration = try configuration("bare")
        #expect(configuration.authentication == .none && configuration.namespace == "default")
    }

    @Test("User names and passwords are basic authentication")
    func basic() async throws {
        let configuration = try configuration("basic")
        #expect(configuration.authentication == .basic(username: "joe", password: Redacted("s3cret")))
        let credential = try await makeCredentialProvider(for: configuration).authorization()
        #expect(credential?.header.value == "Basic am9lOnMzY3JldA==")
    }

    @Test("Impersonation becomes headers")
    func impersonation() throws {
        let headers = try #require(try configuration("as").impersonation).headers.map { "\($0.0): \($0.1)" }
        #expect(
            headers == [
                "Impersonate-User: jane", "Impersonate-Uid: u-1", "Impersonate-Group: admins",
                "Impersonate-Group: devs",
                "Impersonate-Extra-example.com%2Fteam: a", "Impersonate-Extra-example.com%2Fteam: b",
            ])
    }

    @Test(
        "What is wrong is named by file, field and fix",
        arguments: [
            (
                "server: https://10.0.0.1:6443/base", "server: ''",
                "clusters[one].cluster.server: is not set; write the URL, as in https://10.0.0.1:6443"
            ),
            (
                "server: https://10.0.0.1:6443/base", "server: 10.0.0.1:6443",
                "clusters[one].cluster.server: has no scheme; write https://, or http://"
            ),
            (
                "server: https://10.0.0.1:6443/base", "server: ftp://x",
                "clusters[one].cluster.server: has another scheme than https, http"
            ),
            (
                "server: https://10.0.0.1:6443/base", "server: https://u:s3cret@x",
                "clusters[one].cluster.server: holds credentials; move them to the user's entry"
            ),
            (
                "server: https://10.0.0.1:6443/base", "server: https://:6443",
                "clusters[one].cluster.server: names no host"
            ),
            (
                "server: https://10.0.0.1:6443/base", "server: http://10.0.0.1:8080",
                "clusters[one].cluster.server: the credential would travel unencrypted; use an https:// URL"
            ),
            (
                "proxy-url: http://user:s3cret@proxy:3128", "proxy-url: proxy:3128",
                "clusters[one].cluster.proxy-url: has no scheme; write http://, or https://, or socks5://"
            ),
            (
                "tls-server-name: kubernetes", "insecure-skip-tls-verify: true",
                "clusters[one].cluster.insecure-skip-tls-verify: is set together with a certificate authority; remove "
                    + "one of the two"
            ),
            (
                "current-context: dev", "current-context: ''",
                "current-context: is not set; choose with --context one of: dev, bare, cert, file, basic, as"
            ),
            (
                "current-context: dev", "current-context: prod",
                "current-context: there is no context \"prod\"; there are: dev, bare, cert, file, basic, as"
            ),
            (
                "{cluster: one, user: token, namespace: team}", "{user: token}",
                "contexts[dev].context.cluster: is not set; name one of the clusters: one, two"
            ),
            (
                "{cluster: one, user: token, namespace: team}", "{cluster: x}",
                "contexts[dev].context.cluster: there is no cluster \"x\"; there are: one, two"
            ),
            (
                "{cluster: one, user: token, namespace: team}", "{cluster: one, user: x}",
                "contexts[dev].context.user: there is no user \"x\"; there are: token, cert, file, basic, as"
            ),
            (
                "{token: s3cret-token}", "{token: 's3cret token'}",
                "users[token].user.token: holds a space, a line break or another character that no token has"
            ),
            (
                "{token: s3cret-token}", "{token: s3cret-token, username: joe}",
                "users[token].user: holds a token and a username; remove one of the two"
            ),
            (
                "{token: s3cret-token}", "{client-key: k}",
                "users[token].user.client-certificate: is not set; a client key needs its certificate"
            ),
            (
                "{token: s3cret-token}", "{client-certificate: c}",
                "users[token].user.client-key: is not set; a client certificate needs its key"
            ),
            (
                "{token: s3cret-token}", "{client-certificate-data: s3cret!, client-key: k}",
                "users[token].user.client-certificate-data: is not base64; write the PEM file's text through base64 -w0"
            ),
            (
                "{token: s3cret-token}", "{as-groups: [g]}",
                "users[token].user.as: is not set; a uid, groups or extra need the user that they belong to"
            ),
            (
                "{token: s3cret-token}", "{auth-provider: {name: gcp, config: {access-token: s3cret}}}",
                "users[token].user.auth-provider: the provider \"gcp\" is of a kind that Kubernetes has removed; use an "
                    + "exec plugin"
            ),
            (
                "{token: s3cret-token}", "{exec: {command: x, interactiveMode: Never}}",
                "users[token].user.exec.apiVersion: is \"\"; write client.authentication.k8s.io/v1 or …/v1beta1"
            ),
            (
                "{token: s3cret-token}", "{exec: {apiVersion: client.authentication.k8s.io/v1, command: x}}",
                "users[token].user.exec.interactiveMode: is not set; write Never or IfAvailable"
            ),
            (
                "{token: s3cret-token}",
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}}",
                "users[token].user.exec.interactiveMode: is Always, but nobody is there to answer; use a plugin that "
                    + "needs no terminal"
            ),
            (
                "{token: s3cret-token}",
                "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, env: [{name: 'a=b', value: s3cret}], command: x}}",
                "users[token].user.exec.env: holds a name or a value that no environment can hold"
            ),
            (
                "{token: s3cret-token}", "{exec: {apiVersion: client.authentication.k8s.io/v1beta1}}",
                "users[token].user.exec.command: is not set; name the program that gives the credential"
            ),
        ])
    func errors(line: String, replacement: String, want: String) {
        let text = Self.valid.replacing(line, with: replacement)
        let error = #expect(throws: ConfigurationError.self) { try configuration(text: text) }
        #expect(error?.message == "/etc/kube/config: \(want)")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test(
        "A text that is no kubeconfig is refused with its place",
        arguments: [
            ("a: [", "/k: not a kubeconfig: line 2, column 1"),
            (
                "users: [{name: a, user: {token: [s3cret]}}]",
                "/k: not a kubeconfig: users[0].user.token: expected a string, found an array"
            ),
            (
                "users: [{name: a, user: {token: 12}}]",
                "/k: not a kubeconfig: users[0].user.token: expected a string, found an integer"
            ),
            ("clusters: {a: b}", "/k: not a kubeconfig: clusters: expected an array, found an object"),
            ("clusters: [{cluster: {}}]", "/k: not a kubeconfig: clusters[0].name: is required"),
            ("kind: Pod", "/k: kind: is \"Pod\"; a kubeconfig has kind Config"),
            ("a: 1\n---\nb: 2\n", "/k: not a kubeconfig: holds 2 YAML documents; a kubeconfig is one"),
            ("just text", "/k: not a kubeconfig: expected an object, found a string"),
        ])
    func unreadable(text: String, prefix: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Kubeconfig(text: Array((text + "\n").utf8), file: "/k")
        }
        #expect(error?.message.hasPrefix(prefix) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("A server that is not to be checked is refused unless asked for")
    func insecure() throws {
        let text =
            "current-context: c\ncontexts: [{name: c, context: {cluster: c}}]\n"
            + "clusters: [{name: c, cluster: {server: 'https://x', insecure-skip-tls-verify: true}}]\n"
        let kubeconfig = try Kubeconfig(text: Array(text.utf8), file: "/k")
        let error = #expect(throws: ConfigurationError.self) {
            try kubeconfig.configuration(context: nil, environment: [:], allowInsecure: false)
        }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("/k: clusters[c].cluster.insecure-skip-tls-verify: anybody could pose") == true)
        #expect(try kubeconfig.configuration(context: nil, environment: [:], allowInsecure: true).insecureSkipTLSVerify)
    }

    @Test("Certificates given inline win over files")
    func inlineFirst() throws {
        let data = Base64.encode(Array("inline".utf8))
        let text = Self.valid.replacing(
            "{token: s3cret-token}",
            with: "{client-certificate: c, client-certificate-data: \(data), client-key: k, client-key-data: \(data)}")
        #expect(try configuration(text: text).clientCertificate?.certificate == .inline(Array("inline".utf8)))
        #expect(try configuration(text: text).clientCertificate?.key == .inline(Array("inline".utf8)))
    }
}
