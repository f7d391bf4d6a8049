import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

/// What is promised of the process as a whole, tried on the program itself.
@Suite("Process of the operator", .serialized, .timeLimit(.minutes(5)))
struct OperatorProcessTests {
    private func audit() -> (AuditLog, EmbeddedAPIServerOptions) {
        let log = AuditLog(resourcesWithBodies: ["leases"])
        return (log, EmbeddedAPIServerOptions(audit: log))
    }

    @Test(
        "A configuration that is wrong ends with status 2 and one line that says why",
        arguments: [
            (["--kubeconfig=/nonexistent"], "/nonexistent"),
            (["--leader-election-renew-deadline=1h"], "--leader-election-retry-period"),
            (["--kube-api-qps=many"], "--kube-api-qps"),
            (["--metrics-bind-address=here"], "--metrics-bind-address"),
            (["--otlp-endpoint=collector"], "--otlp-endpoint"),
        ])
    func wrongConfiguration(arguments: [String], want: String) async throws {
        try await OperatorProgram.run { server, _ in
            let program = try OperatorProgram(on: server, arguments)
            defer { program.end() }
            #expect(try await program.status() == 2)
            let told = program.lines.filter { !$0.hasPrefix("{") }
            #expect(told.count == 1 && told.first?.contains(want) == true, "\(program.output)")
        }
    }

    @Test("Readiness follows the caches and says which is behind; until all are synced nothing is written")
    func readiness() async throws {
        let (log, options) = audit()
        try await OperatorProgram.run(options) { server, client in
            try await OperatorProgram.makePool(client)
            // The cache of the nodes is filled last.
            let hang = server.faults.inject(FaultRule(.hang, verb: "watch", resource: "nodes"))
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await eventually("all but the nodes is synced") {
                let answer = try await program.get("/readyz", of: "health")
                let behind = answer.text.split(separator: ";").count { $0.contains(": waiting for") }
                return answer.status == 500 && answer.text.contains("nodes: waiting for the first list") && behind == 1
            }
            #expect(try await program.get("/healthz", of: "health").status == 200)
            try await eventually("it leads") { log.all.contains { $0.user == "operator" && $0.resource == "leases" } }
            // Its seal's key comes before the caches: nothing is looked at without it.
            let written = Set(log.all.filter { $0.user == "operator" }.map(\.resource))
            #expect(written == ["leases", "secrets"])
            server.faults.remove(hang)
            try await program.waitUntilReady()
            try await eventually("the pool is worked on") {
                log.all.contains { $0.user == "operator" && $0.resource == "regionalworkerpools" }
            }
        }
    }

    @Test(
        "The namespaces of its pod and of its lease are no environment's, whatever they are called",
        arguments: ["ops", "leases"])
    func ownNamespace(name: String) async throws {
        let environments = ResourceType(
            group: "quartermaster.dev", version: "v1alpha1", kind: "AppEnvironment", plural: "appenvironments",
            isNamespaced: false)
        try await OperatorProgram.run { server, client in
            for space in ["ops", "leases"] {
                let object = try YAML.parseDocument(
                    Array("{apiVersion: v1, kind: Namespace, metadata: {name: \(space)}}".utf8))
                _ = try await client.create(DynamicObject(object), as: .namespace)
            }
            let program = try OperatorProgram(
                on: server, ["--leader-election-namespace=leases"], environment: ["POD_NAMESPACE": "ops"])
            defer { program.end() }
            let environment = try YAML.parseDocument(
                Array(
                    """
                    apiVersion: quartermaster.dev/v1alpha1
                    kind: AppEnvironment
                    metadata: {name: shop}
                    spec:
                      tier: preview
                      namespace: {name: \(name), adopt: IfUnmanaged}
                      components: [{name: web, image: "web:1"}]
                    """.utf8))
            _ = try await client.create(DynamicObject(environment), as: environments)
            var told: String?
            try await eventually("it is refused") {
                let live = try await client.get(environments, ObjectKey(name: "shop"))
                let ready = live[path: "status", "conditions"]?.array?.first { $0["type"] == "NamespaceReady" }
                told = ready?["message"]?.string
                return ready?["reason"] == "Refused"
            }
            #expect(told?.contains("Namespace \(name) is the operator's own") == true, "\(told ?? "")")
            let space = try await client.get(.namespace, ObjectKey(name: name))
            #expect(space.labels["app.kubernetes.io/managed-by"] == nil)
        }
    }

