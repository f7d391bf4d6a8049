import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

/// The steps that `quartermaster backup restore` prints, done as they are printed.
@Suite("Restores as they are printed", .onThreadsOfItsOwn)
struct PrintedRestoreTests {
    /// A policy `shop/nightly` whose only destination `to` is that of the environment.
    private func policy(_ place: Place, _ destination: [String: String], source: String) throws -> BackupPolicy {
        let remote = destination["QM_REMOTE"]?.split(separator: ":", maxSplits: 1).map(String.init) ?? []
        // The policy's own folder comes with its name.
        let path = remote.last.map { String($0.dropLast("/shop.nightly".count)) } ?? ""
        let repository = destination["QM_REPOSITORY"] ?? ""
        let kind =
            switch place {
            case .rclone: "rclone: {remote: \(remote[0]), path: \(path)}"
            case .s3:
                "s3: {endpoint: \"\(destination["QM_S3_ENDPOINT"] ?? "")\", bucket: backups, prefix: prod, region: us-east-1, forcePathStyle: true}"
            case .restic: "restic: {repository: \"\(repository)\"}"
            case .borg, .ssh: "borg: {repository: \"\(repository)\"}"
            }
        let text = """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: shop}
            spec:
              schedule: 0 2 * * *
              sources: [{name: db, \(source)}]
              destinations: [{name: to, credentialsSecretRef: {name: s}, \(kind)}]
            """
        return try BackupPolicy(defaulting: DynamicObject(YAML.parseDocument(Array(text.utf8))))
    }

    /// Does the steps of a plan but the first, which reads the credentials from a cluster: they lie where it puts them, and its umask holds.
    private func restore(
        _ policy: BackupPolicy, at artifact: String, _ sandbox: Sandbox, _ destination: [String: String],
        steps: (RestorePlan) -> [RestorePlan.Step], environment: [String: String] = [:]
    ) throws {
        let folder = sandbox.path("a folder with blanks")
        try FileManager.default.createDirectory(atPath: folder + "/credentials", withIntermediateDirectories: true)
        let secret = try #require(destination["QM_CREDENTIALS"])
        try Sandbox.tool(
            "sh",
            [
                "-c",
                "umask 077; cp -r '\(secret)' '\(folder)/credentials/' && mv '\(folder)/credentials/'* '\(folder)/credentials/to' 2>/dev/null || true",
            ])
        let plan = try RestorePlan(of: policy, target: "db", at: artifact)
        let script = "set -e; umask 077\ncd '\(folder)'\n" + steps(plan).flatMap(\.lines).joined(separator: "\n") + "\n"
        try sandbox.write(script, to: "restore.sh")
        try Sandbox.tool(
            "bash", [sandbox.path("restore.sh")],
            environment: [
                "RESTIC_CACHE_DIR": sandbox.path("c"), "BORG_BASE_DIR": sandbox.path("b"),
                "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
            ].merging(environment) { $1 })
    }

    /// Those that bring the files of the artifact and compare them.
    private func fetching(_ plan: RestorePlan) -> [RestorePlan.Step] {
        plan.steps.filter { $0.title.hasPrefix("Fetch") || $0.title.hasPrefix("See that") }
    }

    @Test(
        "The files of an artifact come back, and those of another one into a folder of their own",
        arguments: Place.allCases)
    func files(place: Place) throws {
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            let policy = try policy(place, destination, source: "pvc: {claimName: data}")
            let stamps = [Sandbox.stamp(-200_000), Sandbox.stamp(-100)]
            for (index, stamp) in stamps.enumerated() {
                let stored = try sandbox.store("content \(index)\n", at: stamp, destination)
                try #require(stored.result == "Succeeded", "\(stored.all)")
            }
            for (index, stamp) in stamps.enumerated().reversed() {
                try restore(policy, at: stamp, sandbox, destination, steps: fetching)
                let file = sandbox.path("a folder with blanks/db-\(stamp)/data.tar")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "content \(index)\n")
            }
        }
    }

    @Test("Databases come back to another server, by every step", arguments: [Place.rclone, .restic, .borg])
    func databases(place: Place) throws {
        let old = try PostgresServer()
        defer { old.stop() }
        let new = try PostgresServer()
        defer { new.stop() }
        let sandbox = try Sandbox()
        try place.with(sandbox) { destination in
            try old.query("CREATE ROLE seller LOGIN PASSWORD 'of-the-seller'")
            try old.query("CREATE DATABASE \"the shop\" OWNER seller")
            try old.query("ALTER DATABASE \"the shop\" SET timezone = 'Europe/Berlin'")
            try old.query(
                "CREATE TABLE orders AS SELECT 4711 AS id; ALTER TABLE orders OWNER TO seller", on: "the shop")
            let source = try sandbox.run("source-postgres", old.source(sandbox, databases: ""))
            try #require(source.result == "Succeeded", "\(source.all)")
            let stored = try sandbox.deliver(destination)
            try #require(stored.result == "Succeeded", "\(stored.all)")
            let policy = try policy(
                place, destination,
                source:
                    "postgres: {host: 127.0.0.1, port: \(new.port), allDatabases: true, credentialsSecretRef: {name: p}}"
            )
            try restore(
                policy, at: #require(stored.string("artifact")), sandbox, destination,
                steps: { plan in
                    plan.steps.dropFirst().map { step in
                        // The superuser of the servers of the tests has another name.
                        var step = step
                        step.lines = step.lines.map { $0.replacing("PGUSER=postgres", with: "PGUSER=admin") }
                            .map {
                                $0.hasPrefix("grep '^CREATE TABLESPACE'")
                                    ? "\($0.split(separator: "#")[0]) || true" : $0
                            }
                        return step
                    }
                }, environment: ["PGPASSWORD": new.password, "PGSSLMODE": "disable"])
            // From the last step on passwords are those of before.
            func query(_ sql: String, as user: String, _ password: String) throws -> String {
                try Sandbox.tool(
                    "psql", ["-X", "-A", "-t", "-q", "-d", "the shop", "-c", sql],
                    environment: new.environment.merging(["PGUSER": user, "PGPASSWORD": password]) { $1 })
            }
            #expect(try query("SELECT id FROM orders", as: "seller", "of-the-seller") == "4711\n")
            #expect(try query("SHOW timezone", as: "admin", old.password) == "Europe/Berlin\n")
        }
    }
}
