import Foundation
import Support
import Testing

@Suite("Servers and databases of PostgreSQL that are not as one expects", .onThreadsOfItsOwn)
struct PostgresSourceTests {
    private func run(_ sandbox: Sandbox, _ server: PostgresServer, _ databases: String, _ more: [String: String]) throws
        -> Report
    {
        try sandbox.run("source-postgres", server.source(sandbox, databases: databases).merging(more) { $1 })
    }

    @Test(
        "A server is dumped by the programs of its own major; by newer ones only where those are not there, and says so"
    )
    func majors() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let major = try Sandbox.postgresMajor()
        let shims = ["pg_dump": "echo $major >>\(sandbox.path("majors"))\nexec $real \"$@\"\n"]
        let programs = try sandbox.postgresPrograms([major - 1, major, major + 1], shims: shims)
        let own = try run(sandbox, server, "postgres", programs)
        #expect(own.result == "Succeeded" && own.string("finding") == nil, "\(own.all)")

        try FileManager.default.removeItem(atPath: sandbox.path("pg/\(major)"))
        let newer = try run(sandbox, server, "postgres", programs)
        #expect(newer.result == "Succeeded", "\(newer.all)")
        #expect(newer.string("finding")?.contains("needs a server of \(major + 1) or newer") == true, "\(newer.all)")
        try FileManager.default.removeItem(atPath: sandbox.path("pg/\(major + 1)"))
        let none = try run(sandbox, server, "postgres", programs)
        #expect(none.message.contains("it has those of \(major - 1)"), "\(none.all)")
        #expect(
            try String(contentsOfFile: sandbox.path("majors"), encoding: .utf8)
                == "\(major)\n\(major + 1)\n")
    }

    @Test("One invalid database is named and does not keep the others from being stored; named itself, it fails")
    func invalidDatabase() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        for name in ["broken", "refused", "shop"] { try server.query("CREATE DATABASE \(name)") }
        // What an interrupted DROP DATABASE leaves.
        try server.query("UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'broken'")
        try server.query("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", on: "refused")
        try server.query("UPDATE pg_proc SET prolang = 4711 WHERE proname = 'f'", on: "refused")
        let all = try run(sandbox, server, "", [:])
        #expect(all.result == "Partial" && all.status == 0, "\(all.all)")
        #expect(all.message.contains("database broken is invalid"), "\(all.all)")
        #expect(all.message.contains("database refused could not be dumped"), "\(all.all)")
        #expect(
            sandbox.files(in: "staging/artifact") == [
                "SHA256SUMS", "globals.sql", "passwords.sql", "postgres.dump", "shop.dump",
            ])
        let named = try run(sandbox, server, "shop\nrefused", [:])
        #expect(named.result == "Failed" && sandbox.files(in: "staging/artifact").isEmpty, "\(named.all)")
    }

    @Test("Names that files, options, patterns and connection strings are made of come back from a drill")
    func names() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let names = [
            "-x", "a/b", "back\\slash", "brackets[0]*", "host=nowhere", "line\nend", ".dot", "per%63ent", "büro",
            "\"q'",
        ]
        for name in names {
            let identifier = "\"" + name.replacing("\"", with: "\"\"") + "\""
            try server.query("CREATE DATABASE \(identifier)")
            let connection = "dbname='" + name.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
            try server.query("CREATE TABLE t AS SELECT \(name.utf8.count) AS n", on: connection)
        }
        let source = try run(sandbox, server, "", [:])
        try #require(source.result == "Succeeded", "\(source.all)")
        let files = sandbox.files(in: "staging/artifact")
        #expect(
            files.count == names.count + 4 && files.contains("a%2Fb.dump") && files.contains("line%0Aend.dump"),
            "\(files)")
        let stored = try sandbox.deliver(sandbox.localDestination())
        #expect(stored.result == "Succeeded", "\(stored.all)")
        let fetched = try sandbox.run("fetch", sandbox.localDestination())
        #expect(fetched.result == "Succeeded", "\(fetched.all)")
        var queries = ["QM_QUERIES": String(names.count)]
        for (index, name) in names.enumerated() {
            queries["QM_SQL_\(index + 1)"] = "SELECT n FROM t"
            queries["QM_EXPECT_\(index + 1)"] = String(name.utf8.count)
            queries["QM_DATABASE_\(index + 1)"] = name
        }
        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        let drill = try sandbox.run("drill-postgres", queries, as: getuid() == 0 ? "postgres" : nil)
        #expect(drill.result == "Succeeded", "\(drill.all)")
    }

    @Test(
        "A signal ends a dump at once, with a report and without an artifact; line ends of a Secret are no part of it")
    func stopped() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        var environment = try server.source(sandbox, databases: "postgres")
        environment["QM_CREDENTIALS"] = try sandbox.credentials(
            "crlf", ["username": "admin\r\n", "password": "\(server.password)\n"])
        let shims = ["pg_dump": "$real \"$@\" || exit\ntouch \(sandbox.path("dumped"))\nsleep 300\n"]
        environment.merge(try sandbox.postgresPrograms([Sandbox.postgresMajor()], shims: shims)) { $1 }
        let running = try sandbox.start("source-postgres", environment)
        try eventually("the dump is written") { FileManager.default.fileExists(atPath: sandbox.path("dumped")) }
        running.terminate()
        let report = try sandbox.report(of: running, within: 5)
        #expect(report.status == 1 && report.string("reason") == "Stopped", "\(report.all)")
        #expect(sandbox.files(in: "staging/artifact").isEmpty && sandbox.files(in: "tmp").isEmpty)
    }
}
