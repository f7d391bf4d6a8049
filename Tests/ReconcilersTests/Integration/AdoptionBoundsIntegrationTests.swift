import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("What must not come of objects of others, listed or not")
    struct AdoptionBoundsIntegrationTests {
        private static let helm = "meta.helm.sh/release-name"

        @Test(
            "A workload that is left alone is not scaled either",
            arguments: ClusterKind.available, [false, true])
        func scaler(kind: ClusterKind, isListed: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                try await ObjectAdoptionIntegrationTests.makeExisting(on: cluster) { object in
                    guard isListed, object.kind == "Deployment" else { return }
                    object[path: "metadata", "annotations", Self.helm] = "x"
                }
                try await TestOperator.runEnvironments(on: cluster) { process in
                    let listed = isListed ? "adopt: {objects: [{kind: Deployment, name: my-app}]}" : ""
                    try await cluster.makeEnvironment(
                        "shop",
                        """
                        tier: staging
                        namespace: {adopt: IfUnmanaged}
                        \(listed)
                        components: [{name: my-app, image: 'ghcr.io/x/my-app:1', autoscaling: {min: 1, max: 2}}]
                        """)
                    try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                    try await process.settled()
                    let key = cluster.inEnvironment("shop", "my-app")
                    #expect(try await !cluster.exists(.horizontalPodAutoscaler, key))
                    // Once the name is free the workload is made, and its scaler after it.
                    try await cluster.client.delete(.deployment, key)
                    try await cluster.waitUntilGone(.deployment, key)
                    try await cluster.changeEnvironment(
                        "shop", ["metadata": ["annotations": [.init(AnnotationKey.requestedAt): "now"]]])
                    try await eventually("the scaler is there", within: .seconds(30)) {
                        try await cluster.exists(.horizontalPodAutoscaler, key)
                    }
                }
            }
        }

        @Test(
            "Pods are not replaced while a Service that stays as it is leads to a port by a name that the new ones lack",
            arguments: ClusterKind.available, [false, true])
        func portName(kind: ClusterKind, isListed: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await ObjectAdoptionIntegrationTests.makeExisting(on: cluster) { object in
                        guard object.kind == "Service" else { return }
                        object[path: "spec", "ports"] = [
                            ["name": "http", "port": 80, "targetPort": "web"],
                            ["name": "old", "port": 81, "targetPort": "web"],
                        ]
                    }
                    let probe = ServiceProbe(cluster, cluster.inEnvironment("shop", "my-app"))
                    try await eventually("three pods answer", within: .seconds(30)) { try await probe.look() == 3 }
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await probe.whileProbing {
                            let service = isListed ? ", {kind: Service, name: my-app}" : ""
                            try await cluster.makeEnvironment(
                                "shop",
                                ObjectAdoptionIntegrationTests.spec(
                                    adopting: "[{kind: Deployment, name: my-app}\(service)]"))
                            try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                            try await process.settled()
                            try await Task.sleep(for: .seconds(3))
                        }
                        #expect(probe.failures == 0, "of \(probe.looks)")
                        let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements.first {
                            $0["kind"] == "Deployment"
                        }
                        #expect(told?["state"] == "Refused", "\(String(describing: told))")
                        #expect(
                            told?["message"]?.string?.contains("what the pods call web") == true,
                            "\(String(describing: told))")
                    }
                }
            }
        }

        @Test(
            "What is found is tried once, and again when it or the spec has changed",
            arguments: ClusterKind.available)
        func trials(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await ObjectAdoptionIntegrationTests.makeExisting(on: cluster)
                let key = cluster.inEnvironment("shop", "my-app")
                try await TestOperator.runEnvironments(on: cluster) { process in
                    func passes() async throws {
                        for _ in 0..<5 {
                            _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                        }
                    }
                    try await cluster.makeEnvironment("shop", ObjectAdoptionIntegrationTests.spec(adopting: nil))
                    try await cluster.waitForEnvironment("shop", .ready, .nameConflict)
                    try await process.settled()
                    let all = [
                        "deployments \(key)", "persistentvolumeclaims \(key.namespace)/store-data", "services \(key)",
                    ]
                    #expect(Set(process.requests.trials) == Set(all))
                    process.requests.forgetTrials()
                    process.requests.forgetWrites()
                    try await passes()
                    #expect(process.requests.trials == [] && process.requests.writes == [])
                    // Theirs to change, and nobody watches it.
                    try await cluster.change(.deployment, key, ["spec": ["minReadySeconds": 2]])
                    try await passes()
                    #expect(process.requests.trials == ["deployments \(key)"])
                    let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements.first {
                        $0["kind"] == "Deployment"
                    }
                    #expect(told?["state"] == "Found" && told?["restarts"] == true, "\(String(describing: told))")
                    process.requests.forgetTrials()
                    let components = ObjectAdoptionIntegrationTests.spec(adopting: nil).replacing(
                        ":staging", with: ":2")
                    let spec = try YAML.parseDocument(Array(components.utf8))
                    try await cluster.changeEnvironment("shop", ["spec": ["components": spec["components"] ?? .null]])
                    try await eventually("it is tried with the new image", within: .seconds(30)) {
                        process.requests.trials.contains("deployments \(key)")
                    }
                }
            }
        }
    }
}
