import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Namespaces that were there before, with what runs in them")
    struct AdoptionIntegrationTests {
        private let bounds: [(ResourceType, String)] = [
            (.resourceQuota, "environment"), (.limitRange, "environment"), (.networkPolicy, "default-deny"),
        ]

        /// A namespace as somebody has made it by hand, with a Deployment, a Service and a claim.
        private func makeExisting(_ cluster: TestCluster, labels: [String: String] = [:]) async throws {
            let space = cluster.environmentName("shop")
            try await cluster.makeNamespace(space)
            if !labels.isEmpty {
                try await cluster.change(
                    .namespace, ObjectKey(name: space), ["metadata": ["labels": .strings(labels)]])
            }
            for (type, yaml) in [
                (
                    ResourceType.deployment,
                    """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: my-app, labels: {app: my-app}}
                    spec:
                      replicas: 1
                      selector: {matchLabels: {app: my-app}}
                      template:
                        metadata: {labels: {app: my-app}}
                        spec: {containers: [{name: my-app, image: "ghcr.io/x/my-app:staging"}]}
                    """
                ),
                (
                    .service,
                    "apiVersion: v1\nkind: Service\nmetadata: {name: my-app}\nspec: {selector: {app: my-app}, ports: [{port: 3000}]}"
                ),
                (
                    .persistentVolumeClaim,
                    """
                    apiVersion: v1
                    kind: PersistentVolumeClaim
                    metadata: {name: my-app-data}
                    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
                    """
                ),
            ] {
                var object = try DynamicObject.fixture(yaml)
                object[path: "metadata", "namespace"] = .string(space)
                _ = try await cluster.client.create(object, as: type)
            }
        }

        private func spec(_ component: String, _ more: String = "") -> String {
            """
            tier: staging
            namespace: {adopt: IfUnmanaged}
            components: [{name: \(component), image: 'ghcr.io/x/my-app:staging', replicas: 1\(more)}]
            """
        }

        @Test(
            "Nothing is enforced while the components do not stand, and no message sends anybody to delete a claim",
            arguments: ClusterKind.available)
        func conflict(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await makeExisting(cluster)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        let volume =
                            ", volumes: [{name: data, path: /data, size: 10Gi}], ports: [{name: http, port: 3000}]"
                        try await cluster.makeEnvironment("shop", spec("my-app", volume))
                        let ready = try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                        try await process.settled()
                        for (type, name) in bounds {
                            #expect(
                                try await !cluster.exists(type, cluster.inEnvironment("shop", name)), "\(type.kind)")
                        }
                        let live = try await cluster.client.get(
                            .namespace, ObjectKey(name: cluster.environmentName("shop")))
                        #expect(live.labels["pod-security.kubernetes.io/enforce"] == nil)
                        let adopted = try #require(
                            try await cluster.environmentCondition(.namespaceReady, of: "shop"))
                        #expect(adopted.reason == "Adopted" && adopted.message.contains("once the components stand"))
                        #expect(ready.message.contains("is left alone"))
                        let conditions = try await cluster.environment("shop")[path: "status", "conditions"]?.elements
                        for message in (conditions ?? []).compactMap({ $0["message"]?.string })
                        where message.contains("PersistentVolumeClaim") {
                            #expect(!message.contains("delete") && !message.contains("rename"), "\(message)")
                        }
                    }
                }
            }
        }

        @Test(
            "Everything is enforced once the components stand, and stays so whatever becomes of them",
            arguments: ClusterKind.available)
        func enforced(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await makeExisting(cluster)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", spec("web"))
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let space = ObjectKey(name: cluster.environmentName("shop"))
                        func isEnforced() async throws -> Bool {
                            for (type, name) in bounds
                            where try await !cluster.exists(type, cluster.inEnvironment("shop", name)) {
                                return false
                            }
                            let live = try await cluster.client.get(.namespace, space)
                            return live.labels["pod-security.kubernetes.io/enforce"] == "restricted"
                        }
                        try await eventually("it is enforced", within: .seconds(30)) { try await isEnforced() }
                        let adopted = try #require(
                            try await cluster.environmentCondition(.namespaceReady, of: "shop"))
                        #expect(!adopted.message.contains("once the components stand"))
                        let preview = ChangePreview(client: cluster.client)
                        let differences = try await preview.changes(of: cluster.environment("shop"))
                        #expect(differences.isEmpty, "\(differences)")
                        // A component that is not there yet, and a deny that somebody has deleted.
                        try await cluster.changeEnvironment(
                            "shop",
                            [
                                "spec": [
                                    "components": [
                                        ["name": "web", "image": "ghcr.io/x/my-app:staging", "replicas": 1],
                                        ["name": "my-app", "image": "ghcr.io/x/my-app:staging"],
                                    ]
                                ]
                            ])
                        try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                        try await cluster.client.delete(.networkPolicy, cluster.inEnvironment("shop", "default-deny"))
                        try await eventually("the deny is back", within: .seconds(30)) { try await isEnforced() }
                        try await process.settled()
                        process.requests.forgetWrites()
                        for _ in 0..<20 { _ = try await process.reconciler.reconcile(space) }
                        #expect(process.requests.writes == [])
                    }
                }
            }
        }

        @Test(
            "What bounds a namespace stays once it was begun, also where somebody has the name of its deny, and is written once",
            arguments: ClusterKind.available)
        func foreignDeny(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await makeExisting(cluster)
                    var deny = try DynamicObject.fixture(
                        """
                        apiVersion: networking.k8s.io/v1
                        kind: NetworkPolicy
                        metadata: {name: default-deny}
                        spec: {podSelector: {}, policyTypes: [Ingress]}
                        """)
                    deny[path: "metadata", "namespace"] = .string(cluster.environmentName("shop"))
                    _ = try await cluster.client.create(deny, as: .networkPolicy)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", spec("web"))
                        let told = try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                        #expect(told.message.contains("default-deny"), "\(told.message)")
                        try await process.settled()
                        let space = ObjectKey(name: cluster.environmentName("shop"))
                        func expectBounds() async throws {
                            let live = try await cluster.client.get(.namespace, space)
                            #expect(live.labels["pod-security.kubernetes.io/enforce"] == "restricted")
                            for (type, name) in bounds {
                                let isThere = try await cluster.exists(type, cluster.inEnvironment("shop", name))
                                #expect(isThere, "\(type.kind)")
                            }
                        }
                        try await expectBounds()
                        process.requests.forgetWrites()
                        for _ in 0..<20 { _ = try await process.reconciler.reconcile(space) }
                        #expect(process.requests.writes == [])
                        try await expectBounds()
                    }
                }
            }
        }

        @Test(
            "A namespace that a tool delivers is that tool's, also where it may be adopted",
            arguments: ClusterKind.available,
            [
                ["labels", "app.kubernetes.io/instance", "Argo CD or a release"],
                ["labels", "argocd.argoproj.io/instance", "Argo CD"],
                ["annotations", "argocd.argoproj.io/tracking-id", "Argo CD"],
                ["labels", "kustomize.toolkit.fluxcd.io/name", "Flux"],
                ["labels", "helm.toolkit.fluxcd.io/name", "Flux"],
                ["annotations", "meta.helm.sh/release-name", "Helm"],
            ])
        func tracked(kind: ClusterKind, mark: [String]) async throws {
            let (field, key, tool) = (mark[0], mark[1], mark[2])
            try await TestCluster.run(kind) { cluster in
                let space = ObjectKey(name: cluster.environmentName("shop"))
                try await cluster.makeNamespace(space.name)
                try await cluster.change(.namespace, space, ["metadata": [.init(field): [.init(key): "x"]]])
                let before = try await cluster.client.get(.namespace, space).resourceVersion
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec("web"))
                    let told = try await cluster.waitForEnvironment("shop", .namespaceReady, .ownedByOther)
                    #expect(told.message.contains("\(key)=x says that \(tool) keeps it"), "\(told.message)")
                    #expect(!told.message.contains("delete") && !told.message.contains("IfUnmanaged"))
                    try await process.settled()
                    #expect(try await cluster.client.get(.namespace, space).resourceVersion == before)
                    // It comes by the environment once the tool has let go of it.
                    try await cluster.change(
                        .namespace, space, ["metadata": [.init(field): [.init(key): .null]]])
                    try await cluster.changeEnvironment(
                        "shop", ["metadata": ["annotations": [.init(AnnotationKey.requestedAt): "now"]]])
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                }
            }
        }
    }
}
