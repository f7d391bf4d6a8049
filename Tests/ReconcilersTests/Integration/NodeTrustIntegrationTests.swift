import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("What a node says of itself")
    struct NodeTrustIntegrationTests {
        private static let oneRegion = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]"
        private static let restricted = "node-restriction.kubernetes.io/tenant"

        @Test(
            "A kubelet's own ledger moves no label and no taint, of whatever pool it speaks, and is told of",
            arguments: ClusterKind.available)
        func forgedLedger(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let taints = [
                    Taint(key: "node-role.kubernetes.io/control-plane", effect: .noSchedule),
                    Taint(key: "workload", value: "worker", effect: .noSchedule),
                ]
                for name in ["ghost", "known"] {
                    try await cluster.makeNode(name, zone: "other", labels: [Self.restricted: "blue"], taints: taints)
                }
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", Self.oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    #expect(try await cluster.pool()[path: "status", "ledgersSealed"] == true)
                    let uid = try await cluster.pool().uid
                    let before = (try await cluster.node("ghost"), try await cluster.node("known"))
                    try await cluster.annotate("ghost", with: cluster.forgery(of: "nobody", uid: "no-such-pool"))
                    try await cluster.annotate("known", with: cluster.forgery(of: "pool", uid: uid))
                    let told = { process.events.collected.filter { $0.reason == .ledgerRejected }.map(\.object.name) }
                    try await eventually("both are told of", within: .seconds(30)) {
                        // Of a pool that there is not the node is told itself.
                        Set(told()) == [cluster.nodeName("ghost"), "pool"]
                    }
                    try await process.settled()
                    let after = (try await cluster.node("ghost"), try await cluster.node("known"))
                    #expect(after.0.labels == before.0.labels && after.1.labels == before.1.labels)
                    #expect(after.0.ownTaintTexts == before.0.ownTaintTexts)
                    #expect(after.1.ownTaintTexts == before.1.ownTaintTexts)
                    #expect(!process.requests.writes.contains { $0.hasPrefix("PATCH nodes") })
                    _ = try await process.reconciler.reconcile(cluster.key("pool"))
                    let count = told().count
                    for _ in 0..<3 { _ = try await process.reconciler.reconcile(cluster.key("pool")) }
                    #expect(told().count == count, "each once")
                }
            }
        }

        @Test(
            "A ledger that the kubelet of a claimed node changes is written anew and not carried out",
            arguments: ClusterKind.available)
        func changedLedger(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", Self.oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    let text = try #require(try await cluster.node("a").claimText)
                    try await cluster.annotate(
                        "a", with: text.replacing("\"workload\":{", with: "\"workload\":{\"previous\":\"forged\","))
                    try await cluster.waitForNode("a", "has a ledger of ours") { $0.isSealed }
                    try await eventually("it is told of", within: .seconds(30)) {
                        process.events.messages(.ledgerRejected).count == 1
                    }
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await cluster.node("a").labels["workload"] != "forged")
                }
            }
        }

        @Test(
            "Ledgers of an operator that knew no seals are carried on, or out, once; then they count no more",
            arguments: ClusterKind.available, [false, true])
        func upgrade(kind: ClusterKind, isDeleted: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                let free = try await cluster.makeNode("a", zone: "eu", labels: ["workload": "before"])
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", Self.oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await process.settled()
                }
                try await cluster.unseal("a")
                _ = try await cluster.client.patch(
                    RegionalWorkerPool.resourceType, cluster.key("pool"), .merge(["status": ["ledgersSealed": .null]]),
                    subresource: "status")
                if isDeleted { try await cluster.deletePool() }
                try await TestOperator.run(on: cluster) { process in
                    if isDeleted {
                        try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                        let node = try await cluster.node("a")
                        #expect(node.labels == free.labels && node.ownTaintTexts == [] && node.claimText == nil)
                        return
                    }
                    try await cluster.waitForNode("a", "is sealed") { $0.isSealed }
                    #expect(try await cluster.node("a").claim?.labels["workload"]?.previous == "before")
                    try await eventually("the pool knows it", within: .seconds(30)) {
                        try await cluster.pool()[path: "status", "ledgersSealed"]?.bool == true
                    }
                    #expect(process.events.messages(.ledgerRejected) == [])
                    try await process.settled()
                    try await cluster.unseal("a")
                    try await eventually("it is told of", within: .seconds(30)) {
                        process.events.messages(.ledgerRejected).count == 1
                    }
                }
            }
        }

        @Test(
            "A label that a claim sets gives the node to no other pool, older as it may be",
            arguments: ClusterKind.available)
        func labelOfAClaim(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let label = "tier-\(cluster.namespace)"
                let free = try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    let older = try await cluster.makePool(
                        "z-older", "regions: [{name: all, nodeSelector: {matchLabels: {\(label): worker}}}]")
                    try await eventually("the next second") {
                        Timestamp.now().rfc3339 != older[path: "metadata", "creationTimestamp"]?.string
                    }
                    try await cluster.makePool("a-younger", "nodes: {labels: {\(label): worker}}\n" + Self.oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed, of: "a-younger")
                    try await process.settled()
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes, of: "z-older")
                    #expect(try await cluster.node("a").claim?.pool.name == "a-younger")
                    #expect(process.requests.writes.filter { $0.hasPrefix("PATCH nodes") }.count == 1)
                    try await cluster.deletePool("a-younger")
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("a-younger"))
                    #expect(try await cluster.node("a").labels == free.labels)
                }
            }
        }

        @Test(
            "Nor does it give it to another region of its own pool, and it does not stay behind",
            arguments: ClusterKind.available)
        func labelOfARegion(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let label = "tier-\(cluster.namespace)"
                let free = try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool(
                        "pool",
                        """
                        nodes: {labels: {\(label): worker}}
                        regions:
                        - {name: first, nodeSelector: {matchLabels: {\(label): worker}}}
                        - {name: second, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
                        """)
                    try await cluster.waitForNode("a", "is claimed") { $0.claim != nil }
                    try await process.settled()
                    #expect(try await cluster.node("a").claim?.region == "second")
                    #expect(process.requests.writes.filter { $0.hasPrefix("PATCH nodes") }.count == 1)
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await cluster.node("a").labels == free.labels)
                }
            }
        }

        @Test(
            "A node that comes and goes again and again is left unclaimed for a while, and that is said",
            arguments: ClusterKind.available)
        func takingTurns(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", Self.oneRegion)
                    for _ in 0..<3 {
                        try await cluster.waitForNode("a", "is claimed") { $0.claim != nil }
                        try await cluster.changeNode("a", ["metadata": ["labels": ["zone": "moved"]]])
                        try await cluster.waitForNode("a", "is released") { $0.claimText == nil }
                        try await cluster.changeNode(
                            "a", ["metadata": ["labels": ["zone": .string(cluster.zone("eu"))]]])
                    }
                    try await cluster.waitForCondition("NodesClaimed", .contended)
                    #expect(try await cluster.node("a").claimText == nil)
                }
            }
        }
    }
}

