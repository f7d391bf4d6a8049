import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Node claims")
    struct NodeClaimIntegrationTests {
        private let oneRegion = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]"
        private let twoRegions = """
            regions:
            - {name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
            - {name: us, nodeSelector: {matchLabels: {zone: ZONE-us}}}
            """

        @Test(
            "Nodes of each region get labels, taint and ledger; the status counts them",
            arguments: ClusterKind.available)
        func claims(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu", taints: [Taint(key: "mine", effect: .noSchedule)])
                try await cluster.makeNode("b", zone: "eu")
                try await cluster.makeNode("c", zone: "us")
                try await cluster.makeNode("other", zone: "elsewhere")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", twoRegions)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    let node = try await cluster.node("a")
                    #expect(node.labels["workload"] == "worker" && node.labels["region"] == "eu")
                    #expect(node.ownTaintTexts == ["mine:NoSchedule", "workload=worker:NoSchedule"])
                    #expect(node.claim?.pool.name == "pool" && node.claim?.region == "eu")
                    #expect(try await cluster.node("c").labels["region"] == "us")
                    #expect(try await cluster.node("other").claimText == nil)
                    let pool = try await cluster.pool()
                    #expect(pool[path: "status", "nodes"] == 3)
                    #expect(pool.finalizers == [Finalizer.cleanup])
                    let told = process.events.messages(.claimed)
                    #expect(told.count == 1, "one event for all regions")
                    #expect(told.first?.contains("2 nodes for region eu (") == true)
                    #expect(told.first?.contains("1 node for region us (") == true)
                    try await process.settled()
                    #expect(process.requests.writes.filter { $0.hasPrefix("PATCH nodes") }.count == 3)
                }
            }
        }

        @Test(
            "Nodes are found by one label, by several of which one is everybody's, and by expressions",
            arguments: ClusterKind.available)
        func selectors(kind: ClusterKind) async throws {
            let regions = """
                regions:
                - {name: one, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
                - {name: several, nodeSelector: {matchLabels: {disk: fast, zone: ZONE-us}}}
                - name: expressions
                  nodeSelector: {matchExpressions: [{key: zone, operator: In, values: [ZONE-ap, ZONE-sa]}]}
                """
            try await TestCluster.run(kind) { cluster in
                for zone in ["eu", "us", "ap", "sa"] {
                    try await cluster.makeNode("\(zone)-fast", zone: zone, labels: ["disk": "fast"])
                    try await cluster.makeNode("\(zone)-slow", zone: zone, labels: ["disk": "slow"])
                }
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", regions)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    var claimed: [String: String] = [:]
                    for zone in ["eu", "us", "ap", "sa"] {
                        for disk in ["fast", "slow"] {
                            claimed["\(zone)-\(disk)"] = try await cluster.node("\(zone)-\(disk)").claim?.region
                        }
                    }
                    #expect(
                        claimed == [
                            "eu-fast": "one", "eu-slow": "one", "us-fast": "several", "ap-fast": "expressions",
                            "ap-slow": "expressions", "sa-fast": "expressions", "sa-slow": "expressions",
                        ])
                    try await process.settled()
                }
            }
        }

        @Test("A converged pool sends no write, however often it is looked at", arguments: ClusterKind.available)
        func isQuiet(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 2\n" + oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await process.settled()
                    // The cluster's own controllers still answer to the new Deployment.
                    try await eventually("the Deployment is observed", within: .seconds(30)) {
                        if kind == .embedded { return true }
                        let deployment = try await cluster.client.get(.deployment, cluster.key("pool-eu"))
                            .decode(Deployment.self)
                        return deployment.isObserved && deployment.status?.conditions?["Progressing"] != nil
                    }
                    try await process.settled()
                    let before = try await cluster.pool().resourceVersion
                    process.requests.forgetWrites()
                    for _ in 0..<100 { _ = try await process.reconciler.reconcile(cluster.key("pool")) }
                    if kind == .embedded { #expect(process.requests.writes == []) }
                    #expect(process.requests.writes.filter { !$0.contains("regionalworkerpools") } == [])
                    if kind == .embedded { #expect(try await cluster.pool().resourceVersion == before) }
                }
                try await TestOperator.run(on: cluster) { process in
                    try await process.settled()
                    if kind == .embedded { #expect(process.requests.writes == [], "after a restart") }
                }
            }
        }

        @Test(
            "A node that joins later is claimed, one that leaves the selector is cleaned",
            arguments: ClusterKind.available)
        func joinsAndLeaves(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    let free = try await cluster.makeNode("a", zone: "eu", labels: ["workload": "app"])
                    try await cluster.waitForNode("a", "is claimed") { $0.claim?.region == "eu" }
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.changeNode("a", ["metadata": ["labels": ["zone": "moved"]]])
                    try await cluster.waitForNode("a", "is released") { $0.claimText == nil }
                    let node = try await cluster.node("a")
                    #expect(node.labels == free.labels.merging(["zone": "moved"]) { $1 })
                    #expect(node.ownTaintTexts == [])
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    #expect(process.events.messages(.nodesReleased).count == 1)
                }
            }
        }

        @Test(
            "What somebody changes is put right and said, what they add is left alone", arguments: ClusterKind.available
        )
        func repairs(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.changeNode(
                        "a", ["metadata": ["labels": ["workload": "edited", "foreign": "x"]]], by: "somebody")
                    try await cluster.waitForNode("a", "label is back") { $0.labels["workload"] == "worker" }
                    try await cluster.changeNode(
                        "a", ["spec": ["taints": [["key": "foreign", "effect": "NoSchedule"]]]], by: "somebody")
                    try await cluster.waitForNode("a", "taint is back") {
                        $0.ownTaintTexts == ["foreign:NoSchedule", "workload=worker:NoSchedule"]
                    }
                    #expect(try await cluster.node("a").labels["foreign"] == "x")
                    try await process.settled()
                    let name = cluster.nodeName("a")
                    let advice = "; what is to last is written into spec of RegionalWorkerPool \(cluster.key("pool"))"
                    #expect(
                        process.events.messages(.driftCorrected) == [
                            "Node \(name): metadata.labels.workload was changed by somebody; put right\(advice)",
                            """
                            Node \(name): spec.taints[key=workload,effect=NoSchedule] was changed by somebody; put \
                            right\(advice)
                            """,
                        ])
                }
            }
        }

        @Test("A taint that comes between our read and our write survives", arguments: ClusterKind.available)
        func conflict(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    process.requests.interfereOnce { _, _ in
                        try await cluster.changeNode(
                            "a", ["spec": ["taints": [["key": "urgent", "effect": "NoExecute"]]]])
                    }
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    #expect(
                        try await cluster.node("a").ownTaintTexts == ["urgent:NoExecute", "workload=worker:NoSchedule"])
                }
            }
        }

        @Test(
            "The older of two pools has the node; the younger one waits and gets it once it is free",
            arguments: ClusterKind.available)
        func twoPools(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    let older = try await cluster.makePool("z-older", oneRegion)
                    // Ages are told apart by the second.
                    try await eventually("the next second") {
                        Timestamp.now().rfc3339 != older[path: "metadata", "creationTimestamp"]?.string
                    }
                    try await cluster.makePool(
                        "a-younger",
                        oneRegion.replacing("regions:", with: "nodes: {labels: {workload: young}}\nregions:"))
                    try await cluster.waitForCondition("NodesClaimed", .nodeConflict, of: "a-younger")
                    let condition = try #require(try await cluster.condition("Ready", of: "a-younger"))
                    #expect(condition.status == .false && condition.message.contains("\(cluster.namespace)/z-older"))
                    #expect(try await cluster.node("a").labels["workload"] == "worker")
                    try await cluster.deletePool("z-older")
                    try await cluster.waitForNode("a", "the younger one has it") { $0.claim?.pool.name == "a-younger" }
                    try await cluster.waitForCondition("NodesClaimed", .claimed, of: "a-younger")
                    let node = try await cluster.node("a")
                    #expect(node.labels["workload"] == "young")
                    #expect(node.claim?.labels["workload"]?.previous == nil)
                    try await process.settled()
                }
            }
        }

        @Test("Of two regions of a pool the first one has the node", arguments: ClusterKind.available)
        func twoRegionsOneNode(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", twoRegions.replacing("ZONE-us", with: "ZONE-eu"))
                    try await cluster.waitForCondition("Stalled", .nodeConflict)
                    #expect(try await cluster.node("a").claim?.region == "eu")
                }
            }
        }

        @Test(
            "A region that is removed, renamed or switched off gives its nodes back",
            arguments: ClusterKind.available, ["remove", "rename", "disable"])
        func regionGoes(kind: ClusterKind, how: String) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                let free = try await cluster.makeNode("b", zone: "us")
                try await TestOperator.run(on: cluster) { process in
                    let object = try await cluster.makePool("pool", "replicas: 2\n" + twoRegions)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    var regions = object[path: "spec", "regions"]?.elements ?? []
                    switch how {
                    case "remove": regions.removeLast()
                    case "rename": regions[1]["name"] = "usa"
                    default: regions[1]["enabled"] = false
                    }
                    try await cluster.changePool("pool", ["spec": ["regions": .array(regions)]])
                    if how == "rename" {
                        try await cluster.waitForNode("b", "has the new name") { $0.labels["region"] == "usa" }
                    } else {
                        try await cluster.waitForNode("b", "is free") { $0.claimText == nil }
                        let node = try await cluster.node("b")
                        #expect(node.labels == free.labels && node.ownTaintTexts == [])
                    }
                    try await cluster.waitUntilGone(.deployment, cluster.key("pool-us"))
                    try await cluster.waitUntilGone(.podDisruptionBudget, cluster.key("pool-us"))
                    #expect(try await cluster.node("a").claim?.region == "eu")
                    try await process.settled()
                    #expect(process.events.messages(.childDeleted).count == 2)
                    try await eventually("the inventory has forgotten them", within: .seconds(30)) {
                        let entries = try await cluster.pool()[path: "status", "inventory"]?.elements ?? []
                        return !entries.contains { $0["name"] == "pool-us" }
                    }
                }
            }
        }

        @Test("Retain leaves what was set on the nodes when the pool goes", arguments: ClusterKind.available)
        func retain(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", "nodes: {onRelease: Retain}\n" + oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    let node = try await cluster.node("a")
                    #expect(node.claimText == nil && node.labels["workload"] == "worker")
                    #expect(node.ownTaintTexts == ["workload=worker:NoSchedule"])
                }
            }
        }

        @Test(
            "A node that is deleted while claimed, and one that comes back under its name",
            arguments: ClusterKind.available)
        func deletedNode(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.client.delete(.node, ObjectKey(name: cluster.nodeName("a")))
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    try await cluster.makeNode("a", zone: "eu")
                    try await cluster.waitForNode("a", "is claimed again") { $0.claim?.region == "eu" }
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                }
            }
        }

        @Test(
            "Pools of other namespaces than those of the configuration claim nothing, and give back what they have",
            arguments: ClusterKind.available)
        func notPermitted(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                }
                try await TestOperator.run(on: cluster, permissions: Permissions(nodePoolNamespaces: ["others"])) {
                    process in
                    try await cluster.waitForCondition("Stalled", .notPermitted)
                    let node = try await cluster.node("a")
                    #expect(node.claimText == nil && node.labels["workload"] == nil)
                    try await process.settled()
                    #expect(process.requests.writes.allSatisfy { !$0.contains("deployments") })
                }
            }
        }

        @Test("300 nodes that join at once are claimed with one write each", arguments: [ClusterKind.embedded])
        func manyNodes(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", oneRegion)
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    process.requests.forgetWrites()
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in 0..<300 {
                            group.addTask { try await cluster.makeNode("n\(index)", zone: "eu") }
                        }
                        try await group.waitForAll()
                    }
                    try await eventually("all are claimed", within: .seconds(60)) {
                        try await cluster.pool()[path: "status", "nodes"] == 300
                    }
                    try await process.settled()
                    #expect(process.requests.writes.filter { $0.hasPrefix("PATCH nodes") }.count == 300)
                }
            }
        }
    }
}
