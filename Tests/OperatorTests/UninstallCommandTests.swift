import CommandLineInterface
import EmbeddedAPIServer
import KubeAPI
import Reconcilers
import Support
import Synchronization
import Testing

@testable import Operator

@Suite("quartermaster uninstall", .serialized, .timeLimit(.minutes(5)))
struct UninstallCommandTests {
    private let lease = ObjectKey(namespace: "default", name: "quartermaster-leader")

    private static let manifests = """
        apiVersion: v1
        kind: Node
        metadata: {name: a, labels: {zone: eu, workload: theirs}}
        spec: {taints: [{key: theirs, effect: PreferNoSchedule}]}
        ---
        apiVersion: quartermaster.dev/v1alpha1
        kind: RegionalWorkerPool
        metadata: {name: pool, namespace: default}
        spec:
          regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
          template: {spec: {containers: [{name: worker, image: "worker:1"}]}}
        ---
        apiVersion: quartermaster.dev/v1alpha1
        kind: AppEnvironment
        metadata: {name: shop}
        spec:
          tier: staging
          components: [{name: database, image: "database:1", volumes: [{name: data, path: /data, size: 1Gi}]}]
        ---
        apiVersion: quartermaster.dev/v1alpha1
        kind: AppEnvironment
        metadata: {name: preview}
        spec:
          tier: preview
          components: [{name: web, image: "web:1"}]
        ---
        apiVersion: quartermaster.dev/v1alpha1
        kind: BackupPolicy
        metadata: {name: nightly, namespace: default}
        spec:
          schedule: 0 4 * * *
          sources: [{name: files, pvc: {claimName: files}}]
          destinations:
            - {name: store, credentialsSecretRef: {name: store}, rclone: {remote: store, path: backups}}
          retention: {daily: 7}
        """

    private static let types: [String: ResourceType] = [
        "Node": .node, "RegionalWorkerPool": RegionalWorkerPool.resourceType,
        "AppEnvironment": AppEnvironment.resourceType, "BackupPolicy": BackupPolicy.resourceType,
    ]

