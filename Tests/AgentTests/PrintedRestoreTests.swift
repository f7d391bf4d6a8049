import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

/// The steps that `quartermaster backup restore` prints, done as they are printed.
@Suite("Restores as they are printed", .onThreadsOfItsOwn)
struct PrintedRestoreTests {
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
            let policy = try destination.policy(at: place, source: "pvc: {claimName: data}")
            let stamps = [Sandbox.stamp(-200_000), Sandbox.stamp(-100)]
            for (index, stamp) in stamps.enumerated() {
                let stored = try sandbox.store("content \(index)\n", at: stamp, destination)
                try #require(stored.result == "Succeeded", "\(stored.all)")
            }
            for (index, stamp) in stamps.enumerated().reversed() {
                try sandbox.restore(policy, at: stamp, from: destination, steps: fetching)
                let file = sandbox.path("a folder with blanks/db-\(stamp)/data.tar")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "content \(index)\n")
            }
        }
    }

    @Test("Databases come back to another server, by every step", arguments: Place.allCases)
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
            let policy = try destination.policy(
                at: place,
                source:
                    "postgres: {host: 127.0.0.1, port: \(new.port), allDatabases: true, credentialsSecretRef: {name: p}}"
            )
            try sandbox.restore(
                policy, at: #require(stored.string("artifact")), from: destination,
                steps: { plan in
                    plan.steps.dropFirst().map { step in
                        // The superuser of the servers of the tests has another name.
                        var step = step
                        step.lines = step.lines.map { $0.replacing("PGUSER=postgres", with: "PGUSER=admin") }
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

    @Test("A restore ends at the first command that fails, and makes no database of what was not fetched")
    func firstError() throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let sandbox = try Sandbox()
        let destination = try sandbox.localDestination()
        let stamp = Sandbox.stamp(-100)
        let policy = try destination.policy(
            at: .rclone,
            source:
                "postgres: {host: 127.0.0.1, port: \(server.port), allDatabases: true, credentialsSecretRef: {name: p}}"
        )
        func databases() throws -> String {
            try Sandbox.tool(
                "psql", ["-X", "-A", "-t", "-d", "template1", "-c", "SELECT datname FROM pg_database ORDER BY 1"],
                environment: server.environment)
        }
        let before = try databases()
        func restore(_ chosen: @escaping (RestorePlan) -> [RestorePlan.Step]) throws {
            try sandbox.restore(
                policy, at: stamp, from: destination,
                steps: { plan in
                    chosen(plan).map { step in
                        var step = step
                        step.lines = step.lines.map { $0.replacing("PGUSER=postgres", with: "PGUSER=admin") }
                        return step
                    }
                }, environment: ["PGPASSWORD": server.password, "PGSSLMODE": "disable"])
        }
        // Nothing is stored there.
        #expect(throws: ToolFailure.self) { try restore { Array($0.steps.dropFirst()) } }
        // Whoever goes on all the same is told what is not restored.
        let databasesAlone = { (plan: RestorePlan) in
            plan.steps.filter { $0.title.hasPrefix("Name the server") || $0.title.hasPrefix("The databases") }
        }
        let failure = #expect(throws: ToolFailure.self) { try restore(databasesAlone) }
        #expect(failure?.description.contains("NOT RESTORED: db-\(stamp)/*.dump") == true)
        #expect(try databases() == before)
    }

    @Test("A volume comes back into a claim, by every step", arguments: Place.allCases)
    func volumes(place: Place) throws {
        let sandbox = try Sandbox()
        try sandbox.fillVolume()
        try place.with(sandbox) { destination in
            let source = try sandbox.run("source-pvc", sandbox.volumeSource)
            try #require(source.result == "Succeeded", "\(source.all)")
            let stored = try sandbox.deliver(destination)
            try #require(stored.result == "Succeeded", "\(stored.all)")
            // The claim is a folder, and the pod that mounts it at /data is this machine.
            try sandbox.write("older\n", to: "claim/plain.txt")
            try sandbox.shim(
                "kubectl",
                """
                echo "$*" >>\(sandbox.path("calls"))
                case $1 in
                    get) case $* in *pod-security*) echo restricted ;; esac ;;
                    apply) cat >\(sandbox.path("pod.yaml")) ;;
                    exec)
                        while [ "$1" != -- ]; do shift; done
                        shift
                        for word; do
                            shift
                            [ "$word" != /data ] || word=\(sandbox.path("claim"))
                            set -- "$@" "$word"
                        done
                        exec "$@" ;;
                esac

                """)
            try sandbox.restore(
                destination.policy(at: place, source: "pvc: {claimName: data}"),
                at: #require(stored.string("artifact")),
                from: destination, steps: { Array($0.steps.dropFirst()) })
            let differences = try Sandbox.tool(
                "rsync",
                ["-acni", "--delete", "--exclude", "/cache", sandbox.path("volume") + "/", sandbox.path("claim") + "/"])
            #expect(differences == "")
            let pod = try #require(
                YAML.parseDocument(Array(String(contentsOfFile: sandbox.path("pod.yaml"), encoding: .utf8).utf8)).object
            )
            let claim = pod["spec"]?["volumes"]?.array?.first?["persistentVolumeClaim"]?["claimName"]
            #expect(pod["kind"] == "Pod" && claim == "data")
            let calls = try String(contentsOfFile: sandbox.path("calls"), encoding: .utf8)
            #expect(
                calls.contains("wait -n shop") && calls.contains("delete pod -n shop --ignore-not-found restore-db\n"),
                "\(calls)")
            let levels = calls.split(separator: "\n").filter { $0.hasPrefix("label") }
                .map { $0.split(separator: "=").last }
            #expect(levels == ["baseline", "restricted"], "\(calls)")
        }
    }

    @Test("An etcd comes back to a server of K3s, by every step", arguments: Place.allCases)
    func etcd(place: Place) throws {
        let sandbox = try Sandbox()
        let etcd = try EtcdServer()
        defer { etcd.stop() }
        try etcd.control(["put", "/registry/test/a", "value"])
        let k3s = try K3s(sandbox, etcd: etcd)
        try place.with(sandbox) { destination in
            let source = try sandbox.run("source-etcd", k3s.source)
            try #require(source.result == "Succeeded", "\(source.all)")
            let stored = try sandbox.deliver(destination)
            try #require(stored.result == "Succeeded", "\(stored.all)")
            try sandbox.shim("systemctl", "echo \"$*\" >>\(sandbox.path("calls"))\n")
            // K3s unpacks the snapshot, and makes its database of it.
            try sandbox.shim(
                "k3s",
                """
                [ "$1 $2 $3" = 'server --cluster-reset --etcd-s3=false' ] || exit 2
                file=${4#--cluster-reset-restore-path=}
                unzip -q -d \(sandbox.path("unpacked")) "$file"
                ETCDCTL_API=3 exec etcdctl snapshot restore \(sandbox.path("unpacked"))/* --data-dir \(sandbox.path("new"))

                """)
            let server = sandbox.path("server")
            try FileManager.default.createDirectory(atPath: server + "/db", withIntermediateDirectories: true)
            try sandbox.restore(
                destination.policy(at: place, source: "etcd: {}"), at: #require(stored.string("artifact")),
                from: destination,
                steps: { plan in
                    plan.steps.dropFirst().filter { !$0.title.hasPrefix("Nodes that are gone") }.map { step in
                        var step = step
                        step.lines = step.lines.map { $0.replacing("/var/lib/rancher/k3s/server", with: server) }
                        return step
                    }
                })
            let again = try EtcdServer(data: sandbox.path("new"))
            defer { again.stop() }
            #expect(try again.control(["get", "/registry/test/a", "--print-value-only"]) == "value\n")
            #expect(try String(contentsOfFile: server + "/token", encoding: .utf8) == K3s.token)
            #expect(FileManager.default.fileExists(atPath: server + "/manifests/addon.yaml"))
            #expect(!FileManager.default.fileExists(atPath: server + "/db"))
        }
    }
}
