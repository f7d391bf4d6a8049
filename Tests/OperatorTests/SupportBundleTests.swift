import EmbeddedAPIServer
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

/// Secrets are planted wherever somebody may have put one, and no byte of them may be in the archive.
@Suite("quartermaster doctor --bundle")
struct SupportBundleTests {
    /// One for each place, so that a failure says which leaks.
    private enum Planted: String, CaseIterable {
        case variable = "pl4nted-variable-1"
        case plainVariable = "pl4nted-mode-2"
        case regionVariable = "pl4nted-region-3"
        case annotation = "pl4nted-annotation-4"
        case lastApplied = "pl4nted-applied-5"
        case inherited = "pl4nted-inherited-6"
        case argument = "pl4nted-argument-7"
        case nextArgument = "pl4nted-next-8"
        case command = "pl4nted-command-9"
        case header = "pl4nted-header-10"
        case condition = "pl4nted-condition-11"
        case event = "pl4nted-event-12"
        case secret = "pl4nted-secret-13"
        case registry = "pl4nted-registry-14"
        case configMap = "pl4nted-configmap-15"
        case config = "pl4nted-config-16"
        case drill = "pl4nted-drill-17"
        case alert = "pl4nted-alert-18"
        case trigger = "pl4nted-trigger-19"
        case node = "pl4nted-node-20"
        case ended = "pl4nted-ended-21"
        case logPassword = "pl4nted-log-22"
        case logAddress = "pl4nted/log@23"
        case logBearer = "pl4nted.log.24"
        case logJSON = "pl4nted \\\" log 25"
        case logHook = "pl4nted-log-26"
        case logBasic = "cGw0bnRlZC1sb2ctMjc="
        case operatorArgument = "pl4nted-operator-28"
        case previousLog = "pl4nted-previous-29"
        case hook = "pl4nted-hook-30"
    }

    private static let log = """
        2026-01-31T09:05:00Z {"level":"info","message":"reconciled","pool":"workers/pool"}
        2026-01-31T09:05:01Z connecting with password=\(Planted.logPassword.rawValue)
        2026-01-31T09:05:02Z amqp://user:\(Planted.logAddress.rawValue)@queue:5672/jobs is away
        2026-01-31T09:05:03Z sent Bearer \(Planted.logBearer.rawValue)
        2026-01-31T09:05:04Z {"message":"asked","clientSecret":"\(Planted.logJSON.rawValue)","tries":2}
        2026-01-31T09:05:05Z POST https://hooks.example.com/services/\(Planted.logHook.rawValue) failed
        2026-01-31T09:05:06Z mode is \(Planted.plainVariable.rawValue), node node-a-1234
        2026-01-31T09:05:06Z > Authorization: Basic \(Planted.logBasic.rawValue)
        """

