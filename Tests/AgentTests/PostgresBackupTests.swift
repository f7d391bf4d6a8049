import Foundation
import Support
import Testing

@Suite("Backups of PostgreSQL by the agent", .onThreadsOfItsOwn)
struct PostgresBackupTests {
    @Test("A dump is stored, read back, pruned by retention, and comes back row by row")
    func wholeWay() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let s3 = try S3Server()
        defer { s3.stop() }
        let sandbox = try Sandbox()
        try server.query("CREATE DATABASE shop")
        try server.query(
            "CREATE TABLE orders AS SELECT i AS id, md5(i::text) AS note FROM generate_series(1, 5000) i", on: "shop")
        try sandbox.recordArguments(of: "rclone")
        let record = "echo \"$0 $*\" >>\(sandbox.path("arguments"))\nexec $real \"$@\"\n"
        let programs = try sandbox.postgresPrograms(
            [Sandbox.postgresMajor()], shims: ["pg_dump": record, "psql": record, "pg_dumpall": record])

        var artifacts: [String] = []
        for _ in 0..<2 {
            let source = try sandbox.run(
                "source-postgres", server.source(sandbox, databases: "shop").merging(programs) { $1 })
            try #require(source.result == "Succeeded", "\(source.all)")
            #expect(
                sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "globals.sql", "passwords.sql", "shop.dump"])
            let stored = try sandbox.deliver(s3.destination(sandbox))
            try #require(stored.result == "Succeeded", "\(stored.all)")
            #expect(stored.string("verified") == "read" && stored.string("pruned") == "Done")
            #expect(stored.number("sizeBytes") == source.number("sizeBytes"))
            artifacts.append(try #require(stored.string("artifact")))
            // The second of one day takes the place of the first.
            #expect(stored.number("count") == 1 && stored.string("oldest") == artifacts.last)
            for text in [source.all, stored.all, try sandbox.recordedArguments()] {
                #expect(!text.contains(server.password) && !text.contains("s3-secret-482913"))
            }
            untilTheNextSecond()
        }
        let others = try s3.list().filter { !$0.contains(artifacts[1]) }
        #expect(others.allSatisfy { $0.hasSuffix("/owner.json") }, "\(others)")

        try s3.download(to: sandbox.path("restore"))
        try server.query("CREATE DATABASE again")
        try Sandbox.tool(
            "pg_restore", ["-d", "again", "--exit-on-error", sandbox.path("restore/\(artifacts[1])/shop.dump")],
            environment: server.environment)
        let rows = "SELECT count(*), md5(string_agg(id || note, ',' ORDER BY id)) FROM orders"
        #expect(try server.query(rows, on: "again") == server.query(rows, on: "shop"))
    }

    @Test("A wrong database name fails, leaves no artifact, and nothing is pruned in thirty days of it")
    func wrongDatabase() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let folder = try sandbox.localDestination()
        try server.query("CREATE DATABASE shop")
        let good = try sandbox.run("source-postgres", server.source(sandbox, databases: "shop"))
        try #require(good.result == "Succeeded", "\(good.all)")
        let stored = try sandbox.deliver(folder)
        try #require(stored.result == "Succeeded", "\(stored.all)")

        for day in 0..<30 {
            // Half of the days with one database that is there.
            let databases = day % 2 == 0 ? "nowhere" : "shop\nnowhere"
            let failed = try sandbox.run("source-postgres", server.source(sandbox, databases: databases))
            #expect(failed.status == 1 && failed.result == "Failed")
            #expect(failed.message.contains(#"database "nowhere" does not exist"#), "\(failed.all)")
            #expect(sandbox.files(in: "staging/artifact").isEmpty)
            guard day % 10 == 0 else { continue }
            let upload = try sandbox.deliver(folder)
            #expect(upload.status == 1 && upload.message == "the source left no complete artifact")
        }
        let artifact = try #require(stored.string("artifact"))
        #expect(
            sandbox.files(in: "remote/shop.nightly/db/\(artifact)") == [
                "SHA256SUMS", "globals.sql", "passwords.sql", "shop.dump",
            ])
    }

    @Test("Half a dump is noticed before anything is stored")
    func halfADump() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        try server.query("CREATE TABLE big AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i")
        // As a full disk that nobody reports, or a connection that ends quietly.
        let programs = try sandbox.postgresPrograms(
            [Sandbox.postgresMajor()],
            shims: [
                "pg_dump": #"""
                for argument; do [ "$previous" != -f ] || file=$argument; previous=$argument; done
                $real "$@" || exit
                truncate -s $(($(wc -c <"$file") / 2)) "$file"
                """#
            ])
        let failed = try sandbox.run(
            "source-postgres", server.source(sandbox, databases: "postgres").merging(programs) { $1 })
        #expect(failed.result == "Failed" && failed.message.contains("can't be read back"), "\(failed.all)")
        #expect(sandbox.files(in: "staging/artifact").isEmpty)
    }

    @Test("A killed run leaves nothing that looks whole, and the next one works")
    func killedRun() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let programs = try sandbox.postgresPrograms(
            [Sandbox.postgresMajor()],
            shims: ["pg_dump": "$real \"$@\" || exit\ntouch \(sandbox.path("dumped"))\nsleep 60 & wait"])
        let environment = try server.source(sandbox, databases: "postgres")
        let running = try sandbox.start("source-postgres", environment.merging(programs) { $1 })
        try eventually("the dump is written") { FileManager.default.fileExists(atPath: sandbox.path("dumped")) }
        running.killGroup()
        #expect(sandbox.files(in: "staging/artifact") == ["postgres.part"])
        #expect(!FileManager.default.fileExists(atPath: sandbox.path("staging/run/stamp")))

        let next = try sandbox.run("source-postgres", environment)
        #expect(next.result == "Succeeded", "\(next.all)")
        #expect(
            sandbox.files(in: "staging/artifact") == ["SHA256SUMS", "globals.sql", "passwords.sql", "postgres.dump"])
    }

    @Test("A wrong password is told without the password, a missing key by its name")
    func credentials() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        var environment = try server.source(sandbox, databases: "postgres")
        environment["QM_CREDENTIALS"] = try sandbox.credentials(
            "wrong", ["username": "admin", "password": "wr0ng-one"])
        let refused = try sandbox.run("source-postgres", environment)
        #expect(refused.message.contains("password authentication failed"), "\(refused.all)")
        #expect(!refused.all.contains("wr0ng-one"))
        environment["QM_CREDENTIALS"] = try sandbox.credentials("half", ["username": "admin"])
        environment["QM_SECRET"] = "db-credentials"
        let missing = try sandbox.run("source-postgres", environment)
        #expect(missing.string("reason") == "SecretMissing")
        #expect(missing.message == "Secret db-credentials is missing or has no key password")
    }
}