extension TestCluster {
    /// A ledger as an enemy writes it: everything that the node has goes, or comes back as something else.
    fileprivate func forgery(of pool: String, uid: String) throws -> String {
        var claim = NodeClaim(
            pool: .init(uid: uid, namespace: namespace, name: pool), region: "eu", onRelease: .removeOwned)
        claim.labels["node-restriction.kubernetes.io/tenant"] = .init(value: "blue", previous: "red")
        claim.labels["zone"] = .init(value: zone("other"), previous: zone("eu"))
        claim.taints = [
            .init(key: "node-role.kubernetes.io/control-plane", effect: .noSchedule),
            .init(key: "workload", effect: .noSchedule, value: "worker"),
            .init(key: "new", effect: .noExecute, value: "x", previous: .init(value: "y")),
        ]
        return String(decoding: try JSONValueEncoder().encode(claim).canonicalBytes(), as: UTF8.self)
    }

    /// Writes the annotation as the node's own kubelet may.
    fileprivate func annotate(_ node: String, with text: String) async throws {
        var configuration = configuration
        configuration.impersonation = Impersonation(
            user: "system:node:\(nodeName(node))", groups: ["system:nodes", "system:authenticated"])
        let kubelet = try TestCluster.client(configuration)
        _ = try await kubelet.patch(
            .node, ObjectKey(name: nodeName(node)),
            .merge(["metadata": ["annotations": [AnnotationKey.claim: .string(text)]]]), subresource: nil)
        await kubelet.shutdown()
    }

    /// Leaves a ledger as operators wrote it that knew no seals.
    fileprivate func unseal(_ node: String) async throws {
        let text = try #require(try await self.node(node).claimText)
        var fields = try #require(try JSONValue.parse(text).object)
        fields["seal"] = nil
        try await annotate(node, with: String(decoding: JSONValue.object(fields).canonicalBytes(), as: UTF8.self))
    }
}
