import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Why the pods of a pool do not start")
    struct PodTroubleIntegrationTests {
        private func spec(_ image: String, _ more: String = "") -> String {
            """
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            template: {spec: {containers: [{name: worker, image: \(image)\(more)}]}}
            """
        }

        @Test(
            "An image that can't be pulled is Stalled at once, in the kubelet's words, and mends itself with the spec",
            arguments: ClusterKind.available)
        func image(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool("pool", spec("reg.example/fail-image:1"))
                        try await cluster.waitForCondition("Stalled", .imagePullFailed)
                        let ready = try #require(try await cluster.condition("Ready"))
                        #expect(ready.message.contains("container worker: ImagePullBackOff"), "\(ready.message)")
                        try await process.settled()
                        process.requests.forgetWrites()
                        try await process.settled()
                        #expect(process.requests.writes.isEmpty)
                        try await cluster.changePool(
                            "pool",
                            ["spec": ["template": ["spec": ["containers": [["name": "worker", "image": "worker:1"]]]]]])
                        try await cluster.waitForCondition("Ready", .ready)
                        #expect(try await cluster.condition("Stalled") == nil)
                    }
                }
            }
        }

        @Test(
            "A crash loop is told with its last exit, and never comes to be Ready in between",
            arguments: [ClusterKind.embedded])
        func crash(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.run(on: cluster) { process in
                        try await cluster.makePool("pool", spec("reg.example/crash:1"))
                        try await cluster.waitForCondition("Stalled", .crashLooping)
                        let message = try #require(try await cluster.condition("Ready")).message
                        #expect(
                            message.hasSuffix("CrashLoopBackOff, exit code 1 (Error); look at its log"), "\(message)")
                        let since = try await cluster.condition("Stalled")?.lastTransitionTime
                        // Through the next restart, when the container runs for a moment.
                        try await eventually("it was restarted", within: .seconds(30)) {
                            let pods = try await cluster.client.list(Pod.self, namespace: cluster.namespace).items
                            return pods.contains { ($0.status?.containerStatuses?.first?.restartCount ?? 0) > 1 }
                        }
                        try await process.settled()
                        #expect(try await cluster.condition("Stalled")?.lastTransitionTime == since)
                        #expect(try await cluster.condition("Ready")?.message == message)
                    }
                }
            }
        }

        @Test("A pod for which no node has room is told in the scheduler's words", arguments: [ClusterKind.embedded])
        func noRoom(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.run(on: cluster) { _ in
                        try await cluster.makePool(
                            "pool", spec("worker:1", ", resources: {requests: {cpu: '99'}}"))
                        try await cluster.waitForCondition("Available", .unschedulable)
                        #expect(try await cluster.condition("Reconciling") != nil)
                        #expect(try await cluster.condition("Ready")?.message.contains("nodes are available") == true)
                    }
                }
            }
        }

        @Test("A pool whose only node is not ready says so", arguments: [ClusterKind.embedded])
        func nodeNotReady(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec("worker:1"))
                    try await cluster.waitForCondition("Available", .rollingOut)
                    try await process.settled()
                    let lost: JSONValue = [
                        "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown",
                        "message": "Kubelet stopped posting node status.",
                    ]
                    let key = ObjectKey(name: cluster.nodeName("a"))
                    _ = try await cluster.client.patch(
                        .node, key, .merge(["status": ["conditions": [lost]]]), subresource: "status")
                    // As its controller reports it: no pod is available.
                    let status: JSONValue = ["observedGeneration": 1, "replicas": 1, "unavailableReplicas": 1]
                    _ = try await cluster.client.patch(
                        .deployment, cluster.key("pool-eu"), .merge(["status": status]), subresource: "status")
                    try await eventually("the node is named", within: .seconds(30)) {
                        try await cluster.condition("Available")?.message.hasSuffix(
                            """
                            0 of 1 pods available; Node \(cluster.nodeName("a")) of the region is not ready: \
                            NodeStatusUnknown: Kubelet stopped posting node status.
                            """) == true
                    }
                }
            }
        }

        @Test("Pods of others with our labels say nothing about a pool", arguments: [ClusterKind.embedded])
        func foreignPods(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec("worker:1"))
                    try await cluster.waitForCondition("Available", .rollingOut)
                    var pod = try DynamicObject.fixture(
                        "{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, image: i}]}}")
                    pod["metadata"] = [
                        "name": "stranger", "namespace": .string(cluster.namespace),
                        "labels": [LabelKey.regionalWorkerPool: "pool", LabelKey.region: "eu"],
                    ]
                    _ = try await cluster.client.create(pod, as: .pod)
                    let stuck: JSONValue = [
                        "phase": "Pending",
                        "containerStatuses": [
                            [
                                "name": "c", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                                "state": ["waiting": ["reason": "ImagePullBackOff"]],
                            ]
                        ],
                    ]
                    _ = try await cluster.client.patch(
                        .pod, cluster.key("stranger"), .merge(["status": stuck]), subresource: "status")
                    let status: JSONValue = ["observedGeneration": 1, "replicas": 1, "unavailableReplicas": 1]
                    _ = try await cluster.client.patch(
                        .deployment, cluster.key("pool-eu"), .merge(["status": status]), subresource: "status")
                    try await eventually("the Deployment is looked at", within: .seconds(30)) {
                        try await cluster.condition("Available")?.message == "Deployment pool-eu: 0 of 1 pods available"
                    }
                    try await process.settled()
                    #expect(try await cluster.condition("Stalled") == nil)
                }
            }
        }

        @Test("Pods of others with our labels say nothing about a component", arguments: [ClusterKind.embedded])
        func foreignPodsOfComponents(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop", "tier: development\ncomponents: [{name: web, image: 'web:1', replicas: 1}]")
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        let web = try await cluster.client.get(
                            .deployment, cluster.inEnvironment("shop", "web"))
                        let key = cluster.inEnvironment("shop", "stranger")
                        var pod = try DynamicObject.fixture(
                            "{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, image: i}]}}")
                        pod["metadata"] = ["name": "stranger", "namespace": .string(key.namespace)]
                        pod[path: "metadata", "labels"] = web[path: "spec", "template", "metadata", "labels"]
                        _ = try await cluster.client.create(pod, as: .pod)
                        let crashed: JSONValue = [
                            "phase": "Running",
                            "containerStatuses": [
                                [
                                    "name": "c", "image": "i", "imageID": "", "ready": false, "restartCount": 7,
                                    "state": ["waiting": ["reason": "CrashLoopBackOff"]],
                                ]
                            ],
                        ]
                        _ = try await cluster.client.patch(
                            .pod, key, .merge(["status": crashed]), subresource: "status")
                        try await eventually("the cache knows it", within: .seconds(30)) {
                            (process.reconciler as? EnvironmentReconciler)?.workloads.pods.store.get(key)?
                                .value(at: "status", "containerStatuses") != nil
                        }
                        // Looked at anew, also where nothing of the pod would wake it.
                        try await cluster.changeEnvironment(
                            "shop", ["metadata": ["annotations": [.init(AnnotationKey.requestedAt): "now"]]])
                        try await process.settled()
                        #expect(try await cluster.environmentCondition(.ready, of: "shop")?.status == .true)
                    }
                }
            }
        }
    }
}
