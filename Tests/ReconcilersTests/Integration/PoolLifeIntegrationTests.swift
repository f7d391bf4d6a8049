import EmbeddedAPIServer
import KubeAPI
import Simulation
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Children, status and deletion")
    struct PoolLifeIntegrationTests {
        private let spec = "replicas: 2\nregions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]"

        /// Runs `body` with pods that are scheduled and started.
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

        @Test(
            "A pool becomes Ready, with Deployment, budget and counts, and pods on its nodes only",
            arguments: ClusterKind.available)
        func becomesReady(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await cluster.makeNode("b", zone: "eu")
                try await cluster.makeNode("c", zone: "us")
                try await withPods(on: cluster) {
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool("pool", spec)
                        try await cluster.waitForCondition("Ready", .ready)
                        let pool = try await cluster.pool()
                        let status = try #require(pool["status"])
                        #expect(status["regionsReady"] == "1/1" && status["nodes"] == 2)
                        #expect(status["replicas"] == 2 && status["readyReplicas"] == 2)
                        #expect(
                            status["inventory"]?.elements.map { $0["kind"] } == [
                                "Deployment", "NetworkPolicy", "PodDisruptionBudget",
                            ])
                        #expect(try await cluster.condition("Reconciling") == nil)
                        let pods = try await cluster.client.list(.pod, namespace: cluster.namespace).items
                        #expect(pods.count == 2)
                        #expect(
                            pods.allSatisfy { pod in
                                ["a", "b"].map(cluster.nodeName).contains(pod[path: "spec", "nodeName"]?.string ?? "")
                            })
                        #expect(process.events.messages(.ready).count == 1)
                    }
                }
            }
        }

        @Test("A changed or deleted child comes back, and the change is named", arguments: ClusterKind.available)
        func childrenAreRepaired(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    let key = cluster.key("pool-eu")
                    try await eventually("the Deployment is there") {
                        (try? await cluster.client.get(.deployment, key)) != nil
                    }
                    try await cluster.change(.deployment, key, ["spec": ["replicas": 7]], by: "somebody")
                    try await eventually("replicas are back", within: .seconds(30)) {
                        try await cluster.client.get(.deployment, key)[path: "spec", "replicas"] == 2
                    }
                    try await process.settled()
                    #expect(
                        process.events.messages(.driftCorrected) == [
                            """
                            Deployment \(key): spec.replicas was changed by somebody; put right; what is to last is written into \
                            spec.regions[eu] of RegionalWorkerPool \(cluster.key("pool"))
                            """
                        ])
                    let uid = try await cluster.client.get(.deployment, key).uid
                    try await cluster.client.delete(.deployment, key)
                    try await eventually("a new one is there", within: .seconds(30)) {
                        let live = try? await cluster.client.get(.deployment, key)
                        return live.map { $0.uid != uid && !$0.isBeingDeleted } ?? false
                    }
                    try await cluster.change(
                        .deployment, key, ["metadata": ["labels": [.init("app.kubernetes.io/managed-by"): .null]]])
                    try await eventually("the label is back", within: .seconds(30)) {
                        try await cluster.client.get(.deployment, key).labels[LabelKey.managedBy] == "quartermaster"
                    }
                }
            }
        }

        @Test(
            "A refused template is told in the server's words, and mended by an edit",
            arguments: [ClusterKind.real].filter(ClusterKind.available.contains))
        func refusedTemplate(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool(
                        "pool", spec + "\ntemplate: {spec: {containers: [{name: Worker, image: w}]}}")
                    try await cluster.waitForCondition("Stalled", .childRefused)
                    let message = try #require(try await cluster.condition("Ready")).message
                    #expect(
                        message.hasPrefix(
                            "Deployment \(cluster.key("pool-eu")): Deployment.apps \"pool-eu\" is invalid"))
                    #expect(message.contains("spec.template.spec.containers[0].name: Invalid value"))
                    try await cluster.changePool(
                        "pool", ["spec": ["template": ["spec": ["containers": [["name": "worker", "image": "w"]]]]]])
                    try await eventually("it is made", within: .seconds(30)) {
                        (try? await cluster.client.get(.deployment, cluster.key("pool-eu"))) != nil
                    }
                }
            }
        }

        @Test("A Deployment of somebody else under the name of a child is left alone", arguments: ClusterKind.available)
        func nameIsTaken(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let foreign = try DynamicObject.fixture(
                    """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: pool-eu, namespace: \(cluster.namespace)}
                    spec:
                      selector: {matchLabels: {app: x}}
                      template: {metadata: {labels: {app: x}}, spec: {containers: [{name: x, image: x}]}}
                    """)
                let made = try await cluster.client.create(foreign, as: .deployment)
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("Stalled", .nameConflict)
                    try await process.settled()
                    let live = try await cluster.client.get(.deployment, cluster.key("pool-eu"))
                    #expect(live["spec"] == made["spec"] && live.labels.isEmpty)
                    #expect(process.requests.writes.allSatisfy { !$0.contains("deployments") })
                }
            }
        }

        @Test(
            "Suspended, nothing is written and the status goes on; resumed, it catches up",
            arguments: ClusterKind.available)
        func suspend(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "suspend: true\n" + spec)
                    try await cluster.waitForCondition("Ready", .suspended)
                    try await process.settled()
                    #expect(process.requests.writes.allSatisfy { $0.hasPrefix("PATCH regionalworkerpools") })
                    #expect(try await cluster.node("a").claimText == nil)
                    try await cluster.changePool("pool", ["spec": ["suspend": false]])
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await eventually("the Deployment is there", within: .seconds(30)) {
                        (try? await cluster.client.get(.deployment, cluster.key("pool-eu"))) != nil
                    }
                    try await cluster.changePool("pool", ["spec": ["suspend": true]])
                    try await cluster.waitForCondition("Ready", .rollingOut)
                    try await cluster.changeNode("a", ["metadata": ["labels": ["workload": "edited"]]])
                    try await cluster.waitForCondition("Ready", .suspended)
                    #expect(
                        try await cluster.condition("Ready")?.message.contains("Node \(cluster.nodeName("a"))") == true)
                    #expect(try await cluster.node("a").labels["workload"] == "edited")
                }
            }
        }

        @Test(
            "A spec that was written before the CRD had its rules is rejected by the operator, and nothing goes",
            arguments: ClusterKind.available)
        func invalidSpec(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await process.settled()
                    process.requests.forgetWrites()
                    try await cluster.putDefinition(.regionalWorkerPool, withoutRules: true)
                    let reserved: JSONValue = ["spec": ["nodes": ["labels": ["kubernetes.io/role": "worker"]]]]
                    try await eventually("the server takes it", within: .seconds(30)) {
                        (try? await cluster.changePool("pool", reserved)) != nil
                    }
                    try await cluster.putDefinition(.regionalWorkerPool)
                    try await cluster.waitForCondition("Stalled", .invalidSpec)
                    let ready = try #require(try await cluster.condition("Ready"))
                    #expect(ready.message.hasPrefix("spec.nodes.labels: label keys under kubernetes.io"))
                    try await process.settled()
                    #expect(process.requests.writes.allSatisfy { $0.hasPrefix("PATCH regionalworkerpools") })
                    #expect(try await cluster.node("a").claimText != nil)
                    #expect(try await cluster.pool()[path: "status", "nodes"] == 1)
                }
            }
        }

        @Test(
            "What keeps the pods away is told in the API server's words within seconds",
            arguments: [ClusterKind.real].filter(ClusterKind.available.contains),
            [Reason.podSecurityBlocked, .quotaExceeded, .podsRefused])
        func refusedPods(kind: ClusterKind, reason: Reason) async throws {
            try await TestCluster.run(kind) { cluster in
                let space = ObjectKey(name: cluster.namespace)
                switch reason {
                case .podSecurityBlocked:
                    try await cluster.change(
                        .namespace, space,
                        ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": "restricted"]]])
                case .quotaExceeded:
                    try await cluster.make("ResourceQuota", "resourcequotas", ["hard": ["requests.cpu": "100m"]])
                default:
                    try await cluster.make(
                        "LimitRange", "limitranges", ["limits": [["type": "Container", "max": ["cpu": "1"]]]])
                }
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("Available", reason)
                    let message = try #require(try await cluster.condition("Ready")).message
                    #expect(message.contains("is forbidden: "), "\(message)")
                }
            }
        }

        @Test("A request to reconcile is echoed", arguments: ClusterKind.available)
        func requestedAt(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", spec)
                    try await cluster.changePool(
                        "pool", ["metadata": ["annotations": ["quartermaster.dev/requestedAt": "now"]]])
                    try await eventually("it is echoed", within: .seconds(30)) {
                        try await cluster.pool()[path: "status", "lastHandledReconcileAt"] == "now"
                    }
                }
            }
        }

        @Test("A pool that is deleted leaves clean nodes and no children", arguments: ClusterKind.available)
        func deletion(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let free = try await cluster.makeNode("a", zone: "eu", labels: ["workload": "app"])
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    let node = try await cluster.node("a")
                    #expect(node.labels == free.labels && node.ownTaintTexts == [] && node.claimText == nil)
                    try await cluster.waitUntilGone(.deployment, cluster.key("pool-eu"))
                    try await cluster.waitUntilGone(.podDisruptionBudget, cluster.key("pool-eu"))
                    try await process.settled()
                }
            }
        }

        @Test(
            "A pool that is deleted while the operator is down is cleaned up when it is back",
            arguments: ClusterKind.available)
        func deletedWhileDown(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let free = try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                }
                try await cluster.deletePool()
                #expect(try await cluster.pool().isBeingDeleted)
                #expect(try await cluster.node("a").claimText != nil)
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                }
                #expect(try await cluster.node("a").labels == free.labels)
            }
        }

        @Test(
            "A pool without a node has no finalizer, and one before its first node is written",
            arguments: ClusterKind.available)
        func finalizerWithNodes(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .noMatchingNodes)
                    try await process.settled()
                    #expect(try await cluster.pool().finalizers.isEmpty)
                    process.requests.forgetWrites()
                    try await cluster.makeNode("a", zone: "eu")
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    #expect(try await cluster.pool().finalizers == [Finalizer.cleanup])
                    #expect(
                        process.requests.writes.prefix(2) == [
                            "PATCH regionalworkerpools \(cluster.key("pool"))",
                            "PATCH nodes \(ObjectKey(name: cluster.nodeName("a")))",
                        ])
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await cluster.node("a").claimText == nil)
                }
            }
        }

        @Test(
            "While other pools wait for their children no first status is written",
            arguments: ClusterKind.available)
        func childrenBeforeStatuses(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let names = (1...8).map { "pool-\($0)" }
                for name in names { try await cluster.makePool(name, spec) }
                try await TestOperator.run(on: cluster) { process in
                    try await process.settled()
                    for name in names {
                        #expect(try await cluster.condition("Available", of: name) != nil)
                    }
                    let writes = process.requests.writes
                    let isStatus = writes.map { $0.hasPrefix("PATCH regionalworkerpools") }
                    // Where there are controllers the pools go on.
                    #expect(isStatus.count { $0 } == names.count || kind == .real)
                    let first = try #require(isStatus.firstIndex(of: true))
                    // Those that are worked on when none waits any more are told together with their children.
                    #expect(writes[..<first].count { $0.hasPrefix("PATCH deployments") } >= names.count - 4)
                }
            }
        }

        @Test(
            "A pool whose finalizer was taken away while the operator was down is cleaned up by its ledgers",
            arguments: ClusterKind.available)
        func deletedWithoutFinalizer(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let free = try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                }
                try await cluster.changePool("pool", ["metadata": ["finalizers": .null]])
                try await cluster.deletePool()
                try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.waitForNode("a", "is released") { $0.claimText == nil }
                }
                #expect(try await cluster.node("a").labels == free.labels)
            }
        }

        @Test("A suspended pool that is deleted waits, and says for what", arguments: ClusterKind.available)
        func deletedSuspended(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("NodesClaimed", .claimed)
                    try await cluster.changePool("pool", ["spec": ["suspend": true]])
                    try await cluster.deletePool()
                    try await cluster.waitForCondition("Ready", .deleting)
                    #expect(try await cluster.node("a").claimText != nil)
                    try await cluster.changePool("pool", ["spec": ["suspend": false]])
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await cluster.node("a").claimText == nil)
                }
            }
        }
    }
}
