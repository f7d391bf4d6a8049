internal import EmbeddedAPIServer
internal import Glibc
internal import KubeAPI

/// The API server that a round runs on: one of its own in this process, or a real one.
actor ChaosServer {
    /// A real API server, and how to do to it what is done to ours.
    struct External: Sendable {
        var configuration: ClientConfiguration
        /// Written by kube-apiserver, leases with their bodies.
        var auditLog: String
        /// A shell command that kills it and starts it again; `nil`: that fault is left out.
        var restartCommand: String?
    }

    nonisolated let configuration: ClientConfiguration
    nonisolated let port: UInt16
    nonisolated let isEmbedded: Bool
    private let embedded: EmbeddedAPIServer?
    private let audit: AuditLog?
    private let external: External?
    private var isDown = false
    /// How much of a real server's audit log is older than this round.
    private var auditStart = 0

    /// A new embedded server.
    init(seed: UInt64) throws {
        let audit = AuditLog(
            resourcesWithBodies: ["leases", "nodes", "deployments", "poddisruptionbudgets", "regionalworkerpools"])
        let server = try EmbeddedAPIServer(
            options: EmbeddedAPIServerOptions(usesTLS: true, authorization: .rbac, audit: audit, seed: seed))
        let url = try server.start()
        embedded = server
        self.audit = audit
        external = nil
        isEmbedded = true
        configuration = try server.clientConfiguration()
        port = try Self.port(of: url)
    }

    init(_ external: External) throws {
        self.external = external
        embedded = nil
        audit = nil
        isEmbedded = false
        configuration = external.configuration
        port = try Self.port(of: external.configuration.server)
        auditStart = try FileSystem.read(external.auditLog).count
    }

    private static func port(of url: String) throws -> UInt16 {
        guard let colon = url.lastIndex(of: ":"),
            let port = UInt16(url[url.index(after: colon)...].prefix { $0 != "/" })
        else { throw JSONError(.value, "the server \(url) has no port; chaos needs one on 127.0.0.1") }
        return port
    }

    /// The writes of this round, in their order.
    func events() throws -> [AuditEvent] {
        if let audit { return audit.all }
        guard let external else { return [] }
        let lines = try FileSystem.read(external.auditLog).dropFirst(auditStart).split(separator: UInt8(ascii: "\n"))
        return lines.compactMap { line in (try? JSONValue.parse(Array(line))).flatMap(AuditEvent.init) }
            .sorted { $0.completed < $1.completed }
    }

    func down(keepsHistory: Bool) async throws {
        guard !isDown else { return }
        isDown = true
        if let embedded {
            await embedded.stop()
            if !keepsHistory { embedded.compact() }
        } else if let command = external?.restartCommand {
            // It is back when the command is; requests meanwhile meet whatever state it is in.
            let process = try Spawn.run("/bin/sh", ["-c", command], log: "/dev/null")
            let status = try await Spawn.wait(for: process)
            guard status == 0 else {
                throw WaitFailure(description: "the restart command ended with status \(status)")
            }
        }
    }

    func up() throws {
        guard isDown else { return }
        isDown = false
        try embedded?.start()
    }

    func compact() { embedded?.compact() }

    func disconnect() { embedded?.disconnectAll() }

    func inject(_ rule: FaultRule) { embedded?.faults.inject(rule) }

    func calm() { embedded?.faults.removeAll() }

    func end() async {
        guard let embedded else { return }
        await embedded.stop()
    }
}