    private static let manifests: [(type: ResourceType, text: String)] = [
        (
            .node,
            """
            apiVersion: v1
            kind: Node
            metadata:
              name: node-a-1234
              labels: {zone: eu}
              annotations: {example.com/join: \(Planted.node.rawValue)}
            """
        ),
        (
            RegionalWorkerPool.resourceType,
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: RegionalWorkerPool
            metadata:
              name: pool
              namespace: workers
              annotations:
                example.com/note: \(Planted.annotation.rawValue)
                kubectl.kubernetes.io/last-applied-configuration: '{"value":"\(Planted.lastApplied.rawValue)"}'
            spec:
              inheritedMetadata: {annotations: {example.com/note: \(Planted.inherited.rawValue)}}
              regions:
              - name: eu
                nodeSelector: {matchLabels: {zone: eu}}
                env: [{name: REGION_MODE, value: \(Planted.regionVariable.rawValue)}]
              monitoring:
                alerts:
                - {name: Down, expr: up == 0, description: "see https://user:\(Planted.alert.rawValue)@wiki.example.com/down"}
              scaling:
                engine: KEDA
                maxReplicas: 3
                keda:
                  triggers: [{type: rabbitmq, metadata: {queueName: jobs, host: \(Planted.trigger.rawValue)}}]
              template:
                spec:
                  containers:
                  - name: worker
                    image: registry.example.com/worker:1.2
                    command: [sh, -c, "run \(Planted.command.rawValue)"]
                    args: ["--token=\(Planted.argument.rawValue)", --db-password, \(Planted.nextArgument.rawValue)]
                    env:
                    - {name: DB_PASSWORD, value: \(Planted.variable.rawValue)}
                    - {name: MODE, value: \(Planted.plainVariable.rawValue)}
                    - {name: HOST, value: node-a-1234}
                    - {name: FROM_SECRET, valueFrom: {secretKeyRef: {name: db, key: password}}}
                    livenessProbe:
                      httpGet: {path: /, port: 80, httpHeaders: [{name: X-Key, value: \(Planted.header.rawValue)}]}
            """
        ),
        (
            AppEnvironment.resourceType,
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: AppEnvironment
            metadata: {name: shop}
            spec:
              tier: development
              components: [{name: web, image: "web:1", config: {GREETING: \(Planted.config.rawValue)}}]
            """
        ),
        (
            BackupPolicy.resourceType,
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: workers}
            spec:
              schedule: 0 2 * * *
              sources:
              - name: db
                postgres: {host: db, databases: [shop], credentialsSecretRef: {name: db}}
              destinations:
              - name: box
                credentialsSecretRef: {name: db}
                restic: {repository: "rest:https://backup.example.com/shop"}
              verification:
                drill:
                  schedule: 0 5 * * 0
                  sources: [db]
                  queries: [{database: shop, sql: "select '\(Planted.drill.rawValue)'", expect: "1"}]
              hooks:
                before: [{podSelector: {matchLabels: {app: db}}, command: [freeze, \(Planted.hook.rawValue)]}]
            """
        ),
        (
            .secret,
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: db, namespace: workers, labels: {app.kubernetes.io/managed-by: quartermaster}}
            stringData: {password: \(Planted.secret.rawValue), .dockerconfigjson: \(Planted.registry.rawValue)}
            """
        ),
        (
            .configMap,
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings, namespace: workers, labels: {app.kubernetes.io/managed-by: quartermaster}}
            data: {settings.yaml: "key: \(Planted.configMap.rawValue)"}
            """
        ),
        (
            .deployment,
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: pool-eu
              namespace: workers
              labels: {app.kubernetes.io/managed-by: quartermaster, quartermaster.dev/regionalworkerpool: pool}
            spec:
              selector: {matchLabels: {a: b}}
              template:
                metadata: {labels: {a: b}}
                spec:
                  containers:
                  - {name: worker, image: worker, env: [{name: DB_PASSWORD, value: \(Planted.variable.rawValue)}]}
            """
        ),
        (
            .pod,
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: pool-eu-x
              namespace: workers
              labels: {app.kubernetes.io/managed-by: quartermaster, quartermaster.dev/regionalworkerpool: pool}
            spec: {containers: [{name: worker, image: worker, args: [\(Planted.argument.rawValue)]}]}
            """
        ),
        (
            .pod,
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: quartermaster-0
              namespace: quartermaster-system
              labels: {app.kubernetes.io/name: quartermaster, app.kubernetes.io/component: operator}
            spec:
              containers:
              - name: operator
                image: quartermaster
                args: [run, --node-pool-namespaces=workers, --api-token, \(Planted.operatorArgument.rawValue)]
            """
        ),
    ]

    private func withCluster(_ body: (CommandCluster) async throws -> Void) async throws {
        let logs: @Sendable (ObjectKey, String) -> String? = { pod, container in
            pod.name == "quartermaster-0" && container == "operator" ? Self.log : nil
        }
        try await CommandCluster.run(podLogs: logs) { cluster in
            try await cluster.apply(
                "{apiVersion: v1, kind: Namespace, metadata: {name: quartermaster-system}}", as: .namespace)
            for manifest in Self.manifests { try await cluster.apply(manifest.text, as: manifest.type) }
            try await cluster.setStatus(
                """
                observedGeneration: 1
                conditions:
                - type: Ready
                  status: "False"
                  reason: WriteFailed
                  message: "postgres://app:\(Planted.condition.rawValue)@db/shop is away"
                  lastTransitionTime: "2026-01-02T03:02:05Z"
                """, of: RegionalWorkerPool.resourceType, ObjectKey(namespace: "workers", name: "pool"))
            try await cluster.setStatus(
                """
                phase: Running
                containerStatuses:
                - name: worker
                  image: worker
                  imageID: ""
                  ready: false
                  restartCount: 1
                  state: {terminated: {exitCode: 1, message: "secret: \(Planted.ended.rawValue)"}}
                """, of: .pod, ObjectKey(namespace: "workers", name: "pool-eu-x"))
            let event: JSONValue = [
                "apiVersion": "events.k8s.io/v1", "kind": "Event",
                "metadata": ["name": "e", "namespace": "workers"], "eventTime": "2026-01-01T00:00:00.000000Z",
                "reportingController": "x", "reportingInstance": "x", "action": "a", "reason": "Failed",
                "type": "Warning",
                "note": .string(
                    "login with password: \(Planted.event.rawValue) failed; exec: \"\(Planted.command.rawValue)\": not found in eu-central-1"
                ),
                "regarding": ["kind": "Pod", "namespace": "workers", "name": "pool-eu-x"],
            ]
            _ = try await cluster.client.create(DynamicObject(event), as: .event)
            try await body(cluster)
        }
    }

    /// The files of an archive, unpacked by tar.
    private func unpacked(_ archive: URL) async throws -> [String: String] {
        let folder = archive.deletingLastPathComponent().appending(path: "unpacked-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", archive.path, "-C", folder.path]
        try tar.run()
        try await eventually("the archive is unpacked") { !tar.isRunning }
        #expect(tar.terminationStatus == 0)
        var files: [String: String] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            let file = folder.appending(path: path)
            guard (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true else { continue }
            files[String(path.dropFirst("quartermaster-bundle/".count))] = try String(contentsOf: file, encoding: .utf8)
        }
        return files
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "qm-bundle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test("Of the secrets that were planted in thirty places none is in the archive; what explains a fault is")
    func secrets() async throws {
        try await withFolder { folder in
            try await withCluster { cluster in
                let archive = folder.appending(path: "bundle.tar.gz")
                let run = try cluster.quartermaster("doctor", "--bundle", archive.path)
                #expect(try await run.status() == 1, "\(run.errors)")
                #expect(
                    run.errors
                        == "\(archive.path) is written; look through it before you give it away: its README.txt says what is in it\n"
                )
                #expect(run.output.contains("ok    server"))
                let mode = try FileManager.default.attributesOfItem(atPath: archive.path)[.posixPermissions] as? Int
                #expect(mode == 0o600)

                let files = try await unpacked(archive)
                for secret in Planted.allCases {
                    let text = secret.rawValue
                    // A part of it is a leak as well.
                    let forms =
                        [text, Data(text.utf8).base64EncodedString()] + (text.hasPrefix("pl4nted") ? ["pl4nted"] : [])
                    for (path, content) in files {
                        for form in forms where content.contains(form) { Issue.record("\(secret) is in \(path)") }
                    }
                }
                let pool = try #require(files["objects/regionalworkerpools.quartermaster.dev.yaml"])
                for part in [
                    "name: DB_PASSWORD", "name: MODE", "registry.example.com/worker:1.2", "zone: eu", "queueName: ",
                    "postgres://[redacted]@db/shop is away", "key: password",
                    "https://[redacted]@wiki.example.com/down",
                ] { #expect(pool.contains(part), "\(part) is not in \(pool)") }
                #expect(!pool.contains("managedFields") && !pool.contains("last-applied"))
                #expect(
                    files["objects/backuppolicies.quartermaster.dev.yaml"]?.contains(
                        "rest:https://backup.example.com/shop") == true)
                #expect(files["objects/configmaps.yaml"]?.contains("settings.yaml: ") == true)
                #expect(files["objects/deployments.apps.yaml"]?.contains("name: pool-eu") == true)
                #expect(files["objects/operator-pods.yaml"]?.contains("--node-pool-namespaces=workers") == true)
                #expect(files["objects/events.yaml"]?.contains("login with password: [redacted]") == true)
                #expect(files["objects/events.yaml"]?.contains("not found in eu-central-1") == true)
                #expect(files["objects/nodes.yaml"]?.contains("zone: eu") == true)
                #expect(
                    files["objects/customresourcedefinitions.apiextensions.k8s.io.yaml"]?.contains("v1alpha1") == true)
                #expect(files.keys.allSatisfy { !$0.contains("secrets") })
                let log = try #require(files["logs/quartermaster-0/operator.log"])
                #expect(log.contains(#"{"level":"info","message":"reconciled","pool":"workers/pool"}"#))
                // A variable repeats the name of a node, which is no secret.
                #expect(log.contains("mode is [redacted], node node-a-1234"))
                #expect(log.contains(#""clientSecret":"[redacted]","tries":2}"#))
                let doctor = try JSONValue.parse(try #require(files["doctor.json"]))
                #expect(doctor["kind"] == "DoctorReport" && doctor["items"]?.array?.isEmpty == false)
                #expect(files["version.yaml"]?.contains("server: v1.36") == true)
                #expect(files["errors.txt"] == "Everything could be read.\n")
                #expect(files["README.txt"]?.contains("No Secret is in it.") == true)
            }
        }
    }

    @Test("What is there is not written over, and a file that can't be made is an error")
    func files() async throws {
        try await withFolder { folder in
            try await CommandCluster.run { cluster in
                let file = folder.appending(path: "there")
                try "mine".write(to: file, atomically: true, encoding: .utf8)
                let run = try cluster.quartermaster("doctor", "--bundle", file.path)
                #expect(try await run.status() == 2)
                #expect(run.errors.contains("is there already, and is not written over"))
                #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
                let nowhere = try cluster.quartermaster("doctor", "--bundle", folder.path + "/no/file")
                #expect(try await nowhere.status() == 2)
                #expect(nowhere.errors.contains("cannot write"))
            }
        }
    }

    @Test("What there is no right to read is told in the archive, and the rest is in it")
    func rights() async throws {
        try await withFolder { folder in
            try await withCluster { cluster in
                for resource in ["nodes", "events"] {
                    cluster.server.faults.inject(FaultRule(.refuse(status: 403), verb: "list", resource: resource))
                }
                let logs = "/api/v1/namespaces/quartermaster-system/pods/quartermaster-0/log"
                cluster.server.faults.inject(FaultRule(.refuse(status: 403), pathPrefix: logs))
                let archive = folder.appending(path: "bundle.tar.gz")
                #expect(try await cluster.quartermaster("doctor", "--bundle", archive.path).status() < 2)
                let files = try await unpacked(archive)
                let errors = try #require(files["errors.txt"])
                for part in [
                    "nodes: ", "events: ", "the log of quartermaster-system/quartermaster-0, container operator: ",
                ] {
                    #expect(errors.contains(part), "\(errors)")
                }
                #expect(files["objects/regionalworkerpools.quartermaster.dev.yaml"] != nil)
            }
        }
    }
}
