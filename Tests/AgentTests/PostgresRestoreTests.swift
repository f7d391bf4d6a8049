import Foundation
import Glibc
import Support
import Testing

@Suite("Databases of PostgreSQL, from one server to another", .onThreadsOfItsOwn)
struct PostgresRestoreTests {
    private static let properties = """
        SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datconnlimit,
            (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a),
            shobj_description(d.oid, 'pg_database'), (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace),
            (SELECT array_agg(setconfig::text || coalesce(r.rolname, '-') ORDER BY r.rolname) FROM pg_db_role_setting s
             LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = d.oid)
        FROM pg_database d WHERE datname IN ('shop', 'postgres') ORDER BY 1
        """

    /// A database that differs from a new one in all that a database is.
    private func fill(_ server: PostgresServer, tablespace: String) throws {
        try server.query("CREATE ROLE seller LOGIN PASSWORD 'of-the-seller'")
        try server.query("CREATE ROLE reader")
        try server.query("CREATE TABLESPACE fast LOCATION '\(tablespace)'")
        try server.query(
            "CREATE DATABASE shop OWNER seller TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' TABLESPACE fast CONNECTION LIMIT 17"
        )
        try server.query(
            """
            COMMENT ON DATABASE shop IS 'it''s the shop'; REVOKE CONNECT ON DATABASE shop FROM PUBLIC;
            GRANT CONNECT ON DATABASE shop TO reader; ALTER DATABASE shop SET search_path = app, public;
            ALTER DATABASE shop SET timezone = 'Europe/Berlin'; ALTER ROLE reader IN DATABASE shop SET work_mem = '7MB';
            ALTER DATABASE postgres SET work_mem = '9MB'; COMMENT ON DATABASE postgres IS 'the first one'
            """)
        try server.query(
            "CREATE SCHEMA app; CREATE TABLE app.orders (id int) TABLESPACE fast; INSERT INTO app.orders VALUES (4711)",
            on: "shop")
    }

    /// A folder that the server may write to.
    private func tablespace(_ sandbox: Sandbox, _ name: String) throws -> String {
        let folder = sandbox.path(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try Sandbox.tool("chown", ["postgres", folder]) }
        try Sandbox.tool("chmod", ["a+rx", sandbox.folder.path])
        return folder
    }

    @Test("Restored in the printed steps, a database is what it was, and the password changes with the last step only")
    func wholeDatabase() throws {
        let old = try PostgresServer()
        defer { old.stop() }
        let new = try PostgresServer()
        defer { new.stop() }
        let sandbox = try Sandbox()
        let folder = try tablespace(sandbox, "fast")
        try fill(old, tablespace: folder)
        let source = try sandbox.run("source-postgres", old.source(sandbox, databases: ""))
        try #require(source.result == "Succeeded", "\(source.all)")
        #expect(
            sandbox.files(in: "staging/artifact") == [
                "SHA256SUMS", "globals.sql", "passwords.sql", "postgres.dump", "shop.dump",
            ])
        let want = try old.query(Self.properties)
        // The same folder on the host of the new server, empty.
        try old.query("DROP DATABASE shop")
        try old.query("DROP TABLESPACE fast")

