import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Monitoring of a pool")
    struct PoolMonitoringIntegrationTests {
        private let spec = """
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            monitoring: {serviceMonitor: {port: 8000}, alerts: []MORE}
            """

        private func spec(_ more: String = "") -> String { spec.replacing("MORE", with: more) }

        @Test(
            "Installed late, the Prometheus operator's CRDs are used without a restart; removed, the condition says so",
            arguments: [ClusterKind.embedded])
        func optionalAPIs(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec())
                    try await cluster.waitForCondition("MonitoringReady", .crdNotInstalled)
                    try await process.settled()
                    #expect(try await cluster.condition("Stalled") == nil)
                    #expect(try await cluster.condition("Ready")?.reason != "CRDNotInstalled")

                    try await cluster.install(.serviceMonitor)
                    try await eventually("the ServiceMonitor is there", within: .seconds(60)) {
                        (try? await cluster.client.get(.serviceMonitor, cluster.key("pool-metrics"))) != nil
                    }
                    // The other one is still missing.
                    #expect(try await cluster.condition("MonitoringReady")?.reason == "CRDNotInstalled")
                    try await cluster.install(.prometheusRule)
                    try await cluster.waitForCondition("MonitoringReady", .applied)

                    let monitor = try await cluster.client.get(.serviceMonitor, cluster.key("pool-metrics"))
                    #expect(monitor.ownerReferences.first?.kind == "RegionalWorkerPool")
                    try await process.settled()
                    process.requests.forgetWrites()
                    try await cluster.change(
                        .serviceMonitor, monitor.key, ["spec": ["endpoints": []]], by: "somebody")
                    try await eventually("it is put right", within: .seconds(30)) {
                        let live = try await cluster.client.get(.serviceMonitor, monitor.key)
                        return live["spec"] == monitor["spec"]
                    }

                    try await cluster.client.delete(
                        .customResourceDefinition, ObjectKey(name: ResourceType.serviceMonitor.qualifiedName))
                    try await cluster.waitForCondition("MonitoringReady", .crdNotInstalled)
                    let kinds = try await cluster.pool()[path: "status", "inventory"]?.elements.map {
                        $0["kind"]?.string
                    }
                    #expect(kinds?.contains("ServiceMonitor") == false && kinds?.contains("PrometheusRule") == true)
                }
            }
        }

        @Test(
            "Monitoring goes into another namespace only where the operator's configuration lists it, and is cleaned up",
            arguments: [ClusterKind.embedded])
        func otherNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let other = "\(cluster.namespace)-monitoring"
                _ = try await cluster.client.create(
                    Namespace(metadata: ObjectMeta(name: other)).dynamicObject(), as: .namespace)
                for type in [ResourceType.serviceMonitor, .prometheusRule] { try await cluster.install(type) }
                func monitors() async throws -> [DynamicObject] {
                    try await cluster.client.list(.serviceMonitor, namespace: other).items
                }
                let pool = spec(", namespace: \(other)")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", pool)
                    try await cluster.waitForCondition("MonitoringReady", .notPermitted)
                    #expect(try await cluster.condition("Stalled")?.message.contains("--monitoring-namespaces") == true)
                    try await process.settled()
                    #expect(try await monitors().isEmpty)
                    #expect(!process.requests.writes.contains { $0.contains(other) })
                }
                try await TestOperator.run(on: cluster, permissions: .init(monitoringNamespaces: [other])) { _ in
                    try await cluster.waitForCondition("MonitoringReady", .applied)
                    let monitor = try #require(try await monitors().first)
                    #expect(monitor.ownerReferences.isEmpty)
                    #expect(monitor.labels[LabelKey.ownerNamespace] == cluster.namespace)
                    // It is looked after as any other child.
                    try await cluster.client.delete(.serviceMonitor, monitor.key)
                    try await eventually("it comes back", within: .seconds(30)) {
                        try await monitors().contains { $0.uid != monitor.uid }
                    }
                }
                // The permission is taken away: what was made under it goes.
                try await TestOperator.run(on: cluster) { _ in
                    try await eventually("it is pruned", within: .seconds(30)) { try await monitors().isEmpty }
                }
                try await TestOperator.run(on: cluster, permissions: .init(monitoringNamespaces: [other])) { _ in
                    try await cluster.waitForCondition("MonitoringReady", .applied)
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await monitors().isEmpty)
                }
            }
        }
    }
}
