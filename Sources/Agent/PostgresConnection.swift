internal import BackupModel
internal import Glibc

/// A server that the programs of PostgreSQL connect to.
struct PostgresConnection {
    /// Where the programs lie.
    var folder: String
    var environment: [String: String]

    /// The server of the policy, as the user of its Secret.
    ///
    /// - Parameters:
    ///   - scratch: a folder of this process alone. The password is in a file there: libpq refuses one that others may read,
    ///     and the mounted one is readable for the group.
    static func ofPolicy(folder: String, scratch: String) throws -> PostgresConnection {
        let user = try Secrets.required("username")
        let password = try Secrets.required("password")
        let passwordFile = "\(scratch)/pgpass"
        let fields = ["*", "*", "*", PostgresText.passwordField(user), PostgresText.passwordField(password)]
        try Files.write(fields.joined(separator: ":") + "\n", to: passwordFile, mode: 0o600)
        var environment = [
            "PGPASSFILE": passwordFile, "PGHOST": try Settings.required("QM_PG_HOST"),
            "PGPORT": try Settings.required("QM_PG_PORT"), "PGSSLMODE": try Settings.required("QM_PG_SSLMODE"),
            "PGUSER": user, "PGCONNECT_TIMEOUT": "30", "PGCLIENTENCODING": "UTF8",
            "PGAPPNAME": "quartermaster/\(Settings.text("QM_POLICY") ?? "")",
        ]
        if Secrets.bytes("ca.crt") != nil { environment["PGSSLROOTCERT"] = "\(Secrets.folder)/ca.crt" }
        return PostgresConnection(folder: folder, environment: environment)
    }

    func program(_ name: String, _ arguments: [String]) -> Program {
        var program = Program("\(folder)/\(name)", arguments)
        program.environment = environment
        return program
    }

    /// Asks one question; the answer's fields and rows have zero bytes after them, which no text can hold.
    func fields(of sql: String, on database: String, orFail purpose: String) throws -> [String] {
        let arguments = [
            "-w", "-X", "-A", "-t", "-z", "-0", "-v", "ON_ERROR_STOP=1", "-d", PostgresText.connection(to: database),
        ]
        let text = try program("psql", arguments + ["-c", sql]).text(orFail: purpose)
        return text.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
