import Foundation
import Glibc
import Testing

/// A PostgreSQL server on a free port of the loopback.
final class PostgresServer: Sendable {
    let port: Int
    let password = "pg-secret-\(UInt32.random(in: 100_000...999_999))"
    private let folder: URL
    private let process: Running

    /// - Parameter programs: the folder of its programs; without one those of the distribution.
    init(programs: String? = nil) throws {
        port = try freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "qm-pg-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try password.write(to: folder.appending(path: "pw"), atomically: true, encoding: .utf8)
        let programs = try programs ?? Self.programs()
        // The server refuses to run as root.
        let user = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"]
        if getuid() == 0 { try Sandbox.tool("chown", ["-R", "postgres:postgres", folder.path]) }
        try Sandbox.tool(
            user[0],
            Array(user.dropFirst()) + [
                "\(programs)/initdb", "-D", "\(folder.path)/data", "-U", "admin", "-A", "scram-sha-256", "--pwfile",
                "\(folder.path)/pw", "--no-sync", "-E", "UTF8",
            ])
        process = try Running(
            "/usr/bin/env",
            user + [
                "\(programs)/postgres", "-D", "\(folder.path)/data", "-p", String(port), "-k", folder.path, "-c",
                "listen_addresses=127.0.0.1", "-c", "fsync=off",
            ], environment: ["PATH": "/usr/bin:/bin:/usr/sbin", "LC_ALL": "C"],
            log: FileManager.default.temporaryDirectory.appending(path: "qm-pg-\(port).log").path)
        try eventually("PostgreSQL answers") { (try? query("SELECT 1")) == "1\n" }
    }

    /// To be deferred by the test: the server must live longer than its last mention.
    func stop() {
        // SIGINT ends the connections that are open too.
        kill(process.id, SIGINT)
        process.wait()
        try? FileManager.default.removeItem(at: folder)
    }

    static func programs() throws -> String {
        let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").sorted()
        return "/usr/lib/postgresql/\(try #require(versions.last))/bin"
    }

    /// The programs of another major than the distribution's, where the machine has a package of them.
    static let otherPrograms: String? = {
        let folder = Sandbox.root.appending(path: ".build/postgres/pgserver/pginstall/bin").path
        return FileManager.default.isExecutableFile(atPath: folder + "/postgres") ? folder : nil
    }()

    var environment: [String: String] {
        ["PGPASSWORD": password, "PGHOST": "127.0.0.1", "PGPORT": String(port), "PGUSER": "admin"]
    }

    @discardableResult
    func query(_ sql: String, on database: String = "postgres") throws -> String {
        try Sandbox.tool(
            "psql", ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
            environment: environment)
    }

    /// What the source's container gets.
    func source(_ sandbox: Sandbox, databases: String) throws -> [String: String] {
        [
            "QM_CREDENTIALS": try sandbox.credentials("pg", ["username": "admin", "password": password]),
            "QM_PG_HOST": "127.0.0.1", "QM_PG_PORT": String(port), "QM_PG_SSLMODE": "disable",
            "QM_PG_DATABASES": databases,
        ]
    }
}

/// An S3 server with one bucket `backups`.
final class S3Server: Sendable {
    let port: Int
    private let process: Running

    init() throws {
        port = try freePort()
        process = try Running(
            Sandbox.moto, ["-H", "127.0.0.1", "-p", String(port)], environment: ["PATH": "/usr/bin:/bin"],
            log: FileManager.default.temporaryDirectory.appending(path: "qm-s3-\(port).log").path)
        try eventually("the S3 server answers", within: 60) {
            (try? Sandbox.tool("curl", ["-sf", "-X", "PUT", "http://127.0.0.1:\(port)/backups"])) != nil
        }
    }

    /// To be deferred by the test: the server must live longer than its last mention.
    func stop() {
        process.terminate()
        process.wait()
    }

    func destination(_ sandbox: Sandbox) throws -> [String: String] {
        [
            "QM_KIND": "s3", "QM_DESTINATION": "bucket", "QM_REMOTE": "TARGET:backups/prod/shop.nightly",
            "QM_S3_ENDPOINT": "http://127.0.0.1:\(port)", "QM_S3_REGION": "us-east-1", "QM_S3_PATH_STYLE": "true",
            "QM_CREDENTIALS": try sandbox.credentials(
                "s3", ["AWS_ACCESS_KEY_ID": "AKIATESTTEST", "AWS_SECRET_ACCESS_KEY": "s3-secret-482913"]),
        ]
    }

    /// Downloads all that is there.
    func download(to folder: String) throws {
        try Sandbox.tool("rclone", ["copy", "S:backups/prod/shop.nightly/db", folder], environment: remote)
    }

    func list() throws -> [String] {
        try Sandbox.tool("rclone", ["lsf", "-R", "--files-only", "S:backups"], environment: remote)
            .split(separator: "\n").map(String.init)
    }

    /// The environment of an rclone that names the server `S`.
    var remote: [String: String] {
        [
            "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_S_TYPE": "s3", "RCLONE_CONFIG_S_PROVIDER": "Other",
            "RCLONE_CONFIG_S_ENDPOINT": "http://127.0.0.1:\(port)", "RCLONE_CONFIG_S_ACCESS_KEY_ID": "AKIATESTTEST",
            "RCLONE_CONFIG_S_SECRET_ACCESS_KEY": "s3-secret-482913", "RCLONE_CONFIG_S_FORCE_PATH_STYLE": "true",
        ]
    }
}
