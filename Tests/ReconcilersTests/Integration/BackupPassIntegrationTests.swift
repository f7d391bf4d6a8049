import KubeAPI
import Support
import Synchronization
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("The pass of a policy is that of every kind")
    struct BackupPassIntegrationTests {
        private static let spec = """
            schedule: 0 2 * * *
            sources: [{name: files, pvc: {claimName: data}}]
            destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
            """
        private static let hold = "example.com/hold"

        private func message(_ cluster: TestCluster) async throws -> String {
            try await cluster.policy().status?.conditions?.first { $0.type == ConditionType.ready.rawValue }?.message
                ?? ""
        }

        @Test("While others wait, the first status comes after the children", arguments: ClusterKind.available)
        func deferredStatus(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(
                    on: cluster,
                    making: { environment in
                        let reconciler = PolicyReconciler(environment, now: Timestamp.now)
                        // Its controller has nothing to do: the test calls the reconciler.
                        return (Controller(name: "idle", reconciler: reconciler), reconciler)
                    }
                ) { process in
                    let key = try await cluster.makePolicy("nightly", Self.spec).key
                    let isBusy = Mutex(true)
                    var context = ReconcileContext()
                    context.hasPendingWork = { isBusy.withLock { $0 } }
                    try await ReconcileContext.$current.withValue(context) {
                        try await eventually("the status is left") {
                            try await process.reconciler.reconcile(key) == .later(after: StatusBacklog.delay)
                        }
                        _ = try await cluster.client.get(.cronJob, cluster.key("nightly-files"))
                        #expect(try await cluster.policy().status?.observedGeneration == -1)
                        isBusy.withLock { $0 = false }
                        try await eventually("the status is written") {
                            _ = try await process.reconciler.reconcile(key)
                            return try await cluster.policy().status?.observedGeneration == 1
                        }
                    }
                }
            }
        }

        @Test("What others hold says whose finalizers it waits for", arguments: ClusterKind.available)
        func foreignFinalizers(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runBackups(on: cluster) { process in
                    let key = try await cluster.makePolicy("nightly", Self.spec).key
                    try await cluster.change(
                        BackupPolicy.resourceType, key, ["metadata": ["finalizers": [.string(Self.hold)]]])
                    try await process.settled()
                    try await cluster.client.delete(BackupPolicy.resourceType, key)
                    try await eventually("the status names them", within: .seconds(30)) {
                        try await message(cluster).contains("waiting for the finalizers of others: \(Self.hold)")
                    }
                    try await cluster.change(BackupPolicy.resourceType, key, ["metadata": ["finalizers": .null]])
                    try await cluster.waitUntilGone(BackupPolicy.resourceType, key)
                }
            }
        }

        @Test(
            "A suspended policy goes, with what it has in other namespaces: suspending keeps no write back",
            arguments: ClusterKind.available)
        func suspended(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let other = "\(cluster.namespace)-web"
                _ = try await cluster.client.create(
                    try Namespace(metadata: ObjectMeta(name: other)).dynamicObject(), as: .namespace)
                let permissions = Permissions(privilegedNamespaces: [cluster.namespace])
                try await TestOperator.runBackups(on: cluster, permissions: permissions) { _ in
                    let key = try await cluster.makePolicy(
                        "nightly",
                        """
                        suspend: true
                        schedule: 0 2 * * *
                        sources: [{name: all, manifests: {namespaces: [\(other)]}}]
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
                        """
                    ).key
                    let binding = ObjectKey(namespace: other, name: "\(cluster.namespace).nightly-reader")
                    try await eventually("the policy may read the other namespace") {
                        try await cluster.client.list(.roleBinding, namespace: other).items.contains {
                            $0.key == binding
                        }
                    }
                    try await cluster.client.delete(BackupPolicy.resourceType, key)
                    try await cluster.waitUntilGone(BackupPolicy.resourceType, key)
                    try await cluster.waitUntilGone(.roleBinding, binding)
                }
                try await cluster.client.delete(.namespace, ObjectKey(name: other))
            }
        }
    }
}
