import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("The scale subresource of pools")
    struct PoolScaleIntegrationTests {
        private static let clusterRole = ResourceType(
            group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles")
        private let regions = """
            regions:
            - {name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
            - {name: us, nodeSelector: {matchLabels: {zone: ZONE-us}}}
            - {name: asia, nodeSelector: {matchLabels: {zone: ZONE-asia}}, replicas: 1}

            """

        private func scale(of cluster: TestCluster) async throws -> DynamicObject {
            try await cluster.client.get(
                RegionalWorkerPool.resourceType, cluster.key("pool"), subresource: "scale")
        }

        private func scale(_ client: KubeClient, _ key: ObjectKey, to number: Int64) async throws {
            _ = try await client.patch(
                RegionalWorkerPool.resourceType, key, .merge(["spec": ["replicas": .integer(number)]]),
                subresource: "scale", options: WriteOptions(fieldManager: "kubectl"))
        }

        private func waitForPods(_ numbers: [String: Int64], on cluster: TestCluster) async throws {
            try await eventually("the Deployments want \(numbers)", within: .seconds(30)) {
                for (region, number) in numbers {
                    let live = try? await cluster.client.get(.deployment, cluster.key("pool-\(region)"))
                    guard live?[path: "spec", "replicas"]?.integer == number else { return false }
                }
                return true
            }
        }

        @Test(
            "It scales each region that has no number of its own, and says how many pods such a region has",
            arguments: ClusterKind.available)
        func perRegion(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("b", zone: "us")
                try await cluster.makeNode("c", zone: "asia")
                try await cluster.makeNode("d", zone: "south")
                try await cluster.withPods {
                    try await TestOperator.run(on: cluster) { _ in
                        try await cluster.makePool("pool", "replicas: 2\n" + regions)
                        try await cluster.makePool(
                            "pool-2", "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-south}}}]")
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(try await scale(of: cluster)[path: "spec", "replicas"] == 2)
                        try await scale(cluster.client, cluster.key("pool"), to: 3)
                        try await waitForPods(["eu": 3, "us": 3, "asia": 1], on: cluster)
                        try await eventually("the scale follows", within: .seconds(30)) {
                            try await scale(of: cluster)[path: "status", "replicas"] == 3
                        }
                        try await cluster.waitForCondition("Ready", .ready)
                        let selector = try #require(try await scale(of: cluster)[path: "status", "selector"]?.string)
                        let pods = try await cluster.client.list(
                            .pod, namespace: cluster.namespace, options: ListOptions(labelSelector: selector)
                        ).items
                        #expect(pods.count == 7)
                        #expect(pods.allSatisfy { $0.labels[LabelKey.regionalWorkerPool] == "pool" })
                    }
                }
            }
        }

        @Test(
            "While an autoscaler scales the pool it is refused, and told where the bounds are",
            arguments: ClusterKind.available)
        func refusedWhileScaled(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makePool("pool", "replicas: 2\nscaling: {engine: HPA}\n" + regions)
                let error = await #expect(throws: APIError.self) {
                    try await scale(cluster.client, cluster.key("pool"), to: 3)
                }
                #expect(error?.causes.map(\.field) == ["spec.replicas"])
                #expect(error?.message.contains("change scaling.minReplicas and scaling.maxReplicas") == true)
                // What a manifest comes to that does not say it any more.
                try await cluster.changePool("pool", ["spec": ["replicas": .null]])
                #expect(try await cluster.pool()[path: "spec", "replicas"] == 1)
                try await cluster.changePool("pool", ["spec": ["replicas": 4, "scaling": ["engine": "Fixed"]]])
                try await scale(cluster.client, cluster.key("pool"), to: 3)
                try await cluster.changePool("pool", ["spec": ["replicas": 5, "scaling": ["engine": "HPA"]]])
            }
        }

        @Test("Whoever may edit a namespace may scale its pools and change nothing else of them; a viewer may look")
        func roles() async throws {
            try await TestCluster.run(.embedded, options: .rbac) { cluster in
                let key = cluster.key("pool")
                try await cluster.makePool("pool", "replicas: 2\n" + regions)
                let roles = try Repository.yaml("config/rbac/viewer.yaml").map { try DynamicObject($0) }
                for role in roles { _ = try await cluster.client.create(role, as: Self.clusterRole) }
                for (user, label) in [("editor", "aggregate-to-edit"), ("looker", "aggregate-to-view")] {
                    for role in roles where role.labels["rbac.authorization.k8s.io/\(label)"] == "true" {
                        try await bind(role.name, to: user, on: cluster)
                    }
                }
                try await asUser("editor", on: cluster) { client in
                    try await scale(client, key, to: 3)
                    await #expect(throws: APIError.self) {
                        _ = try await client.patch(
                            RegionalWorkerPool.resourceType, key, .merge(["spec": ["replicas": 4]]))
                    }
                }
                try await asUser("looker", on: cluster) { client in
                    let scale = try await client.get(RegionalWorkerPool.resourceType, key, subresource: "scale")
                    #expect(scale[path: "spec", "replicas"] == 3)
                    await #expect(throws: APIError.self) { try await self.scale(client, key, to: 4) }
                }
            }
        }

        private func bind(_ role: String, to user: String, on cluster: TestCluster) async throws {
            let binding = try DynamicObject.fixture(
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: \(user)-\(role), namespace: \(cluster.namespace)}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(role)}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: \(user)}]
                """)
            _ = try await cluster.client.create(binding, as: .roleBinding)
        }

        private func asUser(_ name: String, on cluster: TestCluster, _ body: (KubeClient) async throws -> Void)
            async throws
        {
            var configuration = cluster.configuration
            configuration.impersonation = Impersonation(user: name)
            let client = try TestCluster.client(configuration)
            try await body(client)
            await client.shutdown()
        }
    }
}
