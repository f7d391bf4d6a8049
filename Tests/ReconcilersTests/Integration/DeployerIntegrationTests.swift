import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// A pipeline rolls out images with the rights of the deployer and no others.
    @Suite("A deployer and its images")
    struct DeployerIntegrationTests {
        private static let spec = """
            tier: staging
            components: [{name: api, image: 'ghcr.io/shop/api:1'}, {name: web, image: 'ghcr.io/shop/web:1'}]
            """

        /// Runs `body` as the ServiceAccount, with the role of `config/rbac`.
        private static func asDeployer(
            of name: String, on cluster: TestCluster, _ body: (TestUser) async throws -> Void
        ) async throws {
            let documents = try Repository.yaml("config/rbac/environment.yaml")
            let role = try #require(documents.first { $0["metadata"]?["name"]?.string == "quartermaster-deployer" })
            let roles = ResourceType(
                group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
                isNamespaced: false)
            _ = try await cluster.client.patch(
                roles, ObjectKey(name: "quartermaster-deployer"), .apply(role, force: true), subresource: nil,
                options: WriteOptions(fieldManager: "test"))
            var own = cluster.configuration
            own.impersonation = Impersonation(
                user: "system:serviceaccount:\(cluster.environmentName(name)):deployer",
                groups: ["system:serviceaccounts", "system:authenticated"])
            let user = TestUser(client: try TestCluster.client(own))
            do {
                try await body(user)
            } catch {
                await user.client.shutdown()
                throw error
            }
            await user.client.shutdown()
        }

        private static let type = ComponentImages.resourceType

        private static func key(_ cluster: TestCluster) -> ObjectKey {
            cluster.inEnvironment("shop", cluster.environmentName("shop"))
        }

        private static func set(_ images: JSONValue) -> JSONValue { ["spec": ["images": images]] }

        /// What `kubectl wait --for=condition=Ready` looks at: the condition, if it is of the present generation.
        private static func ready(_ user: TestUser, _ cluster: TestCluster) async throws -> Condition? {
            let object = try await user.client.get(type, key(cluster))
            let conditions = try (object[path: "status", "conditions"]?.elements ?? []).map {
                try JSONValueDecoder().decode(Condition.self, from: $0)
            }
            return conditions.first {
                $0.type == ConditionType.ready.rawValue && $0.observedGeneration == object.generation
            }
        }

        private static func wait(
            for reason: Reason, _ user: TestUser, _ cluster: TestCluster
        ) async throws -> Condition {
            var last: Condition?
            try await eventually("Ready is \(reason.rawValue)", within: .seconds(60)) {
                last = try await ready(user, cluster)
                return last?.reason == reason.rawValue
            }
            return try #require(last)
        }

        private static func image(of component: String, _ cluster: TestCluster) async throws -> String? {
            let live = try await cluster.deployment(cluster.inEnvironment("shop", component))
            return live[path: "spec", "template", "spec", "containers"]?[0]?["image"]?.string
        }

        @Test(
            "A deployer sets an image, waits until it runs, and takes it back; a converged cluster is left in peace",
            arguments: ClusterKind.available)
        func deploys(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", Self.spec)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                        try await Self.asDeployer(of: "shop", on: cluster) { user in
                            try await user.patch(Self.type, Self.key(cluster), Self.set(["api": "ghcr.io/shop/api:2"]))
                            let condition = try await Self.wait(for: .ready, user, cluster)
                            #expect(condition.message == "api runs ghcr.io/shop/api:2")
                            #expect(try await Self.image(of: "api", cluster) == "ghcr.io/shop/api:2")
                            #expect(try await Self.image(of: "web", cluster) == "ghcr.io/shop/web:1")
                            let live = try await cluster.deployment(cluster.inEnvironment("shop", "api"))
                            #expect(live[path: "status", "updatedReplicas"] == live[path: "spec", "replicas"])
                            try await process.settled()
                            process.requests.forgetWrites()
                            try await cluster.changeEnvironment(
                                "shop", ["metadata": ["annotations": ["quartermaster.dev/requestedAt": "now"]]])
                            try await process.settled()
                            #expect(process.requests.writes.filter { !$0.hasPrefix("PATCH appenvironments") } == [])

                            // A new image of the environment does not undo what was deployed.
                            try await cluster.changeEnvironment(
                                "shop",
                                ["spec": ["components": [["name": "api", "image": "ghcr.io/shop/api:3"]]]])
                            try await cluster.waitForEnvironment("shop", .ready, .ready)
                            #expect(try await Self.image(of: "api", cluster) == "ghcr.io/shop/api:2")
                            try await user.patch(Self.type, Self.key(cluster), Self.set(["api": .null]))
                            _ = try await Self.wait(for: .ready, user, cluster)
                            #expect(try await Self.image(of: "api", cluster) == "ghcr.io/shop/api:3")
                            let back = try await cluster.deployment(cluster.inEnvironment("shop", "api"))
                            #expect(back[path: "status", "updatedReplicas"] == back[path: "status", "replicas"])
                        }
                    }
                }
            }
        }

        @Test(
            "An image that the environment does not allow is refused in the object, and the environment stays ready",
            arguments: ClusterKind.available)
        func refused(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", Self.spec)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await Self.asDeployer(of: "shop", on: cluster) { user in
                            try await user.patch(
                                Self.type, Self.key(cluster), Self.set(["api": "ghcr.io/shop/api:1.5"]))
                            _ = try await Self.wait(for: .ready, user, cluster)
                            try await user.patch(
                                Self.type, Self.key(cluster),
                                Self.set(["api": "ghcr.io/evil/api:2", "web": "ghcr.io/shop/web:2"]))
                            let condition = try await Self.wait(for: .notPermitted, user, cluster)
                            #expect(condition.message.contains("ghcr.io/evil/api"), "\(condition.message)")
                            try await process.settled()
                            #expect(try await Self.image(of: "api", cluster) == "ghcr.io/shop/api:1.5")
                            #expect(try await Self.image(of: "web", cluster) == "ghcr.io/shop/web:2")
                            try await cluster.waitForEnvironment("shop", .ready, .ready)

                            // Where the environment can't be followed a pipeline is told why it waits.
                            try await cluster.changeEnvironment("shop", ["spec": ["defaultsVersion": 999]])
                            let stuck = try await Self.wait(for: .invalidSpec, user, cluster)
                            #expect(stuck.message.hasPrefix("AppEnvironment "), "\(stuck.message)")
                            #expect(stuck.message.contains("defaultsVersion"), "\(stuck.message)")
                        }
                    }
                }
            }
        }

        @Test(
            "A deployer may set images and nothing else: no other object, none of its own, and no mark by which it is believed",
            arguments: ClusterKind.available)
        func bounds(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", Self.spec)
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    let key = Self.key(cluster)
                    try await Self.asDeployer(of: "shop", on: cluster) { user in
                        var other = try await user.client.get(Self.type, key)
                        other[path: "metadata", "name"] = "other"
                        other[path: "metadata", "resourceVersion"] = nil
                        other[path: "metadata", "uid"] = nil
                        await #expect(throws: APIError.self) { try await user.client.create(other, as: Self.type) }
                        await #expect(throws: APIError.self) { try await user.client.delete(Self.type, key) }
                        await #expect(throws: APIError.self) {
                            _ = try await user.client.patch(
                                Self.type, key, .merge(["status": ["observedGeneration": 7]]), subresource: "status",
                                options: WriteOptions(fieldManager: "test"))
                        }
                        await #expect(throws: APIError.self) {
                            try await user.client.list(.secret, namespace: key.namespace)
                        }
                        await #expect(throws: APIError.self) {
                            try await user.patch(
                                AppEnvironment.resourceType, ObjectKey(name: key.name), ["spec": ["suspend": true]])
                        }
                        // What makes it the environment's is put back.
                        try await user.patch(
                            Self.type, key,
                            ["metadata": ["labels": [.init(LabelKey.appEnvironment): .null], "annotations": .null]])
                        try await eventually("it is the environment's again", within: .seconds(30)) {
                            let live = try await user.client.get(Self.type, key)
                            return live.labels[LabelKey.appEnvironment] == key.name
                                && live.annotations[AnnotationKey.madeFor] != nil
                        }
                    }
                    // One that the operator has not made says nothing.
                    try await cluster.changeEnvironment("shop", ["spec": ["access": ["deployer": false]]])
                    try await cluster.waitUntilGone(Self.type, key)
                    var forged = try DynamicObject.fixture(
                        "apiVersion: quartermaster.dev/v1alpha1\nkind: ComponentImages\nmetadata: {}")
                    forged[path: "metadata", "name"] = .string(key.name)
                    forged[path: "metadata", "namespace"] = .string(key.namespace)
                    forged["spec"] = ["images": ["api": "ghcr.io/shop/api:9"]]
                    _ = try await cluster.client.create(forged, as: Self.type)
                    try await cluster.changeEnvironment("shop", ["spec": ["access": ["deployer": true]]])
                    try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                    #expect(try await Self.image(of: "api", cluster) == "ghcr.io/shop/api:1")
                }
            }
        }
    }
}
