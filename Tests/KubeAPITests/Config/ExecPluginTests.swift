internal import Glibc
internal import Support
internal import Testing

@testable import KubeAPI

@Suite struct ExecPluginTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { folder = try TemporaryFolder() }

    /// A plugin that is a shell script; each run leaves a line in the file `runs`.
    private func plugin(_ script: String, _ version: ExecPlugin.Version = .v1) -> ExecPlugin {
        ExecPlugin(
            command: "/bin/sh", arguments: ["-c", "echo run >> \(folder.path)/runs; \(script)"],
            environment: ["PATH": "/usr/bin:/bin", "GIVEN": "yes"], version: version, userName: "joe")
    }

    private func provider(_ plugin: ExecPlugin, deadline: Duration = .seconds(60)) -> any CredentialProvider {
        var configuration = ClientConfiguration(server: "https://x")
        configuration.authentication = .exec(plugin)
        return makeCredentialProvider(for: configuration, now: clock.read, pluginDeadline: deadline)
    }

    private func answer(_ status: String, version: ExecPlugin.Version = .v1) -> String {
        let text = #"{"kind":"ExecCredential","apiVersion":"\#(version.rawValue)","status":{\#(status)}}"#
        return "printf '%s' '\(text)'"
    }

    private var runs: Int { folder.lines("runs").count }

    @Test("A token is asked for once", arguments: [ExecPlugin.Version.v1, .v1beta1])
    func token(version: ExecPlugin.Version) async throws {
        let provider = provider(plugin(answer(#""token":"abc""#, version: version), version))
        for _ in 0..<3 { #expect(try await provider.authorization()?.header.value == "Bearer abc") }
        #expect(try await provider.tlsMaterial() == TLSMaterial())
        clock.advance(.seconds(1_000_000))
        _ = try await provider.authorization()
        #expect(runs == 1)
    }

    @Test("Many who ask at once wait for one run")
    func singleFlight() async throws {
        let provider = provider(plugin("sleep 0.2; " + answer(#""token":"abc""#)))
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try await provider.authorization()?.header.value } }
            for try await header in group { #expect(header == "Bearer abc") }
        }
        #expect(runs == 1)
    }

    @Test("A token is renewed shortly before it expires")
    func expiry() async throws {
        let end = clock.now + .seconds(100)
        let script =
            #"n=$(wc -l < \#(folder.path)/runs); printf '{"kind":"ExecCredential","apiVersion":"#
            + #""client.authentication.k8s.io/v1","status":{"token":"t%s","expirationTimestamp":"\#(end.rfc3339)"}}' $n"#
        let provider = provider(plugin(script))
        let first = try #require(try await provider.authorization())
        #expect(first.header.value == "Bearer t1")
        clock.advance(.seconds(89))
        #expect(try await provider.authorization() == first)
        clock.advance(.seconds(1))
        let second = try #require(try await provider.authorization())
        #expect(second.header.value == "Bearer t2" && second.version > first.version)
        // The plugin keeps giving what is about to expire: it is not run for each request.
        #expect(try await provider.authorization() == second)
        #expect(runs == 2)
    }

    @Test("A 401 has the plugin run again, once, and not for a credential that is fresh")
    func rejection() async throws {
        let provider = provider(plugin(answer(#""token":"abc""#)))
        let first = try #require(try await provider.authorization())
        await provider.rejected(first)
        #expect(try await provider.authorization() == first)
        clock.advance(.seconds(6))
        await provider.rejected(first)
        await provider.rejected(first)
        let second = try #require(try await provider.authorization())
        #expect(second.version > first.version && runs == 2)
        clock.advance(.seconds(6))
        await provider.rejected(first)
        #expect(try await provider.authorization() == second)
        #expect(runs == 2)
    }

    @Test("A certificate and its key become the client's identity")
    func certificate() async throws {
        func quoted(_ text: String) -> String { JSONValue.string(text).serializedString() }
        func file(_ key: String) -> String {
            folder.write(
                "answer",
                #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":"#
                    + #"{"clientCertificateData":\#(quoted(CertificateFixtures.admin)),"clientKeyData":\#(quoted(key))}}"#
            )
        }
        let good = provider(plugin("cat \(file(CertificateFixtures.adminKey))"))
        let identity = try await good.tlsMaterial().identity
        #expect(identity?.certificate == Array(CertificateFixtures.admin.utf8))
        #expect(identity?.key.value == Array(CertificateFixtures.adminKey.utf8))
        #expect(try await good.authorization() == nil)
        let bad = provider(plugin("cat \(file(CertificateFixtures.zoeKey))"))
        let error = await #expect(throws: ConfigurationError.self) { try await bad.tlsMaterial() }
        #expect(
            error?.message.hasSuffix("wrote a status.clientKeyData that is not the key of status.clientCertificateData")
                == true)
    }

    @Test("The plugin gets its variables and the cluster, an empty input and no terminal")
    func environment() async throws {
        var plugin = plugin("env > \(folder.path)/env; cat > \(folder.path)/input; " + answer(#""token":"abc""#))
        plugin.clusterInfo = ["server": "https://x", "config": ["a": 1]]
        _ = try await provider(plugin).authorization()
        let variables = folder.lines("env")
        #expect(variables.contains("GIVEN=yes") && variables.contains("PATH=/usr/bin:/bin"))
        #expect(!variables.contains { $0.hasPrefix("HOME=") }, "what is not given is not inherited")
        let information = try #require(variables.first { $0.hasPrefix("KUBERNETES_EXEC_INFO=") })
        let want: JSONValue = [
            "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
            "spec": ["interactive": false, "cluster": ["server": "https://x", "config": ["a": 1]]],
        ]
        #expect(try JSONValue.parse(String(information.dropFirst("KUBERNETES_EXEC_INFO=".count))) == want)
        #expect(folder.lines("input") == [])
    }

    @Test(
        "A plugin that gives no credential is named, with what it said",
        arguments: [
            ("echo no such profile >&2; exit 3", "failed with exit code 3: no such profile"),
            ("printf 'one\\ntwo\\033[31m' >&2; exit 1", "failed with exit code 1: one two [31m"),
            ("exit 7", "failed with exit code 7: it said nothing"),
            ("kill -9 $$", "failed with exit code 137: it said nothing"),
            ("true", "wrote no ExecCredential: the document is empty"),
            ("echo s3cret", "wrote no ExecCredential: not JSON: "),
            ("echo '[]'", "wrote no ExecCredential: expected an object, found an array"),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}'"#,
                "wrote an ExecCredential without status"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{}}'"#,
                "wrote client.authentication.k8s.io/v1beta1 and not the client.authentication.k8s.io/v1 ExecCredential"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'"#,
                "wrote neither status.token nor status.clientCertificateData"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":["s3cret"]}}'"#,
                "wrote no ExecCredential: status.token: expected a string, found an array"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"s3cret x"}}'"#,
                "wrote a status.token with a character that no token has"
            ),
            (
                #"echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"s3cret"}}'"#,
                "wrote only one of status.clientCertificateData and status.clientKeyData"
            ),
            ("head -c 2000000 /dev/zero", "wrote more than 1 MiB; it must write one ExecCredential"),
        ])
    func failures(script: String, want: String) async {
        let error = await #expect(throws: ConfigurationError.self) {
            try await provider(plugin(script)).authorization()
        }
        #expect(error?.code == .plugin)
        #expect(error?.message.hasPrefix("exec plugin sh of user \"joe\" \(want)") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("What a plugin says is shown in part where it is long")
    func longMessage() async {
        let script = "head -c 100000 /dev/zero | tr '\\0' x >&2; echo the end >&2; exit 1"
        let error = await #expect(throws: ConfigurationError.self) {
            try await provider(plugin(script)).authorization()
        }
        #expect((error?.message.count ?? 0) < 500)
    }

    @Test("After a failure the plugin rests, then it is run again")
    func failureIsRemembered() async throws {
        let provider = provider(plugin("test -e \(folder.path)/good || exit 1; " + answer(#""token":"abc""#)))
        for _ in 0..<3 {
            _ = await #expect(throws: ConfigurationError.self) { try await provider.authorization() }
        }
        #expect(runs == 1)
        folder.write("good", "")
        clock.advance(.seconds(5))
        #expect(try await provider.authorization()?.header.value == "Bearer abc")
    }

    @Test("A command is found in the PATH that it is given, or from the kubeconfig's folder")
    func lookup() async throws {
        folder.link("my-plugin", to: "/bin/sh")
        var plugin = plugin(answer(#""token":"abc""#))
        plugin.command = "my-plugin"
        let missing = await #expect(throws: ConfigurationError.self) { try await provider(plugin).authorization() }
        #expect(
            missing?.message
                == "exec plugin my-plugin of user \"joe\" is no program that was found; install it or correct "
                + "users[].user.exec.command")
        plugin.installHint = "Run\napt install it"
        let hinted = await #expect(throws: ConfigurationError.self) { try await provider(plugin).authorization() }
        #expect(hinted?.message.hasSuffix("is no program that was found; Run apt install it") == true)
        plugin.environment.value["PATH"] = "relative:\(folder.path):/bin"
        #expect(try await provider(plugin).authorization()?.header.value == "Bearer abc")

        let text = """
            current-context: c
            contexts: [{name: c, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster:
                server: https://x
                certificate-authority: ca
                extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  interactiveMode: IfAvailable
                  provideClusterInfo: true
                  command: ./my-plugin
                  args: [-c, "true"]
                  env: [{name: PATH, value: /opt}, {name: MORE, value: x}]
            """
        folder.write("ca", "PEM")
        let kubeconfig = try Kubeconfig(text: Array(text.utf8), file: "\(folder.path)/config")
        let configuration = try kubeconfig.configuration(
            context: nil, environment: ["PATH": "/bin", "HOME": "/root"], allowInsecure: false)
        guard case .exec(let read) = configuration.authentication else {
            Issue.record("no exec plugin in \(configuration.authentication)")
            return
        }
        #expect(read.command == "\(folder.path)/./my-plugin" && read.arguments.value == ["-c", "true"])
        #expect(read.environment.value == ["PATH": "/opt", "HOME": "/root", "MORE": "x"] && read.userName == "u")
        #expect(
            read.clusterInfo == [
                "server": "https://x", "certificate-authority-data": "UEVN", "config": ["audience": "a"],
            ])
    }

    @Test("A plugin that hangs is ended with all that it has started")
    func deadline() async throws {
        let script = "sleep 300 & echo $! > \(folder.path)/child; echo $$ > \(folder.path)/self; wait"
        let provider = provider(plugin(script), deadline: .seconds(2))
        let error = await #expect(throws: ConfigurationError.self) { try await provider.authorization() }
        #expect(error?.message.contains("gave no answer within 2.0 seconds and was ended") == true)
        try await expectGone("self", "child")
    }

    @Test("A plugin that leaves something running is not waited for")
    func background() async throws {
        let script = "sleep 300 & echo $! > \(folder.path)/child; " + answer(#""token":"abc""#)
        #expect(try await provider(plugin(script)).authorization()?.header.value == "Bearer abc")
        try await expectGone("child")
    }

    @Test("Who is cancelled ends the plugin, and another who waits runs it anew")
    func cancellation() async throws {
        let script =
            "test -e \(folder.path)/again && { \(answer(#""token":"abc""#)); exit; }; "
            + "touch \(folder.path)/again; echo $$ > \(folder.path)/self; sleep 300"
        let provider = provider(plugin(script))
        let first = Task { try await provider.authorization() }
        try await eventually("the plugin runs") { !folder.lines("self").isEmpty }
        let second = Task { try await provider.authorization()?.header.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == "Bearer abc")
        try await expectGone("self")
    }

    private func expectGone(_ files: String...) async throws {
        for file in files {
            let process = try #require(folder.lines(file).first.flatMap { pid_t($0) })
            // A process that was ended stays a zombie until its parent, here the system's first process, takes note.
            try await eventually("\(file) is gone") { kill(process, 0) != 0 || Self.isZombie(process) }
        }
    }

    private static func isZombie(_ process: pid_t) -> Bool {
        guard let bytes = try? FileContents.read("/proc/\(process)/stat") else { return true }
        return String(decoding: bytes, as: UTF8.self).contains(") Z ")
    }
}
