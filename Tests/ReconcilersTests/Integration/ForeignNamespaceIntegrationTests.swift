import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// A tenant may be allowed to change the object of a namespace without being allowed to delete it.
    @Suite("Namespaces and claims that only look like an environment's")
    struct ForeignNamespaceIntegrationTests {
        private let namespaces = ["namespaces"]

        @Test(
            "A namespace whose labels a tenant has written is neither taken over nor deleted",
            arguments: ClusterKind.available)
        func labelledNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                try await cluster.asUser("jane", in: space, verbs: ["get", "patch"], on: namespaces) { jane in
                    try await jane.patch(
                        .namespace, ObjectKey(name: space),
                        [
                            "metadata": [
                                "labels": .strings([
                                    LabelKey.managedBy: LabelKey.manager, LabelKey.appEnvironment: space,
                                ])
                            ]
                        ])
                }
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop",
                        """
                        tier: staging
                        deletionPolicy: Delete
                        namespace: {adopt: IfUnmanaged}
                        components: [{name: web, image: 'web:1'}]
                        """)
                    let condition = try await cluster.waitForEnvironment("shop", .namespaceReady, .ownedByOther)
                    #expect(condition.message.contains("the operator has not made it"), "\(condition.message)")
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    #expect(try await cluster.exists(.namespace, ObjectKey(name: space)))
                    #expect(!process.requests.writes.contains { $0.contains("namespaces \(space)") })
                }
            }
        }

        @Test(
            "An adopted namespace is released, whatever a tenant has made of its annotations",
            arguments: ClusterKind.available)
        func strippedAdoption(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop",
                        """
                        tier: staging
                        deletionPolicy: Delete
                        namespace: {adopt: IfUnmanaged}
                        components: [{name: web, image: 'web:1'}]
                        """)
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                    try await process.settled()
                    try await cluster.changeEnvironment("shop", ["spec": ["suspend": true]])
                    try await process.settled()
                    let marks = [AnnotationKey.adopted, AnnotationKey.appliedHash, AnnotationKey.madeFor]
                    try await cluster.asUser("jane", in: space, verbs: ["get", "patch"], on: namespaces) { jane in
                        try await jane.patch(
                            .namespace, ObjectKey(name: space),
                            ["metadata": ["annotations": .object(JSONObject(marks.map { ($0, .null) }))]])
                    }
                    try await process.settled()
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitForEnvironment("shop", .deletionBlocked, .suspended)
                    try await cluster.changeEnvironment("shop", ["spec": ["suspend": false]])
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    let live = try await cluster.client.get(.namespace, ObjectKey(name: space))
                    #expect(!live.isBeingDeleted)
                    #expect(!process.requests.writes.contains("DELETE namespaces \(space)"))
                }
            }
        }

        @Test(
            "A namespace whose marks a tenant has taken away is not adopted by another environment",
            arguments: ClusterKind.available)
        func strippedNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop", "tier: staging\ncomponents: [{name: web, image: 'web:1'}]")
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    try await process.settled()
                }
                // Nobody is there to put them back.
                try await cluster.asUser("jane", in: space, verbs: ["get", "patch"], on: namespaces) { jane in
                    try await jane.patch(
                        .namespace, ObjectKey(name: space), ["metadata": ["labels": .null, "annotations": .null]])
                }
                try await cluster.makeEnvironment(
                    "other",
                    """
                    tier: staging
                    namespace: {name: NAMESPACE-shop, adopt: IfUnmanaged}
                    components: [{name: web, image: 'web:1'}]
                    """)
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.waitForEnvironment("other", .namespaceReady, .ownedByOther)
                    try await process.settled()
                    let live = try await cluster.client.get(.namespace, ObjectKey(name: space))
                    #expect(live.labels[LabelKey.appEnvironment] == space)
                    #expect(live.annotations[AnnotationKey.madeFor]?.count == 32)
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                }
            }
        }

        @Test(
            "A claim that a tenant has labelled neither raises the quota nor goes with the environment",
            arguments: ClusterKind.available)
        func labelledClaim(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                let claim = ObjectKey(namespace: space, name: "theirs")
                try await cluster.asUser("jane", in: space) { jane in
                    var object = try DynamicObject.fixture(
                        """
                        apiVersion: v1
                        kind: PersistentVolumeClaim
                        metadata: {name: theirs, annotations: {quartermaster.dev/on-remove: Delete}}
                        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 900Gi}}}
                        """)
                    object[path: "metadata", "namespace"] = .string(space)
                    object[path: "metadata", "labels"] = .strings([
                        LabelKey.managedBy: LabelKey.manager, LabelKey.appEnvironment: space,
                    ])
                    _ = try await jane.client.create(object, as: .persistentVolumeClaim)
                }
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            deletionPolicy: Delete
                            namespace: {adopt: IfUnmanaged}
                            components: [{name: web, image: 'web:1'}]
                            """)
                        try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                        try await eventually("it is enforced", within: .seconds(30)) {
                            try await cluster.exists(
                                .resourceQuota, ObjectKey(namespace: space, name: ResolvedEnvironment.quotaName))
                        }
                        try await process.settled()
                        let quota = try await cluster.client.get(
                            .resourceQuota, ObjectKey(namespace: space, name: ResolvedEnvironment.quotaName))
                        let storage = quota[path: "spec", "hard", "requests.storage"]?.string
                        let limit = try #require(Quantity("900Gi"))
                        #expect(try #require(storage.flatMap(Quantity.init)) < limit)
                        #expect(try await cluster.exists(.persistentVolumeClaim, claim))
                        try await cluster.deleteEnvironment("shop")
                        try await cluster.waitUntilEnvironmentIsGone("shop")
                        #expect(try await cluster.exists(.persistentVolumeClaim, claim))
                    }
                }
            }
        }
    }
}