    @Test("With an older CRD it is not ready, says which fields the server lacks, and is ready once the CRD is applied")
    func olderDefinition() async throws {
        try await OperatorProgram.run { server, client in
            let resource = CustomResource.regionalWorkerPool
            let definition = try DynamicObject(YAML.parseDocument(Array(resource.text.utf8)))
            var older = definition
            var version = try #require(older[path: "spec", "versions"]?[0])
            version[path: ["schema", "openAPIV3Schema", "properties", "spec", "properties", "network"]] = nil
            older[path: "spec", "versions"] = [version]
            _ = try await client.patch(.customResourceDefinition, older.key, .apply(older.json, force: true))
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await eventually("it says why it is not ready") {
                let answer = try await program.get("/readyz", of: "health")
                return answer.status == 500 && answer.text.contains("schemas failed")
                    && answer.text.contains("regionalworkerpools.quartermaster.dev is not the one")
                    && answer.text.contains("it lacks spec.network;")
            }
            _ = try await client.patch(.customResourceDefinition, definition.key, .apply(definition.json, force: true))
            try await eventually("it is ready", within: .seconds(30)) {
                try await program.get("/readyz", of: "health").status == 200
            }
        }
    }

    @Test("Cut watches make it unready, and ready again as soon as they are accepted again")
    func readyAgain() async throws {
        try await OperatorProgram.run { server, _ in
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await program.waitUntilReady()
            let refusal = server.faults.inject(FaultRule(.refuse(status: 503), verb: "watch"))
            server.disconnectAll()
            try await eventually("it says what is behind") {
                let answer = try await program.get("/readyz", of: "health")
                return answer.status == 500 && answer.text.contains("nodes: ")
            }
            server.faults.remove(refusal)
            // Nothing has changed meanwhile: no event tells that a watch is back.
            try await program.waitUntilReady()
        }
    }

    @Test("SIGTERM ends with status 0; what was begun is finished, and the lease is given back last")
    func termination() async throws {
        let (log, options) = audit()
        try await OperatorProgram.run(options) { server, client in
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await program.waitUntilReady()
            try await OperatorProgram.makePool(client)
            try await eventually("the pool is worked on") { log.all.contains { $0.resource == "deployments" } }
            program.terminate()
            #expect(try await program.status() == 0, "\(program.output)")
            let last = try #require(log.all.last { $0.user == "operator" })
            #expect(last.resource == "leases" && last.requestObject?["spec"]?["holderIdentity"] == "")
            let lease = ObjectKey(namespace: "default", name: "quartermaster-leader")
            #expect(LeaseAudit(lease: lease) { $0 == "operator" }.violations(in: log.all) == [])
        }
    }

    @Test("A standby is ready and writes nothing; when the leader ends it goes on within a look, not a lease")
    func standby() async throws {
        let (log, options) = audit()
        try await OperatorProgram.run(options) { server, client in
            let leader = try OperatorProgram(on: server, as: "replica-1")
            defer { leader.end() }
            try await eventually("the first one leads") { log.all.contains { $0.resource == "leases" } }
            // The key of the seal is made by whoever comes first.
            try await leader.waitUntilReady()
            let standby = try OperatorProgram(on: server, as: "replica-2")
            defer { standby.end() }
            try await standby.waitUntilReady()
            try await OperatorProgram.makePool(client)
            try await eventually("the pool is worked on") { log.all.contains { $0.resource == "deployments" } }
            #expect(!log.all.contains { $0.user == "replica-2" && $0.isSuccess })
            leader.terminate()
            _ = try await leader.status()
            let released = try #require(log.all.last { $0.user == "replica-1" })
            try await eventually("the second one leads") {
                log.all.contains { $0.user == "replica-2" && $0.resource == "leases" && $0.isSuccess }
            }
            let taken = try #require(log.all.first { $0.user == "replica-2" && $0.isSuccess })
            // A lease lasts 15 s; a look comes each 200 ms.
            #expect(taken.received - released.completed < .seconds(10))
            let lease = ObjectKey(namespace: "default", name: "quartermaster-leader")
            #expect(LeaseAudit(lease: lease) { $0.hasPrefix("replica") }.violations(in: log.all) == [])
        }
    }

