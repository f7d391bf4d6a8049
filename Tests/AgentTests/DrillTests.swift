import Foundation
import Glibc
import Support
import Testing

@Suite("Drills and checks by the agent", .onThreadsOfItsOwn)
struct DrillTests {
    private static let query = [
        "QM_QUERIES": "2", "QM_SQL_1": "SELECT count(*) FROM orders", "QM_EXPECT_1": "5000",
        "QM_SQL_2": "SELECT id, note FROM orders WHERE note = 'planted'", "QM_EXPECT_2": "4711|planted",
        "QM_DATABASE_2": "shop",
    ]

    /// PostgreSQL does not run as root: where the tests do, the agent runs as its user.
    private func drill(_ sandbox: Sandbox, _ environment: [String: String]) throws -> Report {
        if getuid() == 0 { try Sandbox.tool("chmod", ["-R", "a+rwX", sandbox.folder.path]) }
        return try sandbox.run(
            "drill-postgres", environment, as: getuid() == 0 ? "postgres" : nil)
    }

    @Test(
        "A drill restores the newest dump from where it is stored, finds the planted row, and fails when one is missing"
    )
    func postgres() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let s3 = try S3Server()
        defer { s3.stop() }
        let sandbox = try Sandbox()
        try server.query("CREATE DATABASE shop")
        try server.query("CREATE ROLE seller LOGIN PASSWORD 'x'")
        try server.query(
            """
            CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS note FROM generate_series(1, 5000) i;
            UPDATE orders SET note = 'planted' WHERE id = 4711; ALTER TABLE orders OWNER TO seller
            """, on: "shop")
        func backup() throws -> String {
            let source = try sandbox.run("source-postgres", server.source(sandbox, databases: "shop"))
            try #require(source.result == "Succeeded", "\(source.all)")
            let stored = try sandbox.deliver(s3.destination(sandbox))
            try #require(stored.result == "Succeeded", "\(stored.all)")
            return try #require(stored.string("artifact"))
        }
        func fetch() throws {
            try FileManager.default.removeItem(atPath: sandbox.path("staging"))
            try FileManager.default.createDirectory(atPath: sandbox.path("staging"), withIntermediateDirectories: true)
            let fetched = try sandbox.run("fetch", s3.destination(sandbox))
            try #require(fetched.result == "Succeeded", "\(fetched.all)")
        }
        let artifact = try backup()
        try fetch()
        let passed = try drill(sandbox, Self.query)
        #expect(passed.result == "Succeeded" && passed.string("artifact") == artifact, "\(passed.all)")
        #expect(sandbox.files(in: "staging") == ["artifact", "run"])
        let slow = try drill(sandbox, Self.query.merging(["QM_MAX_SECONDS": "0"]) { $1 })
        #expect(slow.result == "Failed" && slow.message.contains("more than maxDuration"), "\(slow.all)")

        usleep(1_100_000)
        try server.query("DELETE FROM orders WHERE id = 4711", on: "shop")
        _ = try backup()
        try fetch()
        let missing = try drill(sandbox, Self.query)
        #expect(missing.result == "Failed" && missing.status == 1, "\(missing.all)")
        #expect(missing.message.contains(#"query 1 found "4999" in the restored shop, not "5000""#), "\(missing.all)")

