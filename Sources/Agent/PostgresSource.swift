internal import BackupModel
internal import Glibc

/// Dumps PostgreSQL databases: one file in the custom format each, the roles and tablespaces, and the roles' passwords.
///
/// A dump in the custom format holds what a database is besides its content: encoding, collation, owner, rights,
/// settings, connection limit and comment. `pg_restore --create` makes it so.
///
/// The passwords are a file of their own, `passwords.sql`, which comes last in a restore: among the roles they would
/// change the password of the user that restores, and the next step could not connect.
struct PostgresSource {
    static let globalsFile = "globals.sql"
    static let passwordsFile = "passwords.sql"
    static let dumpEnding = ".dump"

    /// What an interrupted `DROP DATABASE` leaves: nobody can connect to it, and it can only be dropped.
    private static let invalidLimit = "-2"

    private let server: PostgresConnection
    /// A database that can be connected to for what concerns all of them.
    private let anyDatabase: String

    static func run(_ report: inout RunReport) throws {
        let scratch = try Files.makeScratchFolder()
        defer { Files.removeTree(scratch) }
        try Source.run(&report) { omissions, report in
            let named = Settings.list("QM_PG_DATABASES")
            let source = try PostgresSource(named: named, scratch: scratch, report: &report)
            if named.isEmpty {
                try source.dumpAll(&omissions)
            } else {
                for database in named { try source.dump(database) }
            }
            if Settings.text("QM_PG_GLOBALS") ?? "true" == "true" { try source.dumpGlobals(&omissions) }
        }
    }

    /// Finds out what server it is, and which programs dump it.
    private init(named: [String], scratch: String, report: inout RunReport) throws {
        let installed = try PostgresInstallation.majors(having: "pg_dump")
        let newest = PostgresInstallation.folder(major: installed.max() ?? 0)
        let first = try PostgresConnection.ofPolicy(folder: newest, scratch: scratch)
        let (answer, database) = try Self.version(of: first, named)
        guard let server = PostgresPrograms.major(versionNumber: answer) else {
            throw AgentFailure("the server is older than PostgreSQL 10 (\(answer)): nothing here dumps it")
        }
        let choice = try PostgresPrograms.forDump(server: server, installed: installed)
        report.finding = choice.finding
        Log.say("the server is PostgreSQL \(server); the programs of \(choice.major) dump it")
        self.server = PostgresConnection(
            folder: PostgresInstallation.folder(major: choice.major), environment: first.environment)
        anyDatabase = database
    }

    /// Not every user may connect to `postgres`, and it may have been dropped: then the first database that is named
    /// tells.
    private static func version(of server: PostgresConnection, _ named: [String]) throws -> (String, String) {
        func ask(_ database: String) throws -> (String, String) {
            let fields = try server.fields(
                of: "SHOW server_version_num", on: database, orFail: "the server could not be asked")
            return (fields.first ?? "", database)
        }
        guard let other = named.first, other != "postgres" else { return try ask("postgres") }
        do {
            return try ask("postgres")
        } catch {
            try Stop.check()
            return try ask(other)
        }
    }

    /// One database that can't be dumped is no reason to lose the others.
    private func dumpAll(_ omissions: inout Source.Omissions) throws {
        let fields = try server.fields(
            of:
                "SELECT datname, datconnlimit FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname",
            on: anyDatabase, orFail: "the databases could not be listed")
        let databases = stride(from: 0, to: fields.count - 1, by: 2).map { (name: fields[$0], limit: fields[$0 + 1]) }
        var dumped = 0
        var lastFailure: AgentFailure?
        for (database, limit) in databases {
            guard limit != Self.invalidLimit else {
                omissions.add("database \(database) is invalid, because dropping it was interrupted: drop it")
                continue
            }
            do {
                try dump(database)
                dumped += 1
            } catch let failure as AgentFailure {
                try Stop.check()
                Files.removeTree(Source.part(ArtifactFileName.encode(database)))
                // A server that is gone is another matter: the next attempt may get all of them.
                _ = try server.fields(of: "SELECT 1", on: anyDatabase, orFail: failure.description)
                omissions.add(failure.description)
                lastFailure = failure
            }
        }
        guard dumped > 0 else { throw lastFailure ?? AgentFailure("the server has no database that can be dumped") }
    }

    private func dump(_ database: String) throws {
        let file = ArtifactFileName.encode(database)
        Log.say("dumping \(database)")
        try server.program(
            "pg_dump",
            [
                "-w", "-Fc", "--lock-wait-timeout=5min", "-f", Source.part(file), "-d",
                PostgresText.connection(to: database),
            ]
        ).text(orFail: "database \(database) could not be dumped")
        // `--list` is content with half a dump; reading all of it is not.
        try server.program("pg_restore", ["-f", "/dev/null", Source.part(file)])
            .text(orFail: "the dump of \(database) can't be read back")
        try Source.finish(file, as: Self.dumpEnding)
    }

    private func dumpGlobals(_ omissions: inout Source.Omissions) throws {
        let file = Self.globalsFile
        try server.program(
            "pg_dumpall",
            [
                "-w", "--globals-only", "--no-role-passwords", "-l", PostgresText.connection(to: anyDatabase), "-f",
                Source.part(file),
            ]
        ).text(orFail: "the roles could not be dumped")
        let lines = (Files.text(Source.part(file)) ?? "").split(separator: "\n")
        guard lines.suffix(6).contains(where: { $0.contains("dump complete") }) else {
            throw AgentFailure("the dump of the roles is cut off")
        }
        try Source.finish(file)
        try dumpPasswords(&omissions)
    }

    /// The hashes that the server has, as statements that give each role its password again.
    private func dumpPasswords(_ omissions: inout Source.Omissions) throws {
        let statements: [String]
        do {
            statements = try server.fields(
                of: "SELECT format('ALTER ROLE %I PASSWORD %L;', rolname, rolpassword) FROM pg_authid "
                    + "WHERE rolpassword IS NOT NULL AND rolname !~ '^pg_' ORDER BY rolname",
                on: anyDatabase,
                orFail: "the passwords of the roles could not be read (let a superuser do it, or set globals: false)")
        } catch let failure as AgentFailure {
            try Stop.check()
            omissions.add(failure.description)
            return
        }
        guard !statements.isEmpty else { return }
        let text = "-- The last step of a restore: passwords as they were, also that of the user that restores.\n"
        try Files.write(text + statements.joined(separator: "\n") + "\n", to: Source.part(Self.passwordsFile))
        try Source.finish(Self.passwordsFile)
    }
}