    @Test("Beside an older leader that makes no seal a new replica becomes ready, so that the roll-out goes on")
    func olderLeader() async throws {
        try await OperatorProgram.run { server, client in
            let lease = Lease(
                metadata: ObjectMeta(name: "quartermaster-leader", namespace: "default"),
                spec: .init(
                    holderIdentity: "older", leaseDurationSeconds: 3600, acquireTime: MicroTime(.now()),
                    renewTime: MicroTime(.now())))
            _ = try await client.create(lease.dynamicObject(), as: .lease)
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await program.waitUntilReady()
            let held = try await client.get(.lease, ObjectKey(namespace: "default", name: "quartermaster-leader"))
            #expect(held["spec"]?["holderIdentity"] == "older")
        }
    }

    @Test("The metrics have the names that dashboards know, and promtool has nothing against them")
    func metrics() async throws {
        let (log, options) = audit()
        try await OperatorProgram.run(options) { server, client in
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await program.waitUntilReady()
            try await OperatorProgram.makePool(client)
            try await eventually("the pool is worked on") { log.all.contains { $0.resource == "deployments" } }
            var text = ""
            try await eventually("a condition is shown") {
                text = try await program.get("/metrics", of: "metrics").text
                return text.contains("\nquartermaster_resource_condition{")
            }
            for series in Self.series { #expect(text.contains("\n\(series)"), "\(series) is missing") }
            try promtool(text)
        }
    }

    private static let series = [
        "controller_runtime_reconcile_total{controller=\"regionalworkerpool\",result=\"success\"}",
        "controller_runtime_reconcile_errors_total{controller=\"regionalworkerpool\"}",
        "controller_runtime_reconcile_time_seconds_count{controller=\"regionalworkerpool\"}",
        "controller_runtime_max_concurrent_reconciles{controller=\"regionalworkerpool\"}",
        "controller_runtime_active_workers{controller=\"regionalworkerpool\"}", "workqueue_depth{",
        "workqueue_adds_total{", "workqueue_queue_duration_seconds_count{", "workqueue_work_duration_seconds_count{",
        "workqueue_unfinished_work_seconds{", "workqueue_longest_running_processor_seconds{",
        "workqueue_retries_total{", "rest_client_requests_total{", "rest_client_request_duration_seconds_count{",
        "leader_election_master_status{name=\"quartermaster-leader\"} 1", "process_cpu_seconds_total",
        "process_resident_memory_bytes", "process_open_fds", "quartermaster_informer_staleness_seconds{",
        "quartermaster_resource_condition{",
    ]

    private func promtool(_ text: String) throws {
        let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first(
            where: FileManager.default.isExecutableFile)
        guard let path else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let complaints = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: complaints, as: UTF8.self))")
    }

    @Test("Without a terminal every line of the log is one JSON object with its time, level, message and service")
    func log() async throws {
        let (log, options) = audit()
        try await OperatorProgram.run(options) { server, client in
            let program = try OperatorProgram(on: server, ["--log-level=debug"])
            defer { program.end() }
            try await program.waitUntilReady()
            try await OperatorProgram.makePool(client)
            try await eventually("the pool is worked on") { log.all.contains { $0.resource == "deployments" } }
            program.terminate()
            _ = try await program.status()
            #expect(program.lines.count == program.records.count)
            for record in program.records {
                for field in ["timestamp", "level", "message", "service"] { #expect(record[field]?.string != nil) }
            }
            let reconcile = program.records.first { $0["reconcileID"] != nil }
            #expect(reconcile?["controller"] == "regionalworkerpool" && reconcile?["object"] == "default/pool")
            let agents = Set(log.all.filter { $0.user == "operator" }.map(\.userAgent))
            #expect(agents.count == 1 && agents.first?.hasPrefix("quartermaster/") == true)
        }
    }
}
