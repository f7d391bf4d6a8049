internal import BackupModel
internal import Glibc
internal import KubeAPI

/// Restores the dumps of an artifact into a server of its own, in the steps that a restore has, and asks it the
/// policy's questions: roles, databases with all that they are, passwords.
struct PostgresDrill {
    private let server: ScratchPostgres
    private let scratch: String
    private let dumps: [String]
    private var findings: [String] = []

    static func run(_ report: inout RunReport) throws {
        let drill = try Drill(&report)
        let files = Files.names(in: Settings.artifactFolder)
        let dumps = files.filter { $0.hasSuffix(PostgresSource.dumpEnding) }
        guard let first = dumps.first else { throw AgentFailure("the artifact \(report.artifact ?? "") holds no dump") }
        let major = try PostgresPrograms.forRestore(
            dump: try Self.dumpMajor("\(Settings.artifactFolder)/\(first)"),
            installed: try PostgresInstallation.majors(having: "initdb"))
        let scratch = try Files.makeScratchFolder()
        defer { Files.removeTree(scratch) }
        let server = try ScratchPostgres(major: major, data: Drill.scratch, socketFolder: scratch)
        defer { server.stop() }
        var restore = PostgresDrill(server: server, scratch: scratch, dumps: dumps)
        try restore.restore()
        try restore.ask()
        report.finding = restore.findings.isEmpty ? nil : restore.findings.joined(separator: "; ")
        try drill.pass(&report)
    }

    private static func dumpMajor(_ dump: String) throws -> Int {
        let newest = try PostgresInstallation.majors(having: "pg_restore").max() ?? 0
        let listing = try Program("\(PostgresInstallation.folder(major: newest))/pg_restore", ["--list", dump])
            .text(orFail: "the dump \(dump) can't be restored")
        guard let major = PostgresPrograms.dumpMajor(listing: listing) else {
            throw AgentFailure("the dump \(dump) does not say which PostgreSQL has written it")
        }
        return major
    }

    private init(server: ScratchPostgres, scratch: String, dumps: [String]) {
        self.server = server
        self.scratch = scratch
        self.dumps = dumps
    }

    private func path(_ file: String) -> String { "\(Settings.artifactFolder)/\(file)" }
    private func database(of dump: String) -> String {
        ArtifactFileName.decode(dump.dropLast(PostgresSource.dumpEnding.count))
    }

    private mutating func restore() throws {
        let globals = Files.text(path(PostgresSource.globalsFile))
        if let globals { try restore(globals: globals) }
        for dump in dumps { try restore(dump, withOwners: globals != nil) }
        if Files.exists(path(PostgresSource.passwordsFile)) {
            try server.connection.program(
                "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", path(PostgresSource.passwordsFile)]
            )
            .text(orFail: "the passwords of the roles can't be restored")
        }
    }

    private mutating func restore(globals: String) throws {
        try makeTablespaces(PostgresText.tablespaces(in: globals))
        let file = "\(scratch)/globals.sql"
        try Files.write(PostgresText.withoutTablespaceFolders(globals), to: file, mode: 0o600)
        let ending = try server.connection.program("psql", ["-X", "-q", "-f", file]).run { _ in }
        // Some settings are those of extensions that are not here; the databases show what is missing.
        let errors = ending.messages.split(separator: "\n").filter {
            $0.contains("ERROR:") && !$0.contains("already exists")
        }
        guard ending.status == 0 else { throw AgentFailure("the roles can't be restored", ending) }
        if let first = errors.first {
            findings.append("\(errors.count) statements of globals.sql failed, first: \(first)")
        }
    }

    /// A tablespace is a folder of the host; here it is one of the scratch server.
    private func makeTablespaces(_ names: [String]) throws {
        let known = Set(
            try server.connection.fields(
                of: "SELECT spcname FROM pg_tablespace", on: "template1", orFail: "no tablespaces"))
        for (index, name) in names.enumerated() where !known.contains(name) {
            let folder = "\(scratch)/tablespace-\(index)-\(known.count)"
            try Files.makeFolder(folder, mode: 0o700)
            let sql = "CREATE TABLESPACE \(PostgresText.identifier(name)) LOCATION '\(folder)'"
            try server.connection.program("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "template1", "-c", sql])
                .text(orFail: "the tablespace \(name) could not be made")
        }
    }

    private mutating func restore(_ dump: String, withOwners: Bool) throws {
        let database = database(of: dump)
        Log.say("restoring \(database)")
        // Without the roles nobody is there to own or to be granted anything.
        let owners = withOwners ? [] : ["--no-owner", "--no-privileges"]
        if !withOwners { try prepare(for: dump) }
        // The one that every server has is replaced.
        let replaced = database == "postgres" ? ["--clean", "--if-exists"] : []
        let ending = try server.connection.program(
            "pg_restore", ["--exit-on-error", "--create"] + replaced + owners + ["-d", "template1", path(dump)]
        ).run { _ in }
        if ending.status == 0 { return }
        guard ending.messages.contains("locale") else {
            throw AgentFailure("the dump of \(database) can't be restored", ending)
        }
        // The image does not have every locale, and the host of a restore has the one that the database had.
        try restoreWithoutLocale(dump, database, owners)
    }

    private mutating func restoreWithoutLocale(_ dump: String, _ database: String, _ owners: [String]) throws {
        let connection = PostgresText.connection(to: database)
        try server.connection.program("createdb", ["--template", "template0", "--encoding", "UTF8", "--", database])
            .text(orFail: "the database \(database) could not be made")
        try server.connection.program("pg_restore", ["--exit-on-error"] + owners + ["-d", connection, path(dump)])
            .text(orFail: "the dump of \(database) can't be restored")
        findings.append("the image does not know the locale of \(database): it was restored without it")
    }

    /// What the dump needs of the server besides owners: its own roles have settings in it.
    private func prepare(for dump: String) throws {
        let sql = try server.connection.program("pg_restore", ["--create", "--schema-only", "-f", "-", path(dump)])
            .text(orFail: "the dump of \(database(of: dump)) can't be restored")
        try makeTablespaces(PostgresText.tablespaces(in: sql))
        let known = Set(
            try server.connection.fields(of: "SELECT rolname FROM pg_roles", on: "template1", orFail: "no roles"))
        for role in PostgresText.rolesWithSettings(in: sql) where !known.contains(role) {
            let statement = "CREATE ROLE \(PostgresText.identifier(role))"
            try server.connection.program(
                "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "template1", "-c", statement]
            )
            .text(orFail: "the role \(role) could not be made")
        }
    }

    private func ask() throws {
        let count = try Settings.number("QM_QUERIES") ?? 0
        for number in 1..<max(1, count + 1) {
            let sql = try Settings.required("QM_SQL_\(number)")
            let expected = Settings.text("QM_EXPECT_\(number)") ?? ""
            let named = Settings.text("QM_DATABASE_\(number)")
            guard let database = named ?? (dumps.count == 1 ? database(of: dumps[0]) : nil) else {
                throw AgentFailure("query \(number) needs a database: the artifact holds \(dumps.count) of them")
            }
            let arguments = [
                "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", PostgresText.connection(to: database), "-c", sql,
            ]
            var answer = try server.connection.program("psql", arguments)
                .text(orFail: "query \(number) could not be answered by the restored \(database)")
            while answer.last?.isNewline == true { answer.removeLast() }
            guard answer == expected else {
                throw AgentFailure(
                    "query \(number) found \"\(answer.cut(toBytes: 200))\" in the restored \(database), not \"\(expected)\""
                )
            }
        }
    }
}
