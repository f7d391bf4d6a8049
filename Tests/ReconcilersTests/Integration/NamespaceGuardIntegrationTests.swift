import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Namespaces that environments may not have, and labels that they may not lose")
    struct NamespaceGuardIntegrationTests {
        private let spec = """
            tier: preview
            namespace: {name: NAMESPACE-ops, adopt: IfUnmanaged}
            components: [{name: web, image: 'registry.example.com/web:1'}]
            """

        /// The permissions that give the namespace `ops` to somebody, and what is said of it.
        private static let uses: [(@Sendable (inout Permissions, String) -> Void, String)] = [
            ({ $0.operatorNamespace = $1 }, "is the operator's own"),
            ({ $0.leaseNamespace = $1 }, "is the operator's own"),
            ({ $0.privilegedNamespaces = [$1] }, "--privileged-namespaces"),
            ({ $0.secretSourceNamespaces = [$1] }, "--secret-source-namespaces"),
            ({ $0.nodePoolNamespaces = [$1] }, "--node-pool-namespaces"),
            ({ $0.monitoringNamespaces = [$1] }, "--monitoring-namespaces"),
        ]

        @Test(
            "The operator's own namespace, whatever its name, and those of its flags are neither adopted nor deleted",
            arguments: ClusterKind.available)
        func refused(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let space = ObjectKey(name: cluster.environmentName("ops"))
                try await cluster.makeNamespace(space.name)
                for (index, (use, words)) in Self.uses.enumerated() {
                    var permissions = Permissions()
                    use(&permissions, space.name)
                    let before = try await cluster.client.get(.namespace, space).resourceVersion
                    let name = "shop\(index)"
                    try await TestOperator.runEnvironments(on: cluster, permissions: permissions) { process in
                        try await cluster.makeEnvironment(name, spec)
                        let told = try await cluster.waitForEnvironment(name, .namespaceReady, .refused)
                        #expect(told.message.contains(words), "\(told.message)")
                        try await process.settled()
                        #expect(process.requests.writes.allSatisfy { $0.contains("appenvironments") })
                        try await cluster.deleteEnvironment(name)
                        try await cluster.waitUntilEnvironmentIsGone(name)
                        #expect(try await cluster.client.get(.namespace, space).resourceVersion == before)
                    }
                }
            }
        }

        @Test(
            "A namespace with the environment's labels is not deleted where it may not have it",
            arguments: ClusterKind.available)
        func notDeleted(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let space = ObjectKey(name: cluster.environmentName("ops"))
                try await cluster.makeNamespace(space.name)
                var permissions = Permissions()
                permissions.operatorNamespace = space.name
                try await TestOperator.runEnvironments(on: cluster, permissions: permissions) { process in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .refused)
                    try await cluster.change(
                        .namespace, space,
                        [
                            "metadata": [
                                "labels": [
                                    LabelKey.managedBy: .string(LabelKey.manager),
                                    LabelKey.appEnvironment: .string(
                                        ChildName.labelValue(cluster.environmentName("shop"))),
                                ]
                            ]
                        ])
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    #expect(try await !cluster.client.get(.namespace, space).isBeingDeleted)
                }
            }
        }

        @Test(
            "Pod Security of a namespace is the environment's alone: what others set there goes, adopted or not",
            arguments: ClusterKind.available, [true, false])
        func podSecurity(kind: ClusterKind, isAdopted: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                let space = ObjectKey(name: cluster.environmentName("ops"))
                let lax: JSONValue = [
                    "metadata": [
                        "labels": [
                            "pod-security.kubernetes.io/enforce": "privileged",
                            "pod-security.kubernetes.io/enforce-version": "v1.20",
                            "pod-security.kubernetes.io/audit": "privileged",
                            "pod-security.kubernetes.io/audit-version": "v1.20",
                            "pod-security.kubernetes.io/warn": "privileged",
                            "pod-security.kubernetes.io/warn-version": "v1.20",
                            "pod-security.kubernetes.io/new-mode": "privileged",
                        ]
                    ]
                ]
                if isAdopted {
                    try await cluster.makeNamespace(space.name)
                    try await cluster.change(.namespace, space, lax)
                }
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment("shop", spec)
                        try await cluster.waitForEnvironment("shop", .namespaceReady, isAdopted ? .adopted : .created)
                        try await waitForLabels(cluster, space)
                        try await cluster.change(.namespace, space, lax)
                        try await waitForLabels(cluster, space)
                        try await cluster.change(
                            .namespace, space,
                            ["metadata": ["labels": ["pod-security.kubernetes.io/enforce-version": .null]]])
                        try await waitForLabels(cluster, space)
                        try await cluster.quiet(process)
                        process.requests.forgetWrites()
                        for _ in 0..<20 {
                            _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                        }
                        #expect(process.requests.writes == [])
                    }
                }
            }
        }

        @Test(
            "An environment that says privileged itself shares a namespace with pools that have power over their nodes",
            arguments: ClusterKind.available)
        func sharedWithPools(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let space = cluster.environmentName("shop")
                let permissions = Permissions(privilegedNamespaces: [space])
                try await TestOperator.runEnvironments(on: cluster, permissions: permissions) { _ in
                    try await cluster.makeEnvironment(
                        "shop",
                        "tier: production\nnamespace: {podSecurity: restricted}\ncomponents: [{name: web, image: 'web:1'}]"
                    )
                    let told = try await cluster.waitForEnvironment("shop", .namespaceReady, .refused)
                    #expect(told.message.contains("with spec.namespace.podSecurity privileged"), "\(told.message)")
                    #expect(try await !cluster.exists(.namespace, ObjectKey(name: space)))
                    try await cluster.changeEnvironment(
                        "shop", ["spec": ["namespace": ["podSecurity": "privileged"]]])
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .created)
                    let live = try await cluster.client.get(.namespace, ObjectKey(name: space))
                    #expect(live.labels["pod-security.kubernetes.io/enforce"] == "privileged")
                    // The component is held to the strictest level all the same: its template is ours.
                    let key = cluster.inEnvironment("shop", "web")
                    try await eventually("the Deployment is there", within: .seconds(30)) {
                        try await cluster.exists(.deployment, key)
                    }
                    let web = try await cluster.deployment(key)
                    let pod = web[path: "spec", "template", "spec"]
                    #expect(pod?["securityContext"]?["runAsNonRoot"] == true)
                }
            }
        }

        private func waitForLabels(_ cluster: TestCluster, _ space: ObjectKey) async throws {
            try await eventually("Pod Security is the tier's", within: .seconds(60)) {
                let live = try await cluster.client.get(.namespace, space).labels
                return live.filter { $0.key.hasPrefix("pod-security") } == [
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/enforce-version": "latest",
                    "pod-security.kubernetes.io/audit": "restricted",
                    "pod-security.kubernetes.io/audit-version": "latest",
                    "pod-security.kubernetes.io/warn": "restricted",
                    "pod-security.kubernetes.io/warn-version": "latest",
                ]
            }
        }

        @Test(
            "The operator binds the ServiceAccount that it runs as, in its own namespace",
            arguments: ClusterKind.available)
        func binding(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                var permissions = Permissions()
                permissions.operatorNamespace = cluster.namespace
                try await TestOperator.runEnvironments(on: cluster, permissions: permissions) { _ in
                    try await cluster.makeEnvironment(
                        "shop", "tier: preview\ncomponents: [{name: web, image: 'web:1'}]")
                    let key = cluster.inEnvironment("shop", ResolvedEnvironment.operatorRole)
                    try await eventually("the binding is there", within: .seconds(30)) {
                        try await cluster.exists(.roleBinding, key)
                    }
                    let subject = try await cluster.client.get(.roleBinding, key)["subjects"]?[0]
                    #expect(subject?["namespace"]?.string == cluster.namespace)
                }
            }
        }
    }
}
