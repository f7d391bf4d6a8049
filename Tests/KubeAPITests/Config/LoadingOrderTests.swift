internal import Testing

@testable import KubeAPI

@Suite struct LoadingOrderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func kubeconfig(_ name: String, server: String, extra: String = "") -> String {
        """
        current-context: \(name)
        contexts: [{name: \(name), context: {cluster: shared, user: shared}}, {name: both, context: {cluster: shared}}]
        clusters: [{name: shared, cluster: {server: "\(server)"}}]
        users: [{name: shared, user: {token: token-of-\(name)}}]
        \(extra)
        """
    }

    private func inCluster(namespace: String? = "here\n") -> [String: String] {
        folder.write("token", "pod-token\n")
        folder.write("ca.crt", CertificateFixtures.admin)
        if let namespace { folder.write("namespace", namespace) }
        return ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"]
    }

    private func load(
        kubeconfig: String? = nil, context: String? = nil, _ environment: [String: String]
    ) throws -> ClientConfiguration {
        try .load(kubeconfig: kubeconfig, context: context, environment: environment, serviceAccount: folder.path)
    }

    @Test("A file that is named comes first, then $KUBECONFIG, then the pod's cluster")
    func order() throws {
        let named = folder.write("named", kubeconfig("named", server: "https://named"))
        let listed = folder.write("listed", kubeconfig("listed", server: "https://listed"))
        var environment = inCluster()
        #expect(try load(environment).server == "https://10.96.0.1:443")
        environment["KUBECONFIG"] = listed
        #expect(try load(environment).server == "https://listed")
        #expect(try load(kubeconfig: named, environment).server == "https://named")
        environment["KUBECONFIG"] = ""
        #expect(try load(kubeconfig: "", environment).origin == "in-cluster")
    }

    @Test("The user's own file is used outside of a cluster, or where a context is named")
    func homeFile() throws {
        let home = try TemporaryFolder()
        home.link(".kube", to: folder.path)
        folder.write("config", kubeconfig("home", server: "https://home"))
        #expect(try load(["HOME": home.path]).server == "https://home")
        let inside = inCluster().merging(["HOME": home.path]) { $1 }
        #expect(try load(inside).origin == "in-cluster")
        #expect(try load(context: "home", inside).server == "https://home")
    }

    @Test("Of the files in $KUBECONFIG the first to say something counts; missing ones are passed over")
    func merge() throws {
        let first = folder.write("first", kubeconfig("first", server: "https://first"))
        let second = folder.write(
            "second", kubeconfig("second", server: "https://second", extra: "preferences: {colors: true}"))
        let list = ["KUBECONFIG": "\(folder.path)/missing:\(first):\(second)"]
        let configuration = try load(list)
        #expect(configuration.contextName == "first" && configuration.server == "https://first")
        let other = try load(context: "second", list)
        #expect(other.server == "https://first" && other.authentication == .token(Redacted("token-of-first")))
        #expect(other.origin == "\(first):\(second)")
    }

    @Test("An empty file of the list says nothing")
    func emptyFile() throws {
        let empty = folder.write("empty", "")
        let other = folder.write("other", kubeconfig("other", server: "https://other"))
        #expect(try load(["KUBECONFIG": "\(empty):\(other)"]).server == "https://other")
    }

    @Test("In a pod token, authority and namespace come from its service account")
    func servicAccount() throws {
        let configuration = try load(inCluster())
        #expect(configuration.authentication == .tokenFile(path: "\(folder.path)/token", fallback: nil))
        #expect(configuration.certificateAuthority == .file("\(folder.path)/ca.crt"))
        #expect(configuration.namespace == "here" && configuration.contextName == nil)
    }

    @Test(
        "A pod's address may be IPv6",
        arguments: [("fd00::1", "https://[fd00::1]:443"), ("[fd00::1]", "https://[fd00::1]:443")])
    func ipv6(host: String, want: String) throws {
        var environment = inCluster(namespace: nil)
        environment["KUBERNETES_SERVICE_HOST"] = host
        let configuration = try load(environment)
        #expect(configuration.server == want && configuration.namespace == "default")
    }

    @Test("Where nothing says which cluster is meant, all that was tried is named")
    func nothing() {
        let error = #expect(throws: ConfigurationError.self) { try load(["HOME": folder.path]) }
        #expect(error?.code == .missing)
        #expect(
            error?.message
                == "no cluster is configured: KUBECONFIG is not set, there is no service account of a cluster "
                + "here, and \(folder.path)/.kube/config does not exist; name a file with --kubeconfig")
        let list = #expect(throws: ConfigurationError.self) { try load(["KUBECONFIG": "/missing/a:/missing/b"]) }
        #expect(list?.message == "KUBECONFIG=/missing/a:/missing/b: no such file; correct the variable or unset it")
        let named = #expect(throws: ConfigurationError.self) { try load(kubeconfig: "/missing/a", [:]) }
        #expect(named?.message == "/missing/a: can't be read: No such file or directory; check the path")
        let directory = #expect(throws: ConfigurationError.self) { try load(kubeconfig: folder.path, [:]) }
        #expect(directory?.message == "\(folder.path): can't be read: Is a directory; check the file")
    }

    @Test("A broken service account is named")
    func brokenServiceAccount() {
        var environment = inCluster()
        folder.write("ca.crt", "")
        let empty = #expect(throws: ConfigurationError.self) { try load(environment) }
        #expect(empty?.message == "\(folder.path)/ca.crt: the file is empty; check the pod's service account")
        folder.remove("ca.crt")
        let missing = #expect(throws: ConfigurationError.self) { try load(environment) }
        #expect(missing?.message == "\(folder.path)/ca.crt: can't be read: No such file or directory; check the path")
        environment["KUBERNETES_SERVICE_PORT"] = "https"
        let port = #expect(throws: ConfigurationError.self) { try load(environment) }
        #expect(port?.message == "KUBERNETES_SERVICE_PORT=https: not a port; the kubelet sets a number")
    }
}