    private func makeEverything(_ client: KubeClient) async throws {
        for document in try YAML.parse(Self.manifests) {
            let object = try DynamicObject(document)
            _ = try await client.create(object, as: try #require(Self.types[object.kind]))
        }
    }

    private func exists(_ client: KubeClient, _ type: ResourceType, _ key: ObjectKey) async throws -> Bool {
        do {
            return try await !client.get(type, key).isBeingDeleted
        } catch let error as APIError where error.isNotFound {
            return false
        }
    }

    private func own(_ client: KubeClient) async throws -> [DynamicObject] {
        try await OwnObjects(client: client).list(OwnObjects.Choice(nil, namespace: nil))
            .filter { Kinds.named($0.kind) != nil }
    }

    /// What an uninstallation says, and its exit status.
    private func uninstall(
        _ client: KubeClient, isConfirmed: Bool = true, timeout: Duration = .seconds(60)
    ) async throws -> (status: CommandStatus, lines: [String]) {
        let lines = Lines()
        let uninstall = Uninstall(client: client, lease: lease, timeout: timeout) { lines.append($0) }
        return (try await uninstall.run(isConfirmed: isConfirmed), lines.all)
    }

    private func waitUntilMade(_ client: KubeClient) async throws {
        let wanted: [(ResourceType, ObjectKey)] = [
            (.deployment, ObjectKey(namespace: "default", name: "pool-eu")),
            (.deployment, ObjectKey(namespace: "shop", name: "database")),
            (.persistentVolumeClaim, ObjectKey(namespace: "shop", name: "database-data")),
            (.deployment, ObjectKey(namespace: "preview", name: "web")),
            (.cronJob, ObjectKey(namespace: "default", name: "nightly-files")),
        ]
        for (type, key) in wanted {
            try await eventually("\(type.kind) \(key) is there", within: .seconds(30)) {
                try await exists(client, type, key)
            }
        }
        try await eventually("the node is claimed", within: .seconds(30)) {
            let node = try await client.get(.node, ObjectKey(name: "a"))
            return node.labels["region"] == "eu" && node.annotations[AnnotationKey.claim] != nil
        }
    }

    @Test("Nodes are clean, environments run on, claims stay, no object is left; a second run has nothing to do")
    func everything() async throws {
        try await OperatorProgram.run { server, client in
            try await makeEverything(client)
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await waitUntilMade(client)
            // What is suspended has to go too, and an environment is not to be pruned before.
            for (type, key) in [
                (RegionalWorkerPool.resourceType, ObjectKey(namespace: "default", name: "pool")),
                (AppEnvironment.resourceType, ObjectKey(name: "preview")),
            ] { _ = try await client.patch(type, key, .merge(["spec": ["suspend": true]])) }

            let plan = try await uninstall(client, isConfirmed: false)
            #expect(plan.status == .finding)
            #expect(plan.lines.count { $0.hasPrefix("would delete ") } == 4)
            #expect(plan.lines.contains("would wait until these nodes are released: a"))
            #expect(try await own(client).allSatisfy { !$0.isBeingDeleted })

            let done = try await uninstall(client)
            #expect(done.status == .fine, "\(done.lines)")
            #expect(
                done.lines.contains(
                    "Done: no RegionalWorkerPool, AppEnvironment or BackupPolicy is left, and no node is claimed."))
            #expect(done.lines.contains { $0.contains("(docs/uninstall.md): kubectl delete -f install.yaml, ") })
            #expect(
                done.lines.contains("ServiceAccount and RoleBinding deployer, of pipelines, stay in: preview, shop"))
            #expect(done.lines.contains { $0.contains("keep Secret quartermaster-seal") })
            #expect(try await own(client).isEmpty)
            let node = try await client.get(.node, ObjectKey(name: "a"))
            #expect(node.labels["workload"] == "theirs" && node.labels["region"] == nil)
            #expect(node.annotations[AnnotationKey.claim] == nil)
            let taints = node[path: "spec", "taints"]?.array?.compactMap { $0["key"]?.string } ?? []
            #expect(taints.filter { !$0.hasPrefix("node.kubernetes.io/") } == ["theirs"])
            for (type, key) in [
                (.namespace, ObjectKey(name: "shop")), (.namespace, ObjectKey(name: "preview")),
                (.deployment, ObjectKey(namespace: "shop", name: "database")),
                (.deployment, ObjectKey(namespace: "preview", name: "web")),
                (.persistentVolumeClaim, ObjectKey(namespace: "shop", name: "database-data")),
            ] as [(ResourceType, ObjectKey)] {
                #expect(try await exists(client, type, key), "\(type.kind) \(key)")
            }

            let again = try await uninstall(client)
            #expect(again.status == .fine)
            #expect(again.lines.first?.hasPrefix("Nothing to do") == true)
        }
    }

    @Test("Without an operator nothing is deleted, and what to do is said, whether its lease is gone or only old")
    func withoutOperator() async throws {
        try await OperatorProgram.run { _, client in
            try await makeEverything(client)
            let missing = try #require(await #expect(throws: Uninstall.Failure.self) { try await uninstall(client) })
            #expect(missing.description.contains("there is no Lease default/quartermaster-leader"))
            #expect(missing.description.contains("(kubectl apply --server-side -f install.yaml of this version, or "))
            // By its time it was renewed this moment.
            let old = Lease(
                metadata: ObjectMeta(name: lease.name, namespace: lease.namespace),
                spec: .init(
                    holderIdentity: "gone", leaseDurationSeconds: 1, acquireTime: nil,
                    renewTime: MicroTime(Timestamp.now()), leaseTransitions: 0))
            _ = try await client.create(old.dynamicObject(), as: .lease)
            let stale = try #require(await #expect(throws: Uninstall.Failure.self) { try await uninstall(client) })
            #expect(stale.description.contains("gone holds Lease default/quartermaster-leader and has not renewed it"))
            #expect(try await own(client).count == 4)
            #expect(try await own(client).allSatisfy { !$0.isBeingDeleted && $0.generation == 1 })
        }
    }

    @Test("What does not go in time is named, with what it waits for")
    func timeout() async throws {
        try await OperatorProgram.run { server, client in
            try await makeEverything(client)
            let program = try OperatorProgram(on: server)
            defer { program.end() }
            try await waitUntilMade(client)
            let key = ObjectKey(namespace: "default", name: "pool")
            let finalizers = try await client.get(RegionalWorkerPool.resourceType, key).finalizers
            _ = try await client.patch(
                RegionalWorkerPool.resourceType, key,
                .merge(["metadata": ["finalizers": .array((finalizers + ["example.com/theirs"]).map(JSONValue.string))]]
                ))
            let (status, lines) = try await uninstall(client, timeout: .seconds(4))
            #expect(status == .finding)
            let last = try #require(lines.last)
            #expect(last.contains("RegionalWorkerPool default/pool: waiting for the finalizers of others"))
            // The others were not begun with.
            #expect(try await own(client).count { !$0.isBeingDeleted } == 3)
        }
    }
}

/// What a command has said.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }

    var all: [String] { lines.withLock { $0 } }
}
