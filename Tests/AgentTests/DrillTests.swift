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

        untilTheNextSecond()
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
}
