internal import EmbeddedAPIServer
internal import Glibc
internal import KubeAPI

/// One replica of the operator: its process, as often as it is started, and its network.
actor ChaosReplica {
    /// How its processes are started.
    struct Launch: Sendable {
        var program: String
        /// Without the kubeconfig.
        var arguments: [String]
        /// Where logs and kubeconfigs go.
        var folder: String
        var configuration: ClientConfiguration
        /// Begins the names of the users that the processes are.
        var userPrefix: String
    }

    let index: Int
    nonisolated let network: FaultProxy
    private let launch: Launch
    private var process: pid_t?
    private var isFrozen = false
    private var starts = 0
    /// Ends of processes that nobody has asked for.
    private(set) var crashes: [String] = []

    init(index: Int, launch: Launch, port: UInt16) throws {
        self.index = index
        self.launch = launch
        network = try FaultProxy(to: port)
    }

    /// The user of the present process.
    var user: String { "\(launch.userPrefix)\(index)-\(starts)" }

    var log: String { "\(launch.folder)/replica-\(index).log" }

    /// Starts a process, where none runs. Each is a user of its own.
    func start() throws {
        guard process == nil else { return }
        starts += 1
        let kubeconfig = "\(launch.folder)/replica-\(index)-\(starts).kubeconfig"
        try FileSystem.writePrivately(
            launch.configuration.kubeconfig(port: network.port, user: user), to: kubeconfig)
        process = try Spawn.run(
            launch.program, ["run", "--kubeconfig", kubeconfig] + launch.arguments, log: log)
        isFrozen = false
    }

    /// Ends the process at once, frozen or not.
    func kill() {
        guard let process else { return }
        _ = Glibc.kill(process, SIGKILL)
        reap(process, options: 0)
    }

    func freeze() { if signal(SIGSTOP) { isFrozen = true } }

    func thaw() { if signal(SIGCONT) { isFrozen = false } }

    /// Starts again what has ended by itself, as a kubelet does: without a server the operator does not start.
    func look() throws {
        guard let process, !isFrozen, let status = reap(process, options: WNOHANG) else { return }
        let signal = status & 0x7F
        if signal != 0 {
            crashes.append("replica \(index), start \(starts), was ended by signal \(signal); see \(log)")
        }
        try start()
    }

    /// Ends the process as a rolling update does, and says with which status.
    func stop() async throws -> Int32 {
        guard let process else { return 0 }
        _ = signal(SIGCONT)
        _ = signal(SIGTERM)
        for _ in 0..<600 {
            if let status = reap(process, options: WNOHANG) { return status }
            try await Task.sleep(for: .milliseconds(50))
        }
        kill()
        throw WaitFailure(description: "replica \(index) does not end within 30 s of SIGTERM; see \(log)")
    }

    @discardableResult
    private func reap(_ process: pid_t, options: Int32) -> Int32? {
        var status: Int32 = 0
        guard waitpid(process, &status, options) == process else { return nil }
        self.process = nil
        return status
    }

    private func signal(_ number: Int32) -> Bool {
        guard let process else { return false }
        return Glibc.kill(process, number) == 0
    }
}

extension ClientConfiguration {
    /// A kubeconfig for the same server behind a proxy, as another administrator.
    func kubeconfig(port: UInt16, user: String) throws -> String {
        var cluster: JSONValue = ["server": .string("https://127.0.0.1:\(port)")]
        if let certificateAuthority {
            cluster["certificate-authority-data"] = .string(Base64.encode(try certificateAuthority.read()))
        }
        var credentials: JSONValue = ["as": .string(user), "as-groups": ["system:masters"]]
        if let clientCertificate {
            credentials["client-certificate-data"] = .string(
                Base64.encode(try clientCertificate.certificate.read()))
            credentials["client-key-data"] = .string(Base64.encode(try clientCertificate.key.read()))
        }
        return YAML.write([
            [
                "apiVersion": "v1", "kind": "Config", "current-context": "chaos",
                "clusters": [["name": "chaos", "cluster": cluster]],
                "users": [["name": "chaos", "user": credentials]],
                "contexts": [["name": "chaos", "context": ["cluster": "chaos", "user": "chaos"]]],
            ]
        ])
    }
}
