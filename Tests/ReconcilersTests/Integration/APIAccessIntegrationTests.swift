import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Components that call the Kubernetes API")
    struct APIAccessIntegrationTests {
        private static let roles = ResourceType(
            group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole", plural: "clusterroles",
            isNamespaced: false)
        private static let leases = ResourceType(
            group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases")

        private func spec(_ access: String) -> String {
            """
            tier: preview
            components: [{name: web, image: 'registry.example.com/web:1', apiAccess: \(access)}]
            """
        }

        /// Runs `body` with the token's rights of the component.
        private func asComponent(_ cluster: TestCluster, _ body: (KubeClient) async throws -> Void) async throws {
            var own = cluster.configuration
            own.impersonation = Impersonation(
                user: "system:serviceaccount:\(cluster.environmentName("shop")):web",
                groups: ["system:serviceaccounts", "system:authenticated"])
            let client = try TestCluster.client(own)
            do {
                try await body(client)
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }

        private func isForbidden(_ request: () async throws -> Void) async throws -> Bool {
            do {
                try await request()
                return false
            } catch let error as APIError {
                return error.code == 403
            }
        }

        @Test(
            "A component may do what it is given in its own namespace and nothing else, until it is taken away",
            arguments: ClusterKind.available)
        func granted(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                for role in try Repository.yaml("config/rbac/applications.yaml") {
                    let name = try #require(role["metadata"]?["name"]?.string)
                    _ = try await cluster.client.patch(
                        Self.roles, ObjectKey(name: name), .apply(role, force: true), subresource: nil,
                        options: WriteOptions(fieldManager: "test"))
                }
                let namespace = cluster.environmentName("shop")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec("[ReadPods, LeaderElection]"))
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                    try await cluster.quiet(process)
                    try await asComponent(cluster) { web in
                        _ = try await web.list(.pod, namespace: namespace)
                        var lease = try DynamicObject.fixture(
                            "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: web}\nspec: {holderIdentity: a}"
                        )
                        lease[path: "metadata", "namespace"] = .string(namespace)
                        _ = try await web.create(lease, as: Self.leases)
                        for type in [ResourceType.secret, .configMap, .service, .deployment, .roleBinding] {
                            let refused = try await isForbidden { _ = try await web.list(type, namespace: namespace) }
                            #expect(refused, "\(type.kind)")
                        }
                        let elsewhere = try await isForbidden {
                            _ = try await web.list(.pod, namespace: cluster.namespace)
                        }
                        #expect(elsewhere)
                        let everywhere = try await isForbidden { _ = try await web.list(.pod, namespace: nil) }
                        #expect(everywhere)
                        var pod = try DynamicObject.fixture(
                            "apiVersion: v1\nkind: Pod\nmetadata: {name: own}\nspec: {containers: [{name: a, image: a}]}"
                        )
                        pod[path: "metadata", "namespace"] = .string(namespace)
                        let made = try await isForbidden { _ = try await web.create(pod, as: .pod) }
                        #expect(made)

                        // A binding that somebody changes is put right.
                        let key = cluster.inEnvironment("shop", "web-read-pods")
                        try await cluster.change(.roleBinding, key, ["subjects": .null])
                        try await eventually("its rights are back", within: .seconds(30)) {
                            try await !isForbidden { _ = try await web.list(.pod, namespace: namespace) }
                        }
                        try await cluster.quiet(process)
                        process.requests.forgetWrites()
                        for _ in 0..<5 {
                            _ = try await process.reconciler.reconcile(ObjectKey(name: namespace))
                        }
                        #expect(process.requests.writes == [])

                        let without: JSONValue = ["name": "web", "image": "registry.example.com/web:1"]
                        try await cluster.changeEnvironment("shop", ["spec": ["components": [without]]])
                        try await eventually("its rights are gone", within: .seconds(30)) {
                            try await isForbidden { _ = try await web.list(.pod, namespace: namespace) }
                        }
                        #expect(try await cluster.client.find(.roleBinding, key) == nil)
                    }
                }
            }
        }

        @Test("The way to the API servers follows them", arguments: [ClusterKind.embedded])
        func moves(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                func put(_ address: String) async throws {
                    let slice: JSONValue = [
                        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                        "metadata": ["name": "kubernetes", "namespace": "default"], "addressType": "IPv4",
                        "endpoints": [["addresses": [.string(address)]]],
                        "ports": [["name": "https", "port": 6443, "protocol": "TCP"]],
                    ]
                    _ = try await cluster.client.patch(
                        .endpointSlice, ServerPorts.slice, .apply(slice, force: true), subresource: nil,
                        options: WriteOptions(fieldManager: "test"))
                }
                func waitUntilOpen(_ address: String) async throws {
                    try await eventually("the policy names \(address)", within: .seconds(30)) {
                        let policy = try await cluster.client.find(
                            .networkPolicy, cluster.inEnvironment("shop", "allow-web"))
                        return (policy?[path: "spec", "egress"]?.elements ?? []).contains {
                            $0["to"]?[0]?["ipBlock"]?["cidr"]?.string == "\(address)/32"
                        }
                    }
                }
                try await cluster.install(.endpointSlice)
                try await put("192.0.2.10")
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    try await cluster.makeEnvironment("shop", spec("[ReadPods]"))
                    try await waitUntilOpen("192.0.2.10")
                    try await put("192.0.2.20")
                    try await waitUntilOpen("192.0.2.20")
                }
            }
        }
    }
}