        // Each step connects anew, as the user that has dumped, with the new server's password.
        let artifact = sandbox.path("staging/artifact")
        let steps = [
            "psql -X -d template1 -f globals.sql",
            "pg_restore --exit-on-error --create --clean --if-exists -d template1 postgres.dump",
            "pg_restore --exit-on-error --create -d template1 shop.dump", "psql -X -d template1 -f passwords.sql",
        ]
        for step in steps {
            try Sandbox.tool("sh", ["-c", "cd \(artifact) && \(step)"], environment: new.environment)
        }
        var environment = new.environment
        environment["PGPASSWORD"] = old.password
        func query(_ sql: String, _ database: String) throws -> String {
            try Sandbox.tool("psql", ["-X", "-A", "-t", "-q", "-d", database, "-c", sql], environment: environment)
        }
        #expect(try query(Self.properties, "postgres") == want)
        #expect(
            want.contains("17") && want.contains("LATIN1") && want.contains("fast") && want.contains("Europe/Berlin"))
        #expect(try query("SELECT id FROM orders", "shop") == "4711\n")
        environment["PGUSER"] = "seller"
        environment["PGPASSWORD"] = "of-the-seller"
        #expect(try query("SELECT current_user", "shop") == "seller\n")
    }

    @Test("A drill restores tablespaces and settings with the roles and without them", arguments: [true, false])
    func drill(withGlobals: Bool) throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        try fill(server, tablespace: tablespace(sandbox, "fast"))
        let source = try sandbox.run(
            "source-postgres",
            server.source(sandbox, databases: "shop\npostgres").merging(["QM_PG_GLOBALS": String(withGlobals)]) { $1 })
        try #require(source.result == "Succeeded", "\(source.all)")
        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        let drill = try sandbox.run(
            "drill-postgres",
            [
                "QM_QUERIES": "2",
                "QM_SQL_1": "SELECT id || current_setting('search_path') || $$ '$HOME'$$ FROM orders",
                "QM_EXPECT_1": "4711app, public '$HOME'", "QM_DATABASE_1": "shop", "QM_SQL_2": "SHOW work_mem",
                "QM_EXPECT_2": "9MB", "QM_DATABASE_2": "postgres",
            ], as: getuid() == 0 ? "postgres" : nil)
        #expect(drill.result == "Succeeded" && drill.string("finding") == nil, "\(drill.all)")
        #expect(sandbox.files(in: "staging") == ["artifact", "run"])
    }

    @Test(
        "A server of an older or a newer major is dumped, drilled and restored by the programs of its own",
        .enabled(if: PostgresServer.otherPrograms != nil, "no PostgreSQL of a second major"), arguments: [true, false])
    func twoMajors(isOther: Bool) throws {
        let programs = [try PostgresServer.programs(), try #require(PostgresServer.otherPrograms)]
        let own = programs[isOther ? 1 : 0]
        let old = try PostgresServer(programs: own)
        defer { old.stop() }
        let new = try PostgresServer(programs: own)
        defer { new.stop() }
        let sandbox = try Sandbox()
        var image: [String: String] = [:]
        for folder in programs {
            let version = try Sandbox.tool("\(folder)/postgres", ["--version"])
            let major = try #require(version.split(separator: " ").last?.split(separator: ".").first)
            try FileManager.default.createDirectory(
                atPath: sandbox.path("pg/\(major)"), withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: sandbox.path("pg/\(major)/bin"), withDestinationPath: folder)
            image["QM_PG_BIN_ROOT"] = sandbox.path("pg")
        }
        try #require(sandbox.files(in: "pg").count == 2)
        try old.query("CREATE DATABASE shop")
        try old.query("CREATE TABLE orders AS SELECT 4711 AS id", on: "shop")
        let source = try sandbox.run("source-postgres", old.source(sandbox, databases: "shop").merging(image) { $1 })
        try #require(source.result == "Succeeded" && source.string("finding") == nil, "\(source.all)")

        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        let version = "SHOW server_version_num"
        let drill = try sandbox.run(
            "drill-postgres",
            image.merging(["QM_QUERIES": "1", "QM_SQL_1": version, "QM_EXPECT_1": try trimmed(old.query(version))]) {
                $1
            }, as: getuid() == 0 ? "postgres" : nil)
        #expect(drill.result == "Succeeded" && drill.string("finding") == nil, "\(drill.all)")

        try Sandbox.tool(
            "\(own)/pg_restore",
            ["--exit-on-error", "--create", "-d", "template1", sandbox.path("staging/artifact/shop.dump")],
            environment: new.environment)
        #expect(try new.query("SELECT id FROM orders", on: "shop") == "4711\n")

        // With the programs of the other one alone, what can't be dumped fails, and what can tells who can read it.
        try FileManager.default.removeItem(
            atPath: sandbox.path("pg/\(try trimmed(old.query(version)).prefix(2))"))
        let other = try sandbox.run("source-postgres", old.source(sandbox, databases: "shop").merging(image) { $1 })
        if isOther {
            #expect(other.result == "Failed" && other.message.contains("it has those of"), "\(other.all)")
        } else {
            #expect(other.result == "Succeeded", "\(other.all)")
            #expect(other.string("finding")?.contains("or newer") == true, "\(other.all)")
        }
    }

    private func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }

    @Test("A locale that the image does not know is no reason to fail the drill, and is said")
    func locale() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        try server.query("CREATE DATABASE shop TEMPLATE template0 LOCALE 'C.UTF-8'")
        try server.query("CREATE TABLE orders AS SELECT 4711 AS id", on: "shop")
        let source = try sandbox.run("source-postgres", server.source(sandbox, databases: "shop"))
        try #require(source.result == "Succeeded", "\(source.all)")
        // As a dump from a host that has more locales.
        try Sandbox.tool("sed", ["-i", "s/C.UTF-8/x.UTF-8/", sandbox.path("staging/artifact/shop.dump")])
        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        let drill = try sandbox.run(
            "drill-postgres", ["QM_QUERIES": "1", "QM_SQL_1": "SELECT id FROM orders", "QM_EXPECT_1": "4711"],
            as: getuid() == 0 ? "postgres" : nil)
        #expect(drill.result == "Succeeded", "\(drill.all)")
        #expect(drill.string("finding")?.contains("the locale of shop") == true, "\(drill.all)")
    }

    @Test("An interrupted drill stops its server and leaves nothing")
    func stoppedDrill() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let source = try sandbox.run("source-postgres", server.source(sandbox, databases: "postgres"))
        try #require(source.result == "Succeeded", "\(source.all)")
        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        let running = try sandbox.start(
            "drill-postgres", ["QM_QUERIES": "1", "QM_SQL_1": "SELECT pg_sleep(300)", "QM_EXPECT_1": ""],
            as: getuid() == 0 ? "postgres" : nil)
        try eventually("the query runs") {
            sandbox.files(in: "staging/scratch").contains("postmaster.pid")
                && (try? Sandbox.tool("pgrep", ["-f", "SELECT pg_sleep.300."])) != nil
        }
        running.terminate()
        let report = try sandbox.report(of: running, within: 20)
        #expect(report.result == "Failed" && report.string("reason") == "Stopped", "\(report.all)")
        #expect(sandbox.files(in: "staging") == ["artifact", "run"] && sandbox.files(in: "tmp").isEmpty)
    }
}
