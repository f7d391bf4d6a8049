import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Scaling")
    struct ScalingIntegrationTests {
        private let regions = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]\n"
        private let hpa: JSONValue = ["engine": "HPA"]
        private let keda: JSONValue = ["keda": ["triggers": [["type": "cron", "metadata": ["desiredReplicas": "6"]]]]]
        private let key = "pool-eu"

        private func waitForReplicas(_ number: Int64, on cluster: TestCluster) async throws {
            try await eventually("\(key) wants \(number) pods", within: .seconds(30)) {
                let live = try? await cluster.client.get(.deployment, cluster.key(key))
                return live?[path: "spec", "replicas"]?.integer == number
            }
        }

        private func autoscaler(on cluster: TestCluster) async throws -> DynamicObject? {
            do {
                return try await cluster.client.get(.horizontalPodAutoscaler, cluster.key(key))
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        }

        /// The kind that the region's autoscaler names as its controller; `nil` where there is none.
        private func controller(on cluster: TestCluster) async throws -> String? {
            try await autoscaler(on: cluster)?.ownerReferences.first { $0.controller == true }?.kind
        }

        private func waitForController(_ kind: String?, on cluster: TestCluster) async throws {
            try await eventually("\(kind ?? "nothing") controls the autoscaler", within: .seconds(60)) {
                try await controller(on: cluster) == kind
            }
        }

        private func setScaling(_ scaling: JSONValue, on cluster: TestCluster) async throws {
            try await cluster.changePool("pool", ["spec": ["scaling": scaling]])
        }

        @Test(
            "Switched on at six pods a region stays at six, what scales it is left alone, and switched off it goes back",
            arguments: ClusterKind.available)
        func onAndOff(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 6\n" + regions)
                    try await waitForReplicas(6, on: cluster)
                    try await ReplicaLog.run(on: cluster, key) { log in
                        try await setScaling(hpa, on: cluster)
                        try await waitForController("RegionalWorkerPool", on: cluster)
                        try await process.settled()
                        let live = try await cluster.client.get(.deployment, cluster.key(key))
                        let owners = (live[path: "metadata", "managedFields"]?.elements ?? [])
                            .filter { $0["fieldsV1"]?["f:spec"]?["f:replicas"] != nil }
                        #expect(owners.map { $0["manager"] } == ["quartermaster-handover"])
                        #expect(try await cluster.pool()[path: "status", "scaler"] == "HPA")
                        try await PlayedKEDA(cluster: cluster).scale(key, to: 8)
                        try await eventually("the status follows", within: .seconds(30)) {
                            try await cluster.pool()[path: "status", "replicas"] == 8
                        }
                        // A roll-out of the scaled Deployment.
                        try await cluster.changePool("pool", ["spec": ["regionEnvName": "PLACE"]])
                        try await eventually("it rolls out", within: .seconds(30)) {
                            let live = try await cluster.client.get(.deployment, cluster.key(key))
                            return live.json.serializedString().contains(#""PLACE""#)
                        }
                        try await process.settled()
                        #expect(log.numbers == [6, 8])
                        #expect(process.events.messages(.driftCorrected) == [])
                        try await setScaling(.null, on: cluster)
                        try await waitForController(nil, on: cluster)
                        try await waitForReplicas(6, on: cluster)
                        try await eventually("the watch has told it too") { log.numbers == [6, 8, 6] }
                        try await process.settled()
                        #expect(process.events.messages(.driftCorrected) == [])
                    }
                    #expect(try await cluster.pool()[path: "status", "scaler"] == "Fixed")
                }
            }
        }

        @Test(
            "An operator that dies after any of its writes leaves six pods, and the next one goes on",
            arguments: ClusterKind.available, 0..<4)
        func deathOnTheWay(kind: ClusterKind, writes: Int) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 6\n" + regions)
                    try await waitForReplicas(6, on: cluster)
                    try await process.settled()
                }
                try await ReplicaLog.run(on: cluster, key) { log in
                    try await setScaling(hpa, on: cluster)
                    try await TestOperator.run(on: cluster, dyingAfter: writes) { process in
                        try await eventually("it is dead, or done", within: .seconds(30)) {
                            process.requests.isDead || process.controller.queue.depth == 0
                        }
                    }
                    try await waitForReplicas(6, on: cluster)
                    try await TestOperator.run(on: cluster) { process in
                        try await waitForController("RegionalWorkerPool", on: cluster)
                        try await process.settled()
                    }
                    #expect(log.numbers == [6])
                }
            }
        }

        @Test(
            "Auto changes over when KEDA comes and when it goes, with one autoscaler and no pod less",
            arguments: ClusterKind.available)
        func kedaComesAndGoes(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 6\n" + regions)
                    try await waitForReplicas(6, on: cluster)
                    try await ReplicaLog.run(on: cluster, key) { log in
                        try await setScaling(self.keda, on: cluster)
                        try await waitForController("RegionalWorkerPool", on: cluster)
                        let uid = try await autoscaler(on: cluster)?.uid

                        try await keda.install()
                        _ = try await keda.waitForScaledObject(key)
                        try await eventually("the status says KEDA", within: .seconds(30)) {
                            try await cluster.pool()[path: "status", "scaler"] == "KEDA"
                        }
                        try await process.settled()
                        // Its definitions are there, KEDA itself is not: ours goes on.
                        #expect(try await controller(on: cluster) == "RegionalWorkerPool")
                        #expect(try await cluster.condition("AutoscalingReady")?.reason == "ScalerPending")

                        try await keda.operate(on: key)
                        try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                        try await process.settled()
                        let taken = try await autoscaler(on: cluster)
                        #expect(taken?.uid == uid && !(taken?.isBeingDeleted ?? true))
                        #expect(try await controller(on: cluster) == "ScaledObject")
                        let inventory = try await cluster.pool()[path: "status", "inventory"]?.elements ?? []
                        #expect(!inventory.contains { $0["kind"] == "HorizontalPodAutoscaler" })
                        #expect(inventory.contains { $0["kind"] == "ScaledObject" })
                        try await keda.scale(key, to: 7)

                        try await keda.remove()
                        try await waitForController("RegionalWorkerPool", on: cluster)
                        try await eventually("the status says HPA", within: .seconds(30)) {
                            try await cluster.pool()[path: "status", "scaler"] == "HPA"
                        }
                        try await process.settled()
                        #expect(log.numbers == [6, 7])
                        #expect(process.events.messages(.driftCorrected) == [])
                    }
                }
            }
        }

        @Test("A region that KEDA had at 0 gets pods again when KEDA goes", arguments: ClusterKind.available)
        func leftAtZero(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await keda.install()
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", regions)
                    var scaling = self.keda
                    scaling["minReplicas"] = 0
                    try await setScaling(scaling, on: cluster)
                    try await keda.operate(on: key)
                    try await keda.scale(key, to: 0)
                    try await process.settled()
                    #expect(
                        try await cluster.client.get(.deployment, cluster.key(key))[path: "spec", "replicas"] == 0)
                    try await keda.remove()
                    try await waitForReplicas(1, on: cluster)
                    try await waitForController("RegionalWorkerPool", on: cluster)
                    // By hand an HPA is switched off at 0, and stays so.
                    try await keda.scale(key, to: 0)
                    try await cluster.changePool(
                        "pool", ["metadata": ["annotations": ["quartermaster.dev/requestedAt": "then"]]])
                    try await eventually("it is looked at", within: .seconds(30)) {
                        try await cluster.pool()[path: "status", "lastHandledReconcileAt"] == "then"
                    }
                    #expect(
                        try await cluster.client.get(.deployment, cluster.key(key))[path: "spec", "replicas"] == 0)
                }
            }
        }

        @Test("KEDA at an unexpected version is as none, until it comes in ours", arguments: ClusterKind.available)
        func unexpectedVersion(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await keda.install(version: "v2")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 2\n" + regions)
                    try await waitForReplicas(2, on: cluster)
                    var scaling = self.keda
                    scaling["engine"] = "KEDA"
                    try await setScaling(scaling, on: cluster)
                    try await cluster.waitForCondition("AutoscalingReady", .kedaNotInstalled)
                    let message = try #require(try await cluster.condition("AutoscalingReady")).message
                    #expect(message.contains("does not serve keda.sh/v1alpha1"))
                    #expect(try await autoscaler(on: cluster) == nil)
                    try await process.settled()
                    try await keda.remove()
                    try await keda.install()
                    try await keda.operate(on: key)
                    try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                    #expect(try await cluster.client.get(.deployment, cluster.key(key))[path: "spec", "replicas"] == 2)
                }
            }
        }

        @Test(
            "An HPA that somebody makes for a region has the number, until it is gone", arguments: ClusterKind.available
        )
        func foreignAutoscaler(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 3\n" + regions)
                    try await waitForReplicas(3, on: cluster)
                    try await ReplicaLog.run(on: cluster, key) { log in
                        var autoscaler = try DynamicObject.fixture(
                            """
                            apiVersion: autoscaling/v2
                            kind: HorizontalPodAutoscaler
                            metadata: {name: mine}
                            spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: \(key)}, maxReplicas: 9}
                            """)
                        autoscaler[path: "metadata", "namespace"] = .string(cluster.namespace)
                        _ = try await cluster.client.create(autoscaler, as: .horizontalPodAutoscaler)
                        try await eventually("it is noticed", within: .seconds(30)) {
                            try await cluster.condition("AutoscalingReady")?.message.contains("mine") == true
                        }
                        try await process.settled()
                        try await PlayedKEDA(cluster: cluster).scale(key, to: 6)
                        try await process.settled()
                        #expect(try await cluster.pool()[path: "status", "replicas"] == 6)
                        try await setScaling(hpa, on: cluster)
                        try await cluster.waitForCondition("AutoscalingReady", .foreignScaler)
                        #expect(try await self.autoscaler(on: cluster) == nil)
                        try await setScaling(.null, on: cluster)
                        try await cluster.client.delete(.horizontalPodAutoscaler, cluster.key("mine"))
                        try await waitForReplicas(3, on: cluster)
                        try await eventually("the watch has told it too") { log.numbers == [3, 6, 3] }
                        #expect(process.events.messages(.driftCorrected) == [])
                    }
                }
            }
        }

        @Test(
            "What a user writes on a ScaledObject stays, and a paused one is told; what KEDA says stands in the status",
            arguments: ClusterKind.available)
        func pausedAndFailing(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await keda.install()
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", regions)
                    try await setScaling(self.keda, on: cluster)
                    try await keda.operate(on: key)
                    try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                    let annotations: JSONValue = [
                        "autoscaling.keda.sh/paused": "true", "autoscaling.keda.sh/paused-replicas": "4",
                    ]
                    try await cluster.change(
                        .scaledObject, cluster.key(key), ["metadata": ["annotations": annotations]])
                    try await setScaling(["maxReplicas": 20], on: cluster)
                    try await eventually("it has the new maximum", within: .seconds(30)) {
                        try await keda.scaledObject(key)[path: "spec", "maxReplicaCount"] == 20
                    }
                    let live = try await keda.scaledObject(key)
                    #expect(live.annotations["autoscaling.keda.sh/paused"] == "true")
                    #expect(live.annotations["autoscaling.keda.sh/paused-replicas"] == "4")
                    try await eventually("the status says that it is paused", within: .seconds(30)) {
                        try await cluster.condition("AutoscalingReady")?.message.contains("paused") == true
                    }
                    #expect(process.events.messages(.driftCorrected) == [])
                    try await cluster.change(
                        .scaledObject, cluster.key(key),
                        [
                            "metadata": [
                                "annotations": [
                                    "autoscaling.keda.sh/paused": .null, "autoscaling.keda.sh/paused-replicas": .null,
                                ]
                            ]
                        ])
                    try await keda.report(key, ready: "False", reason: "TriggerError", message: "no answer from queue")
                    try await cluster.waitForCondition("AutoscalingReady", .triggerFailing)
                    #expect(
                        try await cluster.condition("AutoscalingReady")?.message
                            == "ScaledObject pool-eu: no answer from queue")
                    try await keda.report(key, ready: "True", reason: "ScaledObjectReady", message: "")
                    try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                }
            }
        }

        @Test(
            "A ScaledObject that is refused is told in the server's words, and the HPA that is there goes on",
            arguments: ClusterKind.available)
        func refusedTrigger(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", regions)
                    try await setScaling(["keda": ["triggers": [["type": "redis"]]]], on: cluster)
                    try await waitForController("RegionalWorkerPool", on: cluster)
                    try await keda.install()
                    try await cluster.waitForCondition("AutoscalingReady", .childRefused)
                    let message = try #require(try await cluster.condition("AutoscalingReady")).message
                    #expect(message.contains("spec.triggers[0].metadata"), "\(message)")
                    #expect(try await cluster.condition("Available")?.reason != "ChildRefused")
                    try await process.settled()
                    #expect(try await controller(on: cluster) == "RegionalWorkerPool")
                    try await setScaling(self.keda, on: cluster)
                    try await keda.operate(on: key)
                    try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                }
            }
        }

        @Test(
            "A pool goes from KEDA to an HPA and to nothing while KEDA stays, each after the one before is gone",
            arguments: ClusterKind.available)
        func engineIsChanged(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await keda.install()
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "replicas: 6\n" + regions)
                    try await waitForReplicas(6, on: cluster)
                    try await ReplicaLog.run(on: cluster, key) { log in
                        try await setScaling(self.keda, on: cluster)
                        try await keda.operate(on: key)
                        try await cluster.waitForCondition("AutoscalingReady", .kedaActive)
                        try await setScaling(["engine": "HPA"], on: cluster)
                        try await cluster.waitUntilGone(.scaledObject, cluster.key(key))
                        try await waitForController("RegionalWorkerPool", on: cluster)
                        try await setScaling(["engine": "KEDA"], on: cluster)
                        try await keda.operate(on: key)
                        try await waitForController("ScaledObject", on: cluster)
                        try await keda.scale(key, to: 9)
                        try await setScaling(["engine": "Fixed"], on: cluster)
                        try await waitForReplicas(6, on: cluster)
                        #expect(try await autoscaler(on: cluster) == nil)
                        try await process.settled()
                        #expect(log.numbers == [6, 9, 6])
                        #expect(process.events.messages(.driftCorrected) == [])
                    }
                }
            }
        }

        @Test("Sockets of nodes are only for the namespaces of the configuration", arguments: ClusterKind.available)
        func hostSockets(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let deployment = cluster.key(key)
                let spec = "runtime: {type: HostSocket}\n" + regions
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec)
                    try await cluster.waitForCondition("Stalled", .notPermitted)
                    let message = try #require(try await cluster.condition("Available")).message
                    #expect(message.contains("--privileged-namespaces"))
                    try await process.settled()
                    #expect((try? await cluster.client.get(.deployment, deployment)) == nil)
                }
                let permissions = Permissions(privilegedNamespaces: [cluster.namespace])
                try await TestOperator.run(on: cluster, permissions: permissions) { _ in
                    try await eventually("the Deployment is there", within: .seconds(30)) {
                        (try? await cluster.client.get(.deployment, deployment)) != nil
                    }
                }
                // What runs already is not taken away, and not changed either.
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.changePool("pool", ["spec": ["replicas": 3]])
                    try await cluster.waitForCondition("Stalled", .notPermitted)
                    try await process.settled()
                    #expect(try await cluster.client.get(.deployment, deployment)[path: "spec", "replicas"] == 1)
                }
            }
        }

        @Test(
            "Every child of the sample pools is what the API server knows, to the last field",
            arguments: ClusterKind.available)
        func strictFields(kind: ClusterKind) async throws {
            try await PlayedKEDA.run(kind) { cluster, keda in
                try await keda.install()
                for manifest in KindFixtures(kind: RegionalWorkerPool.self).valid where manifest.name != "template" {
                    let documents = try Repository.yaml(manifest.path)
                    for var child in try Rendering.children(of: documents) {
                        if !child.namespace.isEmpty {
                            child[path: "metadata", "namespace"] = .string(cluster.namespace)
                        }
                        let types = RegionalWorkerPool.childKinds.map(\.type) + [.priorityClass]
                        guard let type = types.first(where: { $0.kind == child.kind }) else {
                            Issue.record("\(child.kind) is no kind of a pool's children")
                            continue
                        }
                        // PrometheusRules and ServiceMonitors have a definition where somebody has installed it.
                        if type.isOptional, type.group != "keda.sh" { continue }
                        do {
                            _ = try await cluster.client.create(
                                child, as: type, options: WriteOptions(dryRun: true, fieldValidation: .strict))
                        } catch {
                            Issue.record("\(manifest.name), \(child.kind) \(child.name): \(error)")
                        }
                    }
                }
            }
        }
    }
}
