import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Taints that would lock others out")
    struct LockOutIntegrationTests {
        private let twoRegions = """
            regions:
            - {name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
            - {name: us, nodeSelector: {matchLabels: {zone: ZONE-us}}}
            """

        private func oneRegion(_ zone: String, taint effect: String = "NoSchedule") -> String {
            """
            regions: [{name: \(zone), nodeSelector: {matchLabels: {zone: ZONE-\(zone)}}}]
            nodes: {taints: [{key: workload, value: worker, effect: \(effect)}]}
            """
        }

        /// Runs `body` where there are no nodes but those of the test: on a cluster that has others of its own there is
        /// no last one.
        private func withoutOtherNodes(
            _ kind: ClusterKind, _ body: (TestCluster) async throws -> Void
        ) async throws {
            try await TestCluster.run(kind, hasSpareNode: false) { cluster in
                guard try await cluster.client.list(.node).items.isEmpty else { return }
                try await body(cluster)
            }
        }

        @Test(
            "A pool of all nodes gets them with labels and Deployments and without taints, until one node is free",
            arguments: ClusterKind.available)
        func allNodes(kind: ClusterKind) async throws {
            try await withoutOtherNodes(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await cluster.makeNode("b", zone: "us")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", twoRegions)
                    try await cluster.waitForCondition("Stalled", .lockOut)
                    let condition = try #require(try await cluster.condition("NodesClaimed"))
                    #expect(condition.status == .false && condition.reason == "LockOut")
                    #expect(condition.message.contains("\(cluster.nodeName("a")), \(cluster.nodeName("b"))"))
                    for name in ["a", "b"] {
                        let node = try await cluster.node(name)
                        #expect(node.labels["workload"] == "worker" && node.claim?.pool.name == "pool")
                        #expect(node.ownTaintTexts == [] && node.claim?.taints == [])
                    }
                    #expect((try? await cluster.client.get(.deployment, cluster.key("pool-us"))) != nil)
                    try await process.settled()
                    process.requests.forgetWrites()
                    for _ in 0..<10 { _ = try await process.reconciler.reconcile(cluster.key("pool")) }
                    #expect(process.requests.writes == [], "it waits quietly")

                    try await cluster.makeNode("free", zone: "elsewhere")
                    for name in ["a", "b"] {
                        try await cluster.waitForNode(name, "is tainted") {
                            $0.ownTaintTexts == ["workload=worker:NoSchedule"]
                        }
                    }
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    // What has its taints keeps them, whatever becomes of the free node.
                    try await cluster.client.delete(.node, ObjectKey(name: cluster.nodeName("free")))
                    try await process.settled()
                    #expect(try await cluster.node("a").ownTaintTexts == ["workload=worker:NoSchedule"])
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                }
            }
        }

        @Test(
            "A pool that says so gets all nodes; one that was held back gives them back clean",
            arguments: ClusterKind.available)
        func allowed(kind: ClusterKind) async throws {
            try await withoutOtherNodes(kind) { cluster in
                let free = try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", oneRegion("eu"))
                    try await cluster.waitForCondition("NodesClaimed", .lockOut)
                    try await cluster.changePool("pool", ["spec": ["nodes": ["lockOutPolicy": "Allow"]]])
                    try await cluster.waitForNode("a", "is tainted") {
                        $0.ownTaintTexts == ["workload=worker:NoSchedule"]
                    }
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    let node = try await cluster.node("a")
                    #expect(node.labels == free.labels && node.ownTaintTexts == [] && node.claimText == nil)
                }
            }
        }

        @Test(
            "Of two pools with one node each the second is held back, also while the first one writes",
            arguments: ClusterKind.available)
        func twoPools(kind: ClusterKind) async throws {
            try await withoutOtherNodes(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await cluster.makeNode("b", zone: "us")
                try await TestOperator.run(on: cluster) { process in
                    process.requests.interfereOnce { _, _ in
                        try await cluster.makePool("second", oneRegion("us"))
                        try await cluster.waitForCondition("NodesClaimed", .lockOut, of: "second")
                    }
                    try await cluster.makePool("first", oneRegion("eu"))
                    try await cluster.waitForCondition("NodesClaimed", .claimed, of: "first")
                    #expect(try await cluster.node("a").ownTaintTexts == ["workload=worker:NoSchedule"])
                    try await process.settled()
                    #expect(try await cluster.node("b").ownTaintTexts == [])
                    try await cluster.waitForCondition("NodesClaimed", .lockOut, of: "second")
                    try await cluster.deletePool("first")
                    try await cluster.waitForCondition("NodesClaimed", .claimed, of: "second")
                }
            }
        }

        @Test(
            "NoExecute waits until the cluster's DNS and the operator are elsewhere",
            arguments: ClusterKind.available, [true, false])
        func vitalPods(kind: ClusterKind, isDNS: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    let pod = try await vitalPod(isDNS: isDNS, on: cluster)
                    var permissions = Permissions()
                    permissions.operatorNamespace = cluster.namespace
                    try await TestOperator.run(on: cluster, permissions: permissions) { _ in
                        try await cluster.makePool("pool", oneRegion("eu", taint: "NoExecute"))
                        try await cluster.waitForCondition("NodesClaimed", .lockOut)
                        let message = try #require(try await cluster.condition("NodesClaimed")).message
                        #expect(message.contains("would evict Pod \(pod)"))
                        #expect(try await cluster.node("a").ownTaintTexts == [])
                        try await cluster.client.delete(.pod, pod, options: .init(gracePeriodSeconds: 0))
                        try await cluster.waitForNode("a", "is tainted") {
                            $0.ownTaintTexts == ["workload=worker:NoExecute"]
                        }
                        try await cluster.waitForCondition("NodesClaimed", .claimed)
                    }
                }
            }
        }

        /// A pod of the DNS or of the operator on node a.
        private func vitalPod(isDNS: Bool, on cluster: TestCluster) async throws -> ObjectKey {
            var pod = try DynamicObject.fixture(
                "{apiVersion: v1, kind: Pod, spec: {containers: [{name: main, image: main}]}}")
            let namespace = isDNS ? "kube-system" : cluster.namespace
            let labels = isDNS ? ["k8s-app": "kube-dns"] : LabelKey.operatorPods
            pod["metadata"] = [
                "name": .string(cluster.namespace), "namespace": .string(namespace), "labels": .strings(labels),
            ]
            pod[path: "spec", "nodeName"] = .string(cluster.nodeName("a"))
            return try await cluster.client.create(pod, as: .pod).key
        }
    }
}
