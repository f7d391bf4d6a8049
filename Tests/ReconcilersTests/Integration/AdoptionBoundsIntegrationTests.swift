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
    }
}