        // A dump that is not whole does not pass, whatever is asked.
        try Sandbox.tool("truncate", ["-s", "-3000", sandbox.path("staging/artifact/shop.dump")])
        let half = try drill(sandbox, ["QM_QUERIES": "0"])
        #expect(half.result == "Failed" && half.message.contains("can't be restored"), "\(half.all)")
    }

    @Test("Every database and no roles: the dumps are restored without their owners, and a query names its database")
    func allDatabases() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        try server.query("CREATE ROLE owner")
        for name in ["a db", "O'Brien"] {
            try server.query("CREATE DATABASE \"\(name)\"")
            try server.query("CREATE TABLE t AS SELECT '\(name.count)' AS n; ALTER TABLE t OWNER TO owner", on: name)
        }
        let source = try sandbox.run(
            "source-postgres",
            server.source(sandbox, databases: "").merging(["QM_PG_GLOBALS": "false"]) { $1 })
        try #require(source.result == "Succeeded", "\(source.all)")
        #expect(
            sandbox.files(in: "staging/artifact") == ["O'Brien.dump", "SHA256SUMS", "a db.dump", "postgres.dump"])
        let folder = try sandbox.resticDestination()
        let stored = try sandbox.deliver(folder)
        try #require(stored.result == "Succeeded", "\(stored.all)")
        let fetched = try sandbox.run("fetch", folder)
        try #require(fetched.result == "Succeeded", "\(fetched.all)")
        let passed = try drill(
            sandbox,
            [
                "QM_QUERIES": "1", "QM_SQL_1": "SELECT n FROM t", "QM_EXPECT_1": "7", "QM_DATABASE_1": "O'Brien",
            ])
        #expect(passed.result == "Succeeded", "\(passed.all)")
        let unnamed = try drill(sandbox, ["QM_QUERIES": "1", "QM_SQL_1": "SELECT 1", "QM_EXPECT_1": "1"])
        #expect(unnamed.message.contains("query 1 needs a database"), "\(unnamed.all)")
    }

    /// A volume of two sources at one destination.
    private func store(_ sandbox: Sandbox, _ destination: [String: String]) throws {
        try sandbox.fillVolume()
        for source in ["db", "files"] {
            let name = ["QM_SOURCE": source]
            _ = try sandbox.run("source-pvc", sandbox.volumeSource.merging(name) { $1 })
            let stored = try sandbox.deliver(destination.merging(name) { $1 })
            try #require(stored.result == "Succeeded", "\(stored.all)")
        }
    }

    private static let check = ["QM_SOURCES": "db\nfiles\nnew", "QM_CHECK_PART": "1"]

    private func lists(_ report: Report) -> String {
        ["checked", "unsound"].map { "\($0) \(report.list($0))" }.joined(separator: ", ")
    }

    @Test("A check of objects reads the newest artifacts against their marks, and says which source is not sound")
    func checkObjects() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        try store(sandbox, destination)
        let check = destination.merging(Self.check) { $1 }
        let sound = try sandbox.run("check", check)
        #expect(sound.result == "Succeeded", "\(sound.all)")
        #expect(lists(sound) == #"checked ["db", "files"], unsound []"#)

        let files = sandbox.path("remote/shop.nightly/files")
        try Sandbox.tool(
            "sh", ["-c", "printf X | dd of=\"$(find \(files) -name data.tar)\" bs=1 seek=700 conv=notrunc"])
        let damaged = try sandbox.run("check", check)
        #expect(damaged.result == "Failed" && damaged.message.contains("data.tar was read back"), "\(damaged.all)")
        #expect(lists(damaged) == #"checked ["db"], unsound ["files"]"#)
        // Checksums that were made to fit are not those of the mark.
        try Sandbox.tool("sh", ["-c", "cd \(files)/*Z && sha256sum data.tar >SHA256SUMS"])
        let forged = try sandbox.run("check", check)
        #expect(forged.message.contains("the checksums are not those that were recorded"), "\(forged.all)")
    }

    @Test("A check of restic reads the eighth that is next, and finds a damaged repository")
    func checkRestic() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.resticDestination()
        try store(sandbox, destination)
        var parts: [Int?] = []
        for part in ["3", "8"] {
            let sound = try sandbox.run(
                "check", destination.merging(Self.check) { $1 }.merging(["QM_CHECK_PART": part]) { $1 })
            #expect(
                sound.result == "Succeeded" && lists(sound) == #"checked ["db", "files"], unsound []"#, "\(sound.all)")
            parts.append(sound.number("part"))
        }
        #expect(parts == [3, 8])
        // Packs of which one byte is another one.
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "chmod -R u+w \(sandbox.path("restic/data")); for f in $(find \(sandbox.path("restic/data")) -type f); do printf X | dd of=$f bs=1 seek=40 conv=notrunc 2>/dev/null; done",
            ])
        var found = false
        for part in 1...8 where !found {
            let report = try sandbox.run(
                "check", destination.merging(Self.check) { $1 }.merging(["QM_CHECK_PART": String(part)]) { $1 })
            #expect(report.result == "Succeeded" || report.message.contains("is not sound"), "\(report.all)")
            found = report.result == "Failed"
        }
        #expect(found, "eight checks have not found it")
    }

    @Test("A check of borg reads everything, and finds a damaged repository")
    func checkBorg() throws {
        let sandbox = try Sandbox()
        let destination = try sandbox.borgDestination()
        try store(sandbox, destination)
        let sound = try sandbox.run("check", destination.merging(Self.check) { $1 })
        #expect(sound.result == "Succeeded" && lists(sound) == #"checked ["db", "files"], unsound []"#, "\(sound.all)")
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "f=$(find \(sandbox.path("borg/data")) -type f -size +1k | sort -n | head -n 1); printf XXXX | dd of=$f bs=1 seek=600 conv=notrunc",
            ])
        let damaged = try sandbox.run("check", destination.merging(Self.check) { $1 })
        #expect(damaged.result == "Failed" && damaged.message.contains("the repository is not sound"), "\(damaged.all)")
    }
}
