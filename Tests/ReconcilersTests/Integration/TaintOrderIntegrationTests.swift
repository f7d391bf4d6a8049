import EmbeddedAPIServer
import KubeAPI
import Simulation
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Tolerations before taints")
    struct TaintOrderIntegrationTests {
        private func withPods(on cluster: TestCluster, _ body: (PodLog) async throws -> Void) async throws {
            let client = try TestCluster.client(cluster.configuration)
            var options = SimulationOptions()
            options.controllers = cluster.kind == .embedded ? .all : .nodesOnly
            let simulation = Simulation(client: client, options: options)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await simulation.run() }
                defer { group.cancelAll() }
                try await PodLog.run(on: cluster, body)
            }
            await client.shutdown()
        }

        private func spec(_ taints: String) -> String {
            """
            replicas: 3
            nodes: {taints: [\(taints)]}
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            """
        }

        private func taints(_ text: String) throws -> JSONValue {
            ["spec": ["nodes": ["taints": try YAML.parseDocument(Array("[\(text)]".utf8))]]]
        }

        private func cordon(_ isCordoned: Bool, on cluster: TestCluster) async throws {
            for node in ["a", "b"] {
                try await cluster.changeNode(node, ["spec": ["unschedulable": isCordoned ? true : .null]])
            }
        }

        private func waitForPods(tolerating count: Int, on cluster: TestCluster) async throws {
            try await eventually("all pods tolerate what is left", within: .seconds(60)) {
                let pods = try await cluster.client.list(.pod, namespace: cluster.namespace).items
                return pods.count == 3
                    && pods.allSatisfy { pod in
                        let keys = (pod[path: "spec", "tolerations"]?.elements ?? []).filter {
                            $0["key"]?.string?.hasPrefix("node.kubernetes.io/") != true
                        }
                        return keys.count == count
                    }
            }
        }

        private static let schedule = "{key: workload, value: worker, effect: NoSchedule}"
        private static let execute = "{key: workload, value: worker, effect: NoExecute}"

        @Test(
            "A NoExecute taint comes once all pods tolerate it, and never are fewer pods ready than the budget lets",
            arguments: ClusterKind.available,
            [
                [schedule, execute], [execute, "{key: workload, value: next, effect: NoExecute}"], ["", execute],
                [schedule, schedule + ", {key: other, effect: NoExecute}"],
            ])
        func changes(kind: ClusterKind, taints change: [String]) async throws {
            try await TestCluster.run(kind) { cluster in
                for node in ["a", "b"] { try await cluster.makeNode(node, zone: "eu") }
                try await withPods(on: cluster) { log in
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool("pool", spec(change[0]))
                        try await cluster.waitForCondition("Ready", .ready)
                        let before = try await cluster.node("a").ownTaintTexts
                        // The roll-out can't go on: new pods find no node.
                        try await cordon(true, on: cluster)
                        log.begin()
                        try await cluster.changePool("pool", taints(change[1]))
                        try await cluster.waitForCondition("NodesClaimed", .taintPending)
                        try await eventually("it is said how many pods tolerate it", within: .seconds(30)) {
                            try await cluster.condition("NodesClaimed")?.message.hasSuffix(" 1 of 4 do") == true
                        }
                        try await process.settled()
                        #expect(try await cluster.node("a").ownTaintTexts == before)

                        try await cordon(false, on: cluster)
                        let wanted = try taints(change[1])["spec"]?["nodes"]?["taints"]?.elements.count ?? 0
                        for node in ["a", "b"] {
                            try await cluster.waitForNode(node, "has the new taints") {
                                $0.ownTaintTexts.count == wanted && $0.ownTaintTexts != before
                                    && $0.ownTaintTexts.contains { $0.hasSuffix("NoExecute") }
                            }
                        }
                        try await waitForPods(tolerating: wanted, on: cluster)
                        try await cluster.waitForCondition("Ready", .ready)
                        // disruption.maxUnavailable is 1.
                        #expect(log.fewest >= 2)
                    }
                }
            }
        }

        @Test("A taint goes from the nodes before the pods cease to tolerate it", arguments: ClusterKind.available)
        func removal(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                for node in ["a", "b"] { try await cluster.makeNode(node, zone: "eu") }
                try await withPods(on: cluster) { log in
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool("pool", spec(Self.execute))
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(try await cluster.node("a").ownTaintTexts == ["workload=worker:NoExecute"])
                        try await process.settled()
                        process.requests.forgetWrites()
                        log.begin()
                        try await cluster.changePool("pool", ["spec": ["nodes": ["taints": []]]])
                        try await waitForPods(tolerating: 0, on: cluster)
                        let writes = process.requests.writes.filter { !$0.contains("regionalworkerpools") }
                        #expect(writes.prefix(2).allSatisfy { $0.hasPrefix("PATCH nodes") })
                        #expect(writes.dropFirst(2).allSatisfy { $0.hasPrefix("PATCH deployments") })
                        for node in ["a", "b"] { #expect(try await cluster.node(node).ownTaintTexts == []) }
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(log.fewest >= 2)
                    }
                }
            }
        }

        @Test(
            "A node that joins gets its NoExecute taint at once, while a roll-out of something else goes on",
            arguments: ClusterKind.available)
        func joins(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await withPods(on: cluster) { _ in
                    try await TestOperator.run(on: cluster) { _ in
                        try await cluster.makePool("pool", spec(Self.execute))
                        try await cluster.waitForCondition("Ready", .ready)
                        try await cluster.changeNode("a", ["spec": ["unschedulable": true]])
                        try await cluster.changePool("pool", ["spec": ["regionEnvName": "PLACE"]])
                        try await cluster.waitForCondition("Available", .rollingOut)
                        try await cluster.makeNode("b", zone: "eu")
                        try await cluster.waitForNode("b", "is claimed") { $0.claim?.region == "eu" }
                        #expect(try await cluster.node("b").ownTaintTexts == ["workload=worker:NoExecute"])
                        try await cluster.waitForCondition("Ready", .ready)
                    }
                }
            }
        }
    }
}
