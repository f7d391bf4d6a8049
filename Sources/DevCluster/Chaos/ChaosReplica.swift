internal import CommandLineInterface
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
    private var process: SpawnedProcess?
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
        try PrivateFile.write(
            launch.configuration.kubeconfig(port: network.port, user: user).utf8, to: kubeconfig)
        process = try Spawn.run(
            launch.program, ["run", "--kubeconfig", kubeconfig] + launch.arguments, log: log)
        isFrozen = false
    }

    /// Ends the process at once, frozen or not.
    func kill() {
        guard let process else { return }
        process.send(SIGKILL)
        process.waitForEnding()
        self.process = nil
    }

    func freeze() { if signal(SIGSTOP) { isFrozen = true } }

    func thaw() { if signal(SIGCONT) { isFrozen = false } }

    /// Starts again what has ended by itself, as a kubelet does: without a server the operator does not start.
    func look() throws {
        guard !isFrozen, let ending = ending() else { return }
        if let signal = ending.signal {
            crashes.append("replica \(index), start \(starts), was ended by signal \(signal); see \(log)")
        }
        try start()
    }

    /// Ends the process as a rolling update does, and says with which status.
    func stop() async throws -> Int32 {
        guard process != nil else { return 0 }
        _ = signal(SIGCONT)
        _ = signal(SIGTERM)
        for _ in 0..<600 {
            if let ending = ending() { return ending.exitCode }
            try await Task.sleep(for: .milliseconds(50))
        }
        kill()
        throw WaitFailure(description: "replica \(index) does not end within 30 s of SIGTERM; see \(log)")
    }

    /// How the process has ended; it is forgotten then.
    private func ending() -> SpawnedProcess.Ending? {
        guard let ending = process?.ending() else { return nil }
        process = nil
        return ending
    }

    private func signal(_ number: Int32) -> Bool { process?.send(number) ?? false }
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
