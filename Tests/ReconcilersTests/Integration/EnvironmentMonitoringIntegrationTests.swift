import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Environments: what is installed later")
    struct EnvironmentOptionalAPIsIntegrationTests {
        @Test(
            "Installed late, the Prometheus operator's CRDs are used without a restart; removed, the condition says so",
            arguments: [ClusterKind.embedded])
        func monitoring(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components:
                              - {name: web, image: 'web:1', ports: [{name: http, port: 80}], metrics: {port: 80}}
                            """)
                        // Ready does not wait for it.
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await cluster.waitForEnvironment("shop", .observabilityReady, .crdNotInstalled)
                        let key = cluster.inEnvironment("shop", "web")
                        try await cluster.install(.serviceMonitor)
                        try await eventually("the ServiceMonitor is there", within: .seconds(60)) {
                            (try? await cluster.client.get(.serviceMonitor, key)) != nil
                        }
                        let monitor = try await cluster.client.get(.serviceMonitor, key)
                        #expect(monitor.labels["release"] == "kube-prometheus-stack")
                        #expect(monitor[path: "spec", "endpoints"]?[0]?["path"] == "/metrics")
                        // The other one is still missing.
                        try await cluster.waitForEnvironment("shop", .observabilityReady, .crdNotInstalled)
                        try await cluster.install(.prometheusRule)
                        try await cluster.waitForEnvironment("shop", .observabilityReady, .applied)
                        #expect(
                            try await cluster.exists(.prometheusRule, cluster.inEnvironment("shop", "alerts")))
                        try await process.settled()
                        process.requests.forgetWrites()
                        try await cluster.change(
                            .serviceMonitor, key, ["spec": ["endpoints": []]], by: "somebody")
                        try await eventually("it is put right", within: .seconds(30)) {
                            try await cluster.client.get(.serviceMonitor, key)["spec"] == monitor["spec"]
                        }
                        try await cluster.uninstall(.serviceMonitor)
                        try await cluster.waitForEnvironment("shop", .observabilityReady, .crdNotInstalled)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                    }
                }
            }
        }

        @Test(
            "An Ingress asks cert-manager for its certificate; once that is installed the environment waits for it",
            arguments: [ClusterKind.embedded])
        func certificates(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { _ in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            components: [{name: web, image: 'web:1', ports: [{name: http, port: 80}]}]
                            ingress:
                              - host: shop.example.com
                                className: nginx
                                clusterIssuer: letsencrypt
                                annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 8m}
                                paths: [{path: /, component: web, port: http}]
                            """)
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let applied = try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                        #expect(applied.message.contains("cert-manager is not installed"), "\(applied.message)")
                        let ingress = try await cluster.client.get(
                            .ingress, cluster.inEnvironment("shop", "shop.example.com"))
                        #expect(ingress.annotations["cert-manager.io/cluster-issuer"] == "letsencrypt")
                        #expect(ingress.annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "8m")
                        #expect(ingress[path: "spec", "tls"]?[0]?["secretName"] == "shop.example.com-tls")

                        try await cluster.install(.certificate)
                        let absent = try await cluster.waitForEnvironment("shop", .ready, .certificatePending)
                        #expect(absent.message.contains("has not been made by cert-manager yet"), "\(absent.message)")
                        let key = cluster.inEnvironment("shop", "shop.example.com-tls")
                        func issue(_ condition: JSONValue) async throws {
                            let fields: JSONObject = [
                                "apiVersion": .string(ResourceType.certificate.apiVersion), "kind": "Certificate",
                                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
                                "status": ["conditions": [condition]],
                            ]
                            _ = try await cluster.client.patch(
                                .certificate, key, .apply(.object(fields), force: true), subresource: nil,
                                options: WriteOptions(fieldManager: "cert-manager"))
                        }
                        try await issue(["type": "Ready", "status": "False", "message": "the order is pending"])
                        try await eventually("cert-manager's words are told", within: .seconds(30)) {
                            let ready = try await cluster.environmentCondition(.ready, of: "shop")
                            return ready?.message.contains("the order is pending") == true
                        }
                        try await issue(["type": "Ready", "status": "True"])
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let issued = try await cluster.waitForEnvironment("shop", .ingressReady, .applied)
                        #expect(issued.message == "1 host")
                    }
                }
            }
        }
    }
}
