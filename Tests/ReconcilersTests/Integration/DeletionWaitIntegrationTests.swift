import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("What a deletion waits for")
    struct DeletionWaitIntegrationTests {
        private static let hold = "example.com/hold"

        private func hold(_ cluster: TestCluster, _ type: ResourceType, _ key: ObjectKey) async throws {
            try await cluster.change(type, key, ["metadata": ["finalizers": [.string(Self.hold)]]])
        }

        private func release(_ cluster: TestCluster, _ type: ResourceType, _ key: ObjectKey) async throws {
            try await cluster.change(type, key, ["metadata": ["finalizers": .null]])
        }

        private func held(_ object: String) -> String {
            "\(object) is being deleted: waiting for its finalizers \(Self.hold)"
        }

        @Test("An environment names the child and the finalizers that hold it", arguments: ClusterKind.available)
        func environment(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1', config: {A: b}}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    let entry = try await cluster.environment("shop").inventory.first { $0.kind == "ConfigMap" }
                    let key = try #require(entry).key
                    try await hold(cluster, .configMap, key)
                    try await cluster.deleteEnvironment("shop")
                    try await eventually("the condition names it", within: .seconds(30)) {
                        let condition = try await cluster.environmentCondition(.deletionBlocked, of: "shop")
                        return condition?.message == held("ConfigMap \(key)")
                    }
                    try await release(cluster, .configMap, key)
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                }
            }
        }

        @Test(
            "An environment whose namespace goes names what in it is held, and a claim that is",
            arguments: ClusterKind.available)
        func namespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "pr-1", "tier: preview\ncomponents: [{name: web, image: 'web:1', config: {A: b}}]")
                    try await cluster.waitForEnvironment("pr-1", .namespaceReady, .created)
                    try await process.settled()
                    let entry = try await cluster.environment("pr-1").inventory.first { $0.kind == "ConfigMap" }
                    let key = try #require(entry).key
                    try await hold(cluster, .configMap, key)
                    try await cluster.deleteEnvironment("pr-1")
                    try await eventually("the condition names it", within: .seconds(60)) {
                        let condition = try await cluster.environmentCondition(.deletionBlocked, of: "pr-1")
                        return condition?.message.contains(held("ConfigMap \(key)")) == true
                    }
                    try await release(cluster, .configMap, key)
                    try await cluster.waitUntilEnvironmentIsGone("pr-1")
                }
            }
        }

        @Test(
            "A policy names the child in another namespace and the finalizers that hold it",
            arguments: ClusterKind.available)
        func policy(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let other = "\(cluster.namespace)-web"
                try await cluster.makeNamespace(other)
                let permissions = Permissions(privilegedNamespaces: [cluster.namespace])
                try await TestOperator.runBackups(on: cluster, permissions: permissions) { _ in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources: [{name: all, manifests: {namespaces: [\(other)]}}]
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: b}}]
                        """)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.ready: "True Ready"])
                    let key = ObjectKey(namespace: other, name: "\(cluster.namespace).nightly-reader")
                    try await hold(cluster, .roleBinding, key)
                    try await cluster.client.delete(BackupPolicy.resourceType, cluster.key("nightly"))
                    try await eventually("the condition names it", within: .seconds(30)) {
                        let ready = try await cluster.policy().status?.conditions?.first { $0.type == "Ready" }
                        return ready?.reason == "Deleting" && ready?.message == held("RoleBinding \(key)")
                    }
                    try await release(cluster, .roleBinding, key)
                    try await cluster.waitUntilGone(BackupPolicy.resourceType, cluster.key("nightly"))
                }
                try await cluster.client.delete(.namespace, ObjectKey(name: other))
            }
        }

        @Test(
            "A pool that is deleted in the foreground names the child that garbage collection waits for",
            arguments: ClusterKind.available)
        func pool(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool(
                        "pool", "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]")
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await process.settled()
                    let key = cluster.key("pool-eu")
                    try await hold(cluster, .deployment, key)
                    try await cluster.client.delete(
                        RegionalWorkerPool.resourceType, cluster.key("pool"),
                        options: DeleteOptions(propagationPolicy: .foreground))
                    try await eventually("the condition names it", within: .seconds(30)) {
                        let conditions = try await cluster.pool()[path: "status", "conditions"]?.elements ?? []
                        let ready = conditions.first { $0["type"]?.string == "Ready" }
                        return ready?["reason"]?.string == "Deleting"
                            && ready?["message"]?.string?.contains("Deployment \(key) is being deleted") == true
                            && ready?["message"]?.string?.contains(Self.hold) == true
                    }
                    try await release(cluster, .deployment, key)
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                }
            }
        }

        @Test(
            "More children on their way out than the inventory holds: the status says so, and none is forgotten",
            arguments: ClusterKind.available)
        func crowded(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    let (name, count) = (cluster.environmentName("shop"), 1100)
                    let seal = ChildSeal(.test, of: AppEnvironment.self, ObjectKey(name: name))
                    // As if the configuration had changed so often, and somebody had held each one.
                    for number in 0..<count {
                        let key = ObjectKey(namespace: name, name: "web-config-\(number)")
                        var map = try DynamicObject.fixture("apiVersion: v1\nkind: ConfigMap\nmetadata: {}")
                        map["metadata"] = [
                            "name": .string(key.name), "namespace": .string(name), "finalizers": [.string(Self.hold)],
                            "labels": .strings([
                                LabelKey.managedBy: LabelKey.manager, LabelKey.appEnvironment: name,
                            ]),
                            "annotations": .strings([AnnotationKey.madeFor: seal.mark(.configMap, key).value]),
                        ]
                        _ = try await cluster.client.create(map, as: .configMap)
                    }
                    try await eventually("the status says so", within: .seconds(120)) {
                        let ready = try await cluster.environmentCondition(.ready, of: "shop")
                        return ready?.message.contains("; status.inventory lists 960 of 1") == true
                    }
                    #expect(try await cluster.environment("shop").inventory.count == AppEnvironment.inventoryLimit)
                    try await cluster.deleteEnvironment("shop")
                    try await eventually("the condition names one", within: .seconds(60)) {
                        let condition = try await cluster.environmentCondition(.deletionBlocked, of: "shop")
                        return condition?.message.contains("waiting for its finalizers \(Self.hold)") == true
                    }
                    for number in 0..<count {
                        try await release(
                            cluster, .configMap, ObjectKey(namespace: name, name: "web-config-\(number)"))
                    }
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    let left = try await cluster.client.list(.configMap, namespace: name).items
                    #expect(!left.contains { $0.name.hasPrefix("web-config-") })
                }
            }
        }
    }
}
