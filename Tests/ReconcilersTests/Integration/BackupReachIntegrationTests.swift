import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("The way of backups to the API server")
    struct BackupReachIntegrationTests {
        @Test("Exports reach the API server at the port that it listens on, also when that changes")
        func ports() async throws {
            try await TestCluster.run(.embedded) { cluster in
                // The embedded server has none of its own.
                try await cluster.install(.endpointSlice)
                try await TestOperator.runBackups(on: cluster) { _ in
                    var slice = try DynamicObject.fixture(
                        """
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: {name: kubernetes, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
                        addressType: IPv4
                        endpoints: [{addresses: [192.0.2.1]}]
                        """)
                    slice["ports"] = [["name": "https", "port": 16443, "protocol": "TCP"]]
                    _ = try await cluster.client.create(slice, as: .endpointSlice)
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources: [{name: objects, manifests: {}}]
                        destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: backups}}]
                        """)
                    try await expect([443, 6443, 16443], in: cluster)
                    try await cluster.change(
                        .endpointSlice, slice.key, ["ports": [["name": "https", "port": 7443, "protocol": "TCP"]]])
                    try await expect([443, 6443, 7443], in: cluster)
                }
            }
        }

        private func expect(_ ports: [Int64], in cluster: TestCluster) async throws {
            let key = cluster.key("nightly--objects-reach")
            try await eventually("\(key) opens \(ports)", within: .seconds(30)) {
                guard try await cluster.exists(.networkPolicy, key) else { return false }
                let policy = try await cluster.client.get(.networkPolicy, key)
                let open = policy[path: "spec", "egress"]?.elements.flatMap { $0["ports"]?.elements ?? [] } ?? []
                return open.compactMap { $0["port"]?.integer } == ports
            }
        }
    }
}
