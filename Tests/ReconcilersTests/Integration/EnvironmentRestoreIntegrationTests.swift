import EmbeddedAPIServer
import Foundation
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Volumes of environments, restored as it is printed", .serialized)
    struct EnvironmentRestoreIntegrationTests {
        private static let isThere = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].contains(
            where: FileManager.default.isExecutableFile)

        @Test(
            "What a restore has stopped stays stopped, its pod is taken, and in the end all is as before",
            .enabled(if: isThere, "kubectl is not installed"),
            .timeLimit(.minutes(4)), arguments: ClusterKind.available)
        func volume(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.withPods {
                        try await restore(in: cluster, process)
                    }
                }
            }
        }

        private func restore(in cluster: TestCluster, _ process: TestOperator) async throws {
            try await cluster.makeEnvironment(
                "shop",
                """
                tier: staging
                components:
                  - {name: database, image: 'database:1', volumes: [{name: data, path: /data, size: 1Gi}]}
                """)
            let key = cluster.inEnvironment("shop", "database")
            try await eventually("its pod runs", within: .seconds(60)) {
                try await replicas(cluster, key)?.ready == 1
            }
            let space = ObjectKey(name: cluster.environmentName("shop"))
            let levels = try await cluster.client.get(.namespace, space).labels.filter {
                $0.key.hasPrefix(LabelKey.podSecurity)
            }
            try #require(levels["\(LabelKey.podSecurity)enforce"] == "restricted")

            async let script = run(try steps(in: space.name), in: cluster)
            try await eventually("the environment is halted", within: .seconds(60)) {
                try await cluster.environment("shop")[path: "spec", "suspend"]?.bool == true
            }
            try await cluster.change(.deployment, key, ["spec": ["replicas": 0]], by: "kubectl-scale")
            let (status, output) = try await script
            #expect(status == 0, "\(output)")
            #expect(output.contains("pod/restore-files condition met") && output.contains("read content"), "\(output)")

            try await eventually("the workload runs again", within: .seconds(60)) {
                try await replicas(cluster, key)?.ready == 1
            }
            let after = try await cluster.client.get(.namespace, space).labels
            #expect(after.filter { $0.key.hasPrefix(LabelKey.podSecurity) } == levels)
            #expect(try await cluster.environment("shop")[path: "spec", "suspend"]?.bool != true)
        }

        private func replicas(_ cluster: TestCluster, _ key: ObjectKey) async throws -> (wanted: Int64?, ready: Int64?)?
        {
            guard try await cluster.exists(.deployment, key) else { return nil }
            let deployment = try await cluster.deployment(key)
            return (
                deployment[path: "spec", "replicas"]?.integer, deployment[path: "status", "readyReplicas"]?.integer
            )
        }

        /// From the first one that touches the cluster's workloads.
        private func steps(in namespace: String) throws -> [RestorePlan.Step] {
            var policy = try BackupPolicy.fixture("sources: [{name: files, pvc: {claimName: database-data}}]")
            policy.metadata.namespace = namespace
            let plan = try RestorePlan(of: policy, target: "files", at: "20260131T020000Z")
            return Array(plan.steps.drop { !$0.title.hasPrefix("Stop") })
        }

        /// - Returns: the exit status, and what it printed; what is unpacked among it.
        private func run(_ steps: [RestorePlan.Step], in cluster: TestCluster) async throws -> (Int32, String) {
            let kubeconfig =
                try cluster.server?.kubeconfig()
                ?? String(contentsOfFile: ClusterKind.realKubeconfig ?? "", encoding: .utf8)
            return try await Shell.run(
                (RestorePlan.preamble + steps.flatMap(\.lines)).joined(separator: "\n"),
                // No container runs in the pods here.
                programs: [
                    "kubectl": """
                    #!/bin/sh
                    [ "$1" != exec ] || { echo "read $(cat)"; exit; }
                    PATH=${PATH#*:} exec kubectl "$@"
                    """
                ],
                files: ["kubeconfig": kubeconfig, "files-20260131T020000Z/data.tar": "content\n"])
        }
    }
}
