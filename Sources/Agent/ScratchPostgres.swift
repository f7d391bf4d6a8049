internal import BackupModel
internal import Glibc

/// A PostgreSQL server of this process alone, which ends with it.
final class ScratchPostgres {
    /// Roles of a dump are made as they were, with their rights and passwords, and none of them has this name: what is
    /// done to them is not done to the user that restores.
    private static let user = "quartermaster-drill"
    private static let startLimit = 120

    let connection: PostgresConnection
    private let data: String
    private let folder: String
    private let logFile: String

    /// - Parameters:
    ///   - data: the folder of its data, which is made.
    ///   - socketFolder: a folder of this user. The server has no port, so that nothing but this pod reaches it.
    init(major: Int, data: String, socketFolder: String) throws {
        guard getuid() != 0 else {
            throw AgentFailure("PostgreSQL does not run as root; take runAsUser 0 out of podTemplate")
        }
        self.data = data
        folder = PostgresInstallation.folder(major: major)
        logFile = "\(socketFolder)/server.log"
        connection = PostgresConnection(
            folder: folder,
            environment: [
                "PGHOST": socketFolder, "PGUSER": Self.user, "PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "30",
                "PGCLIENTENCODING": "UTF8",
            ])
        try Program(
            "\(folder)/initdb",
            [
                "--pgdata", data, "--username", Self.user, "--auth", "trust", "--encoding", "UTF8", "--no-locale",
                "--no-sync",
            ]
        ).text(orFail: "the scratch server could not be made")
        try configure(socketFolder)
        try start()
    }

    private func configure(_ socketFolder: String) throws {
        let lines = [
            "listen_addresses = ''", "unix_socket_directories = '\(socketFolder)'", "fsync = off",
            "full_page_writes = off",
            "synchronous_commit = off", "shared_buffers = 64MB", "max_connections = 20",
        ]
        let path = "\(data)/postgresql.conf"
        guard let given = Files.text(path) else { throw AgentFailure("the scratch server has no postgresql.conf") }
        try Files.write(given + lines.joined(separator: "\n") + "\n", to: path, mode: 0o600)
    }

    private func start() throws {
        let arguments = [
            "--pgdata", data, "--log", logFile, "--wait", "--timeout", String(Self.startLimit), "--silent", "start",
        ]
        let ending = try Program("\(folder)/pg_ctl", arguments).run { _ in }
        guard ending.status == 0 else {
            let words = Program.Ending(status: ending.status, messages: Files.text(logFile) ?? ending.messages)
            throw AgentFailure("the scratch server does not start", words)
        }
    }

    /// Ends it, also after a signal, and removes its data.
    func stop() {
        Stop.cleanUp {
            if Files.exists("\(data)/postmaster.pid") {
                _ = try? Program("\(folder)/pg_ctl", ["--pgdata", data, "--mode", "immediate", "--silent", "stop"]).run
                { _ in }
            }
            Files.removeTree(data)
        }
    }
}
