import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// What people of fewer rights than the operator's can write, and what it does with that.
    @Suite("Objects that only look like children")
    struct ForeignChildrenIntegrationTests {
        private static let hold = "example.com/hold"
        private static let region = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]"

        private func labels(ofEnvironment name: String) -> [String: String] {
            [LabelKey.managedBy: LabelKey.manager, LabelKey.appEnvironment: name]
        }

        private let poolLabels = [LabelKey.managedBy: LabelKey.manager, LabelKey.regionalWorkerPool: "pool"]

        /// Frees what a test has held up.
        private func release(_ cluster: TestCluster, _ type: ResourceType, _ key: ObjectKey) async throws {
            try await cluster.change(type, key, ["metadata": ["finalizers": .null]])
        }

        @Test(
            "Somebody with edit in one namespace can't hold up the deletion of an environment",
            arguments: ClusterKind.available)
        func heldDeletion(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    let labels = labels(ofEnvironment: cluster.environmentName("shop"))
                    let forged = [cluster.key("trap"), cluster.inEnvironment("shop", "trap")]
                    for (index, key) in forged.enumerated() {
                        try await cluster.asUser("jane-\(index)", in: key.namespace) { jane in
                            try await jane.forgeConfigMap(key, labels: labels, finalizers: [Self.hold])
                        }
                    }
                    try await process.settled()
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    for key in forged {
                        // Not even their deletion was asked for.
                        #expect(try await cluster.exists(.configMap, key))
                        try await release(cluster, .configMap, key)
                    }
                }
            }
        }

        @Test(
            "1,100 objects that look like children are in no inventory, and the status is written as ever",
            arguments: ClusterKind.available)
        func flood(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    process.requests.forgetWrites()
                    let labels = labels(ofEnvironment: cluster.environmentName("shop"))
                    let forged = [cluster.namespace, cluster.environmentName("shop")].map { space in
                        (space, (0..<550).map { ObjectKey(namespace: space, name: "flood-\($0)") })
                    }
                    for (space, keys) in forged {
                        try await cluster.asUser("jane", in: space) { jane in
                            for key in keys {
                                try await jane.forgeConfigMap(key, labels: labels, finalizers: [Self.hold])
                            }
                        }
                    }
                    try await cluster.changeEnvironment(
                        "shop", ["spec": ["components": [["name": "api", "image": "api:1"]]]])
                    try await eventually("the status is of the new spec", within: .seconds(60)) {
                        let live = try await cluster.environment("shop")
                        return live[path: "status", "observedGeneration"]?.integer == live.generation
                    }
                    try await process.settled()
                    let inventory = try await cluster.environment("shop").inventory
                    #expect(!inventory.contains { $0.name.hasPrefix("flood-") } && !inventory.isEmpty)
                    #expect(!process.requests.writes.contains { $0.contains("flood-") })
                    for key in forged.flatMap(\.1) { try await release(cluster, .configMap, key) }
                }
            }
        }

        @Test(
            "Of large objects that look like children the cache keeps an outline, of the operator's own all",
            arguments: ClusterKind.available)
        func large(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1', config: {A: b}}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                    let labels = labels(ofEnvironment: cluster.environmentName("shop"))
                    try await cluster.asUser("jane", in: cluster.namespace) { jane in
                        for number in 0..<6 {
                            // Nothing that the cache could pack.
                            let text = Base64.encode(secretBytes(300_000))
                            try await jane.forgeConfigMap(
                                cluster.key("large-\(number)"), labels: labels, annotations: ["mine": "long"],
                                data: ["text": .string(text)])
                        }
                    }
                    let store = try #require(process.informers.informers.first { $0.selection.type == .configMap })
                        .store
                    let forged = (0..<6).map { cluster.key("large-\($0)") }
                    try await eventually("the cache has heard of them") {
                        forged.allSatisfy { store.get($0) != nil }
                    }
                    for object in forged.compactMap({ store.get($0) }) {
                        #expect(!object.isWhole && object.byteCount < 1000, "\(object.byteCount) bytes are kept")
                    }
                    let own = store.list().filter { $0.key.namespace == cluster.environmentName("shop") }
                    #expect(!own.isEmpty && own.allSatisfy { $0.isWhole && $0.value(at: "data", "A")?.string == "b" })
                }
            }
        }

        @Test(
            "With get and patch alone nobody has the operator delete an object, by labels or by an owner reference",
            arguments: ClusterKind.available)
        func patchedLabels(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    let pool = try await cluster.makePool("pool", Self.region)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    let spec: JSONValue = ["ports": [["port": 80]]]
                    for name in ["theirs", "owned"] {
                        var service = try DynamicObject.fixture(
                            "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}")
                        service[path: "metadata", "namespace"] = .string(cluster.namespace)
                        service["spec"] = spec
                        _ = try await cluster.client.create(service, as: .service)
                    }
                    try await cluster.asUser("jane", in: cluster.namespace, verbs: ["get", "patch"], on: ["services"]) {
                        jane in
                        try await jane.patch(
                            .service, cluster.key("theirs"), ["metadata": ["labels": .strings(poolLabels)]])
                        let reference: JSONValue = [
                            "apiVersion": .string(RegionalWorkerPool.resourceType.apiVersion),
                            "kind": "RegionalWorkerPool", "name": "pool", "uid": .string(pool.uid), "controller": true,
                        ]
                        try await jane.patch(
                            .service, cluster.key("owned"),
                            ["metadata": ["labels": .strings(poolLabels), "ownerReferences": [reference]]])
                    }
                    try await cluster.changePool("pool", ["spec": ["replicas": 3]])
                    try await eventually("the operator has looked again", within: .seconds(30)) {
                        let live = try await cluster.pool()
                        return live[path: "status", "observedGeneration"]?.integer == live.generation
                    }
                    try await process.settled()
                    for name in ["theirs", "owned"] {
                        #expect(try await cluster.exists(.service, cluster.key(name)))
                        #expect(!process.requests.writes.contains("DELETE services \(cluster.key(name))"))
                    }
                    let inventory = try await cluster.pool().inventory
                    #expect(!inventory.contains { $0.kind == "Service" })
                }
            }
        }

        @Test(
            "An object with a child's name and labels that the operator has not made is left as it is",
            arguments: ClusterKind.available)
        func labelledName(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                var before: DynamicObject?
                try await cluster.asUser("jane", in: cluster.namespace) { jane in
                    var deployment = try DynamicObject.fixture(
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: pool-eu}
                        spec:
                          replicas: 0
                          selector: {matchLabels: {app: theirs}}
                          template:
                            metadata: {labels: {app: theirs}}
                            spec: {containers: [{name: theirs, image: 'theirs:1'}]}
                        """)
                    deployment[path: "metadata", "namespace"] = .string(cluster.namespace)
                    deployment[path: "metadata", "labels"] = .strings(poolLabels)
                    before = try await jane.client.create(deployment, as: .deployment)
                }
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", Self.region)
                    try await cluster.waitForCondition("Available", .nameConflict)
                    let words = try await cluster.condition("Available")?.message
                    #expect(words?.contains("the operator has not made it") == true, "\(words ?? "")")
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    let after = try await cluster.client.get(.deployment, cluster.key("pool-eu"))
                    #expect(after.uid == before?.uid && after["spec"] == before?["spec"])
                }
            }
        }

        @Test(
            "A RoleBinding with an environment's labels that somebody else has made is neither extended nor kept as a child",
            arguments: ClusterKind.available)
        func roleBinding(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                let key = ObjectKey(namespace: space, name: "access-view")
                var forged = try DynamicObject.fixture(
                    """
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: RoleBinding
                    metadata: {name: access-view}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
                    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: mallory}]
                    """)
                forged[path: "metadata", "namespace"] = .string(space)
                forged[path: "metadata", "labels"] = .strings(labels(ofEnvironment: space))
                let before = try await cluster.client.create(forged, as: .roleBinding)
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    try await cluster.makeEnvironment(
                        "shop",
                        """
                        tier: staging
                        namespace: {adopt: IfUnmanaged}
                        access: {bindings: [{role: view, subjects: [{kind: User, name: jane}]}]}
                        components: [{name: web, image: 'web:1'}]
                        """)
                    try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                    let after = try await cluster.client.get(.roleBinding, key)
                    #expect(after["subjects"] == before["subjects"] && after.annotations.isEmpty)
                    #expect(try await !cluster.environment("shop").inventory.contains { $0.name == key.name })
                }
            }
        }
    }
}
