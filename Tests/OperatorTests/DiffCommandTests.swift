import CommandLineInterface
import Foundation
import KubeAPI
import Reconcilers
import Support
import Testing

@testable import Operator

@Suite("quartermaster diff")
struct DiffCommandTests {
    private func report(_ yaml: String, _ cluster: CommandCluster) async throws -> DiffReport {
        try await DiffReport(YAML.parse(yaml), asking: cluster.client, namespace: "workers")
    }

    private func diff(_ yaml: String, _ cluster: CommandCluster) async throws -> [String] {
        try await report(yaml, cluster).lines(TextStyle())
    }

    /// Makes the children as the loop does, and records them.
    private func converge(_ cluster: CommandCluster) async throws {
        try await cluster.apply(CommandCluster.pool, as: RegionalWorkerPool.resourceType)
        let informers = InformerSet(source: cluster.client)
        let environment = ReconcilerEnvironment(
            api: cluster.client, informers: informers, gate: .alwaysOpen(), events: NoEvents(),
            seal: Seal(key: secretBytes(Seal.keyLength)))
        let controller = RegionalWorkerPool.controller(in: environment)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await informers.run() }
            try await informers.waitUntilSynced()
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await eventually("the inventory is written") {
                let pool = try await cluster.client.get(
                    RegionalWorkerPool.resourceType, ObjectKey(namespace: "workers", name: "pool"))
                return pool[path: "status", "inventory"]?.array?.count == 3
            }
        }
    }

    private struct NoEvents: EventSink {
        func emit(_ event: ObjectEvent) {}
    }

    @Test("What is not there yet would be made, and nothing is made")
    func new() async throws {
        try await CommandCluster.run { cluster in
            let lines = try await diff(CommandCluster.pool, cluster)
            #expect(
                lines == [
                    "RegionalWorkerPool workers/pool",
                    "  + NetworkPolicy workers/pool-network",
                    "  + PodDisruptionBudget workers/pool-eu",
                    "  + Deployment workers/pool-eu",
                ])
            #expect(try await cluster.client.list(.deployment, namespace: nil).items.isEmpty)
        }
    }

    @Test("A manifest that sets images shows which, since nothing else would tell of it")
    func images() async throws {
        func images(_ images: String) -> String {
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: ComponentImages
            metadata: {name: shop, namespace: workers}
            spec: {images: \(images)}
            """
        }
        try await CommandCluster.run { cluster in
            #expect(
                try await diff(images("{api: 'api:2'}"), cluster) == [
                    "ComponentImages workers/shop", "  + ComponentImages workers/shop",
                ])
            try await cluster.apply(images("{api: 'api:1', web: 'web:1'}"), as: ComponentImages.resourceType)
            #expect(try await diff(images("{web: 'web:1', api: 'api:1'}"), cluster) == [])
            let report = try await report(images("{api: 'api:2'}"), cluster)
            #expect(report.exitStatus == .finding)
            #expect(
                report.lines(TextStyle()) == [
                    "ComponentImages workers/shop", "  ~ ComponentImages workers/shop",
                    "      spec.images.api: api:1 → api:2", "      spec.images.web: web:1 → nothing",
                ])
        }
    }

    @Test("A converged pool has no difference; a changed manifest shows each field, what would go, and nothing else")
    func changed() async throws {
        try await CommandCluster.run { cluster in
            try await converge(cluster)
            #expect(try await diff(CommandCluster.pool, cluster) == [])
            // A manifest without its namespace is that of the flag or the context.
            #expect(try await diff(CommandCluster.pool.replacing(", namespace: workers", with: ""), cluster) == [])

            let changed = CommandCluster.pool.replacing("worker:1", with: "worker:2")
                .replacing("replicas: 2", with: "replicas: 1\n  network: {enabled: false}")
            let lines = try await diff(changed, cluster)
            #expect(
                lines == [
                    "RegionalWorkerPool workers/pool",
                    "  ~ Deployment workers/pool-eu",
                    "      spec.replicas: 2 → 1",
                    "      spec.template.spec.containers[worker].image: worker:1 → worker:2",
                    "  - NetworkPolicy workers/pool-network",
                    "  - PodDisruptionBudget workers/pool-eu",
                ])
            let live = try await cluster.client.get(.deployment, ObjectKey(namespace: "workers", name: "pool-eu"))
            #expect(live[path: "spec", "replicas"] == 2)

            let suspended = changed.replacing("spec:\n", with: "spec:\n  suspend: true\n")
            #expect(try await diff(suspended, cluster).first?.contains("held back") == true)
        }
    }

    @Test("A field that the manifest no longer gives is shown as going")
    func removedField() async throws {
        try await CommandCluster.run { cluster in
            try await converge(cluster)
            let more = CommandCluster.pool.replacing("image: \"worker:1\"", with: "image: \"worker:1\", args: [a]")
            let lines = try await diff(more, cluster)
            #expect(
                lines == [
                    "RegionalWorkerPool workers/pool", "  ~ Deployment workers/pool-eu",
                    "      spec.template.spec.containers[worker].args: nothing → [\"a\"]",
                ])
        }
    }

    @Test("A manifest that breaks a rule, and a child's name that is somebody else's, are errors")
    func errors() async throws {
        try await CommandCluster.run { cluster in
            await #expect(throws: Rendering.Failure.self) {
                try await diff(CommandCluster.pool.replacing("replicas: 2", with: "replicas: -1"), cluster)
            }
            try await cluster.apply(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: pool-eu, namespace: workers}
                spec:
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: x}]}}
                """, as: .deployment)
            let error = await #expect(throws: ApplyError.self) { try await diff(CommandCluster.pool, cluster) }
            #expect(error?.message.contains("Deployment workers/pool-eu exists and is left alone") == true)
        }
    }

    @Test("Values of Secrets are not shown")
    func secrets() throws {
        func secret(_ value: String) -> DynamicObject {
            DynamicObject(["apiVersion": "v1", "kind": "Secret", "data": ["key": .string(value)]] as JSONObject)
        }
        let changes = FieldChange.changes(from: secret("b2xk"), to: secret("bmV3"))
        #expect(changes.map(\.description) == ["data.key: (hidden) → (hidden)"])
    }

    @Test("A cluster that can't be asked is exit status 2: 1 would say that there are differences")
    func unreachable() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "qm-diff-\(UUID().uuidString).yaml")
        try CommandCluster.pool.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let status = await CommandLineProgram.quartermaster.run(
            arguments: ["diff", "-f", file.path, "--kubeconfig", "/does/not/exist"], environment: [:])
        #expect(status == .error)
    }
}
