import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Many pools")
    struct ConvergenceIntegrationTests {
        private static let pools = 50
        private static let regions = 10
        private static let nodes = 200

        /// Four regions of each pool have a node; the others want no pods.
        private static let regionsWithNodes = nodes / pools

        private func spec(of pool: Int) -> String {
            let regions = (0..<Self.regions).map { region in
                let replicas = region < Self.regionsWithNodes ? "" : ", replicas: 0, minReplicas: 1"
                return "- {name: r\(region), nodeSelector: {matchLabels: {zone: ZONE-\(pool)-\(region)}}\(replicas)}"
            }.joined(separator: "\n")
            // Every second pool is scaled.
            return pool % 2 == 0
                ? "replicas: 2\nregions:\n" + regions.replacing(", minReplicas: 1", with: "")
                : "scaling: {engine: HPA, minReplicas: 2}\nregions:\n" + regions
        }

        @Test(
            "50 pools of 10 regions on 200 nodes come to rest, each child written once, and then nothing is written",
            arguments: [ClusterKind.embedded])
        func manyPools(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await concurrently(Self.nodes) { index in
                    let (pool, region) = (index / Self.regionsWithNodes, index % Self.regionsWithNodes)
                    try await cluster.makeNode("n\(index)", zone: "\(pool)-\(region)")
                }
                try await TestOperator.run(on: cluster) { process in
                    try await concurrently(Self.pools) { try await cluster.makePool("p\($0)", spec(of: $0)) }
                    try await eventually("every pool has its nodes and its Deployments", within: .seconds(300)) {
                        let pools = try await cluster.client.list(
                            RegionalWorkerPool.resourceType, namespace: cluster.namespace
                        ).items
                        return pools.allSatisfy { pool in
                            let status = pool["status"]
                            let deployments = (status?["regions"]?.elements ?? []).count { $0["deployment"] != nil }
                            return status?["nodes"]?.integer == Int64(Self.regionsWithNodes)
                                && deployments == Self.regions
                        }
                    }
                    try await process.settled()
                    let writes = Dictionary(grouping: process.requests.writes, by: { $0 }).mapValues(\.count)
                    let children = writes.filter { !$0.key.contains("regionalworkerpools") }
                    #expect(children.count { $0.key.contains(" deployments ") } == Self.pools * Self.regions)
                    #expect(children.count { $0.key.contains(" nodes ") } == Self.nodes)
                    #expect(
                        children.count { $0.key.contains(" horizontalpodautoscalers ") }
                            == Self.pools / 2 * Self.regions)
                    #expect(children.filter { $0.value > 1 } == [:])

                    process.requests.forgetWrites()
                    for pool in 0..<Self.pools {
                        process.controller.enqueue(cluster.key("p\(pool)"))
                    }
                    try await process.settled()
                    #expect(process.requests.writes == [])
                }
            }
        }

        private func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<count { group.addTask { try await body(index) } }
                try await group.waitForAll()
            }
        }
    }
}
