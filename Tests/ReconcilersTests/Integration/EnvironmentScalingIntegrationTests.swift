import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Scaling of components")
    struct EnvironmentScalingIntegrationTests {
        private let keda =
            "autoscaling: {min: 2, max: 10, keda: {triggers: [{type: cron, metadata: {desiredReplicas: '6'}}]}}"

        private func spec(_ component: String) -> String {
            "tier: staging\ncomponents: [{name: web, image: 'web:1', \(component)}]"
        }

        private func change(_ component: String, on cluster: TestCluster) async throws {
            let spec = try YAML.parseDocument(Array(spec(component).utf8))
            try await cluster.changeEnvironment("shop", ["spec": ["components": spec["components"] ?? .null]])
        }

        private func replicas(on cluster: TestCluster) async throws -> Int64? {
            try? await cluster.deployment(cluster.inEnvironment("shop", "web"))[path: "spec", "replicas"]?.integer
        }

        private func waitForReplicas(_ number: Int64, on cluster: TestCluster) async throws {
            try await eventually("web wants \(number) pods", within: .seconds(30)) {
                try await replicas(on: cluster) == number
            }
        }

        private func waitForController(_ kind: String?, on cluster: TestCluster) async throws {
            try await eventually("\(kind ?? "the operator") has the autoscaler", within: .seconds(60)) {
                let key = cluster.inEnvironment("shop", "web")
                guard let live = try? await cluster.client.get(.horizontalPodAutoscaler, key) else { return false }
                return live.ownerReferences.first { $0.controller == true }?.kind == kind
            }
        }

        /// What somebody with rights in the namespace makes.
        private func makeAutoscaler(_ name: String, on cluster: TestCluster) async throws {
            var autoscaler = try DynamicObject.fixture(
                """
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata: {name: \(name)}
                spec:
                  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
                  minReplicas: 1
                  maxReplicas: 6
                  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
                """)
            autoscaler[path: "metadata", "namespace"] = .string(cluster.environmentName("shop"))
            _ = try await cluster.client.create(autoscaler, as: .horizontalPodAutoscaler)
        }

        private func waitUntilNoticed(on cluster: TestCluster) async throws {
            try await eventually("it is noticed", within: .seconds(30)) {
                try await cluster.environmentCondition(.autoscalingReady, of: "shop")?.message.contains("mine") == true
            }
        }

        private func waitUntilForgotten(on cluster: TestCluster) async throws {
            try await eventually("it is forgotten", within: .seconds(30)) {
                let environment = try await cluster.environment("shop")
                return !(environment["status"]?["conditions"] ?? .null).serializedString().contains("/mine")
            }
        }

        /// An environment whose pods need nobody.
        private func withEnvironment(
            _ component: String, _ kind: ClusterKind,
            _ body: (TestCluster, PlayedKEDA, TestOperator, ReplicaLog) async throws -> Void
        ) async throws {
            try await PlayedKEDA.run(kind) { cluster, _ in
                let space = cluster.environmentName("shop")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec(component))
                    try await eventually("there is a Deployment", within: .seconds(30)) {
                        try await replicas(on: cluster) != nil
                    }
                    try await ReplicaLog.run(on: cluster, "web", in: space) { log in
                        try await body(cluster, PlayedKEDA(cluster: cluster, namespace: space), process, log)
                    }
                }
            }
        }

        @Test(
            "A component goes from a number to an HPA, to KEDA and back, with one autoscaler at a time and no pod less",
            arguments: ClusterKind.available)
        func handover(kind: ClusterKind) async throws {
            try await withEnvironment("replicas: 5", kind) { cluster, keda, process, log in
                try await waitForReplicas(5, on: cluster)
                try await change("autoscaling: {min: 2, max: 10}", on: cluster)
                try await waitForController(nil, on: cluster)
                let key = cluster.inEnvironment("shop", "web")
                let uid = try await cluster.client.get(.horizontalPodAutoscaler, key).uid

                try await change(self.keda, on: cluster)
                // Without KEDA the one that is there goes on.
                try await cluster.waitForEnvironment("shop", .autoscalingReady, .kedaNotInstalled)
                try await process.settled()
                #expect(try await cluster.client.get(.horizontalPodAutoscaler, key).uid == uid)
                try await keda.install()
                try await keda.operate(on: "web")
                try await cluster.waitForEnvironment("shop", .autoscalingReady, .kedaActive)
                try await process.settled()
                #expect(try await cluster.client.get(.horizontalPodAutoscaler, key).uid == uid)
                try await waitForController("ScaledObject", on: cluster)
                try await keda.scale("web", to: 7)
                try await process.settled()

                process.requests.forgetWrites()
                try await cluster.changeEnvironment(
                    "shop", ["metadata": ["annotations": ["quartermaster.dev/requestedAt": "then"]]])
                try await eventually("it is looked at", within: .seconds(30)) {
                    try await cluster.environment("shop")[path: "status", "lastHandledReconcileAt"] == "then"
                }
                try await process.settled()
                #expect(process.requests.writes.filter { !$0.contains("appenvironments") } == [])

                try await change("autoscaling: {min: 2, max: 10}", on: cluster)
                try await cluster.waitUntilGone(.scaledObject, key)
                try await waitForController(nil, on: cluster)
                try await change(self.keda, on: cluster)
                try await keda.operate(on: "web")
                try await waitForController("ScaledObject", on: cluster)
                try await change("replicas: 5", on: cluster)
                try await cluster.waitUntilGone(.scaledObject, key)
                try await waitForReplicas(5, on: cluster)
                try await process.settled()
                try await eventually("the watch has told it too") { log.numbers.last == 5 }
                #expect(log.numbers == [5, 7, 5])
                #expect(process.events.messages(.driftCorrected, about: cluster.environmentName("shop")) == [])
            }
        }

        @Test(
            "An HPA that somebody makes has the number; once it is gone the spec has it, and never are there no pods",
            arguments: ClusterKind.available)
        func foreignAutoscaler(kind: ClusterKind) async throws {
            try await withEnvironment("replicas: 3", kind) { cluster, keda, process, log in
                try await waitForReplicas(3, on: cluster)
                try await makeAutoscaler("mine", on: cluster)
                try await waitUntilNoticed(on: cluster)
                try await process.settled()
                try await keda.scale("web", to: 6)
                // A roll-out leaves the number alone, too.
                try await change("replicas: 3, env: [{name: A, value: b}]", on: cluster)
                try await eventually("it rolls out", within: .seconds(30)) {
                    let live = try await cluster.deployment(cluster.inEnvironment("shop", "web"))
                    return live.json.serializedString().contains(#""value":"b""#)
                }
                try await process.settled()
                #expect(try await replicas(on: cluster) == 6)
                #expect(
                    try await cluster.environment("shop")[path: "status", "components"]?[0]?["desired"] == 6)
                // An HPA would leave it at 0.
                try await keda.scale("web", to: 0)
                try await waitForReplicas(3, on: cluster)
                try await keda.scale("web", to: 4)
                try await process.settled()
                #expect(try await replicas(on: cluster) == 4)
                try await cluster.client.delete(.horizontalPodAutoscaler, cluster.inEnvironment("shop", "mine"))
                try await waitForReplicas(3, on: cluster)
                try await process.settled()
                try await eventually("the watch has told it too") { log.numbers.last == 3 }
                #expect(log.numbers == [3, 6, 0, 3, 4, 3])
                #expect(process.events.messages(.driftCorrected, about: cluster.environmentName("shop")) == [])
                #expect(try await cluster.environmentCondition(.autoscalingReady, of: "shop") == nil)
            }
        }

        @Test(
            "Beside an HPA of somebody's none of ours is begun, and one that was there goes on; both are told",
            arguments: ClusterKind.available)
        func conflict(kind: ClusterKind) async throws {
            try await withEnvironment("replicas: 3", kind) { cluster, _, process, _ in
                let key = cluster.inEnvironment("shop", "web")
                try await makeAutoscaler("mine", on: cluster)
                try await waitUntilNoticed(on: cluster)
                try await change("autoscaling: {min: 2, max: 10}", on: cluster)
                let told = try await cluster.waitForEnvironment("shop", .autoscalingReady, .foreignScaler)
                #expect(told.status == .false && told.message.contains("/mine scales component web already"))
                try await process.settled()
                #expect(try await !cluster.exists(.horizontalPodAutoscaler, key))
                try await cluster.client.delete(.horizontalPodAutoscaler, cluster.inEnvironment("shop", "mine"))
                try await waitForController(nil, on: cluster)
                try await waitUntilForgotten(on: cluster)
                try await makeAutoscaler("mine", on: cluster)
                let again = try await cluster.waitForEnvironment("shop", .autoscalingReady, .foreignScaler)
                #expect(again.message.contains("scales component web too"), "\(again.message)")
                try await process.settled()
                #expect(try await cluster.exists(.horizontalPodAutoscaler, key))
                // A label of ours hides nothing.
                try await cluster.change(
                    .horizontalPodAutoscaler, cluster.inEnvironment("shop", "mine"),
                    ["metadata": ["labels": ["app.kubernetes.io/managed-by": "quartermaster"]]])
                try await process.settled()
                #expect(
                    try await cluster.environmentCondition(.autoscalingReady, of: "shop")?.reason == "ForeignScaler")
                try await cluster.client.delete(.horizontalPodAutoscaler, cluster.inEnvironment("shop", "mine"))
                try await waitUntilForgotten(on: cluster)
            }
        }

        @Test(
            "One of ours stays ours and is mended when somebody takes its label away", arguments: ClusterKind.available)
        func takenLabel(kind: ClusterKind) async throws {
            try await withEnvironment("autoscaling: {min: 2, max: 10}", kind) { cluster, _, process, _ in
                try await waitForController(nil, on: cluster)
                let key = cluster.inEnvironment("shop", "web")
                let uid = try await cluster.client.get(.horizontalPodAutoscaler, key).uid
                try await process.settled()
                try await cluster.change(
                    .horizontalPodAutoscaler, key,
                    [
                        "metadata": ["labels": ["app.kubernetes.io/managed-by": "me"]],
                        "spec": ["maxReplicas": 400],
                    ])
                try await eventually("it is as the spec says", within: .seconds(30)) {
                    let live = try await cluster.client.get(.horizontalPodAutoscaler, key)
                    return live.uid == uid && live[path: "spec", "maxReplicas"] == 10
                        && live.labels["app.kubernetes.io/managed-by"] == "quartermaster"
                }
                try await process.settled()
                #expect(
                    try await cluster.environmentCondition(.autoscalingReady, of: "shop")?.reason == "ScalerPending")
            }
        }

        @Test(
            "A ScaledObject of somebody's that takes all pods leaves no environment Ready",
            arguments: ClusterKind.available)
        func takenToNone(kind: ClusterKind) async throws {
            try await withEnvironment("replicas: 3", kind) { cluster, keda, process, _ in
                try await keda.install()
                var object = try DynamicObject.fixture(
                    """
                    apiVersion: keda.sh/v1alpha1
                    kind: ScaledObject
                    metadata: {name: mine}
                    spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicaCount: 0, maxReplicaCount: 5, triggers: [{type: cron, metadata: {a: b}}]}
                    """)
                object[path: "metadata", "namespace"] = .string(cluster.environmentName("shop"))
                _ = try await cluster.client.create(object, as: .scaledObject)
                try await keda.operate(on: "mine")
                try await cluster.waitForEnvironment("shop", .autoscalingReady, .foreignScaler)
                try await keda.scale("web", to: 0)
                try await eventually("it is told", within: .seconds(30)) {
                    let condition = try await cluster.environmentCondition(.componentsAvailable, of: "shop")
                    return condition?.message.contains("is scaled to 0 by ScaledObject") == true
                }
                try await process.settled()
                #expect(try await cluster.environmentCondition(.ready, of: "shop")?.status == .false)
                #expect(try await replicas(on: cluster) == 0)
                try await keda.remove()
                try await waitForReplicas(3, on: cluster)
            }
        }
    }
}
