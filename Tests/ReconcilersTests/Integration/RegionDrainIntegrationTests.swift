import EmbeddedAPIServer
import KubeAPI
import Simulation
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Regions and nodes that are drained")
    struct RegionDrainIntegrationTests {
        private func withPods(on cluster: TestCluster, _ body: () async throws -> Void) async throws {
            let client = try TestCluster.client(cluster.configuration)
            var options = SimulationOptions()
            options.controllers = cluster.kind == .embedded ? .all : .nodesOnly
            let simulation = Simulation(client: client, options: options)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await simulation.run() }
                defer { group.cancelAll() }
                try await body()
            }
            await client.shutdown()
        }

        private func pods(on cluster: TestCluster) async throws -> [DynamicObject] {
            try await cluster.client.list(.pod, namespace: cluster.namespace).items.filter { !$0.isBeingDeleted }
        }

        @Test(
            "A region that is turned off loses its children and pods, its nodes go back, and the others go on",
            arguments: ClusterKind.available)
        func regionTurnedOff(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await cluster.makeNode("b", zone: "us", labels: ["workload": "before"])
                try await withPods(on: cluster) {
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool(
                            "pool",
                            """
                            replicas: 2
                            regions:
                              - {name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
                              - {name: us, nodeSelector: {matchLabels: {zone: ZONE-us}}, nodes: {labels: {workload: us-worker}}}
                            """)
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(try await cluster.node("b").labels["workload"] == "us-worker")
                        // Pods of a region are on its nodes only.
                        for pod in try await pods(on: cluster) {
                            let node = pod.labels[LabelKey.region] == "eu" ? "a" : "b"
                            #expect(pod[path: "spec", "nodeName"]?.string == cluster.nodeName(node))
                        }
                        let uid = try await cluster.client.get(.deployment, cluster.key("pool-eu")).uid

                        let regions: JSONValue = try #require(try await cluster.pool()[path: "spec", "regions"])
                        var off = regions.elements
                        off[1]["enabled"] = false
                        try await cluster.changePool("pool", ["spec": ["regions": .array(off)]])
                        for type in [ResourceType.deployment, .podDisruptionBudget] {
                            try await cluster.waitUntilGone(type, cluster.key("pool-us"))
                        }
                        try await cluster.waitForNode("b", "is released") {
                            $0.claim == nil && $0.labels["workload"] == "before" && $0.ownTaintTexts.isEmpty
                        }
                        try await eventually("the region's pods are gone", within: .seconds(60)) {
                            try await pods(on: cluster).allSatisfy { $0.labels[LabelKey.region] == "eu" }
                        }
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(try await cluster.pool()[path: "status", "regionsReady"] == "1/1")
                        #expect(try await cluster.client.get(.deployment, cluster.key("pool-eu")).uid == uid)

                        try await cluster.changePool("pool", ["spec": ["regions": regions]])
                        try await cluster.waitForNode("b", "is claimed again") { $0.claim?.region == "us" }
                        try await cluster.waitForCondition("Ready", .ready)
                    }
                }
            }
        }

        @Test(
            "Pods whose nodes become another region's are told and not evicted, until they are replaced",
            arguments: ClusterKind.available)
        func swappedRegions(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                for (node, zone) in [("a", "eu"), ("b", "us")] { try await cluster.makeNode(node, zone: zone) }
                try await withPods(on: cluster) {
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool(
                            "pool",
                            """
                            regions:
                              - {name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}
                              - {name: us, nodeSelector: {matchLabels: {zone: ZONE-us}}}
                            """)
                        try await cluster.waitForCondition("Ready", .ready)
                        let before = Set(try await pods(on: cluster).map(\.uid))
                        func label(_ node: String, _ zone: String) async throws {
                            let zone = JSONValue.string(cluster.zone(zone))
                            try await cluster.changeNode(node, ["metadata": ["labels": ["zone": zone]]])
                        }
                        try await label("a", "us")
                        try await label("b", "eu")
                        try await cluster.waitForCondition("Ready", .podsMisplaced)
                        try await cluster.waitForCondition("Stalled", .podsMisplaced)
                        try await cluster.waitForCondition("NodesClaimed", .claimed)
                        try await process.settled()
                        let message = try #require(try await cluster.condition("Available")?.message)
                        #expect(
                            message.contains("runs on Node \(cluster.nodeName("a")), which region us of this pool has"))
                        #expect(Set(try await pods(on: cluster).map(\.uid)) == before, "nobody is evicted")
                        #expect(try await cluster.pool()[path: "status", "regionsReady"] == "0/2")

                        // One by one, since each frees the place for the other.
                        for pod in try await pods(on: cluster) {
                            try await cluster.client.delete(.pod, pod.key)
                        }
                        try await cluster.waitForCondition("Ready", .ready)
                        for pod in try await pods(on: cluster) {
                            let node = pod.labels[LabelKey.region] == "eu" ? "b" : "a"
                            #expect(pod[path: "spec", "nodeName"]?.string == cluster.nodeName(node))
                        }

                        // A node that nobody wants any more.
                        try await label("b", "elsewhere")
                        try await cluster.waitForCondition("Available", .podsMisplaced)
                        try await label("b", "eu")
                        try await cluster.waitForCondition("Ready", .ready)
                    }
                }
            }
        }

        @Test(
            "A drain of a node is held up and let go on as the budget says",
            arguments: ClusterKind.available)
        func drain(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                for node in ["a", "b"] { try await cluster.makeNode(node, zone: "eu") }
                try await withPods(on: cluster) {
                    try await TestOperator.run(on: cluster) { _ in
                        try await cluster.makePool(
                            "pool",
                            """
                            replicas: 3
                            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
                            disruption: {minAvailable: 3}
                            """)
                        try await cluster.waitForCondition("Ready", .ready)
                        let budget = cluster.key("pool-eu")
                        try await waitForBudget(budget, allowed: 0, on: cluster)
                        let victim = try #require(try await pods(on: cluster).first)
                        let refusal = await #expect(throws: APIError.self) { try await evict(victim, on: cluster) }
                        #expect(refusal?.code == 429)
                        #expect(refusal?.message.contains("disruption budget") == true)

                        // One may go at a time: the second one has to wait for the replacement of the first.
                        try await cluster.changePool(
                            "pool", ["spec": ["disruption": ["minAvailable": .null, "maxUnavailable": 1]]])
                        try await waitForBudget(budget, allowed: 1, on: cluster)
                        // Until the nodes are open again the replacement has nowhere to go.
                        for node in ["a", "b"] {
                            try await cluster.changeNode(node, ["spec": ["unschedulable": true]])
                        }
                        try await evict(victim, on: cluster)
                        let next = try #require(
                            try await pods(on: cluster).first { $0.uid != victim.uid && isReady($0) })
                        let second = await #expect(throws: APIError.self) { try await evict(next, on: cluster) }
                        #expect(second?.code == 429)
                        for node in ["a", "b"] {
                            try await cluster.changeNode(node, ["spec": ["unschedulable": .null]])
                        }
                        try await eventually("the replacement is ready, so the drain goes on", within: .seconds(60)) {
                            do {
                                try await evict(next, on: cluster)
                                return true
                            } catch let error as APIError where error.code == 429 {
                                return false
                            }
                        }
                        try await cluster.waitForCondition("Ready", .ready)
                    }
                }
            }
        }

        private func isReady(_ pod: DynamicObject) -> Bool {
            (pod[path: "status", "conditions"]?.elements ?? []).contains {
                $0["type"] == "Ready" && $0["status"] == "True"
            }
        }

        private func waitForBudget(_ key: ObjectKey, allowed: Int64, on cluster: TestCluster) async throws {
            try await eventually("\(allowed) disruptions are allowed", within: .seconds(60)) {
                let budget = try await cluster.client.get(.podDisruptionBudget, key)
                return budget[path: "status", "disruptionsAllowed"]?.integer == allowed
                    && budget[path: "status", "observedGeneration"]?.integer == budget.generation
            }
        }

        private func evict(_ pod: DynamicObject, on cluster: TestCluster) async throws {
            let eviction = try DynamicObject.fixture(
                "apiVersion: policy/v1\nkind: Eviction\nmetadata: {name: \(pod.name), namespace: \(pod.namespace)}")
            // A client of its own retries nothing: 429 is the answer that is looked for.
            _ = try await cluster.client.create(eviction, subresource: "eviction", of: .pod, pod.key)
        }
    }
}
