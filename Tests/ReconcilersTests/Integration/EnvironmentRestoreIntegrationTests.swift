import EmbeddedAPIServer
import Foundation
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Volumes of environments, restored as it is printed")
    struct EnvironmentRestoreIntegrationTests {
        private static let isThere = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].contains(
            where: FileManager.default.isExecutableFile)

        @Test(
            "What a restore has stopped stays stopped, its pod is taken, and after a second attempt all is as before",
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

            async let script = run(twice: try steps(in: space.name), in: cluster)
            // A pass that began before may still put the number back: once the status says so there is none.
            try await eventually("the environment is halted", within: .seconds(60)) {
                try await cluster.environmentCondition(.ready, of: "shop")?.reason == Reason.suspended.rawValue
            }
            try await cluster.change(.deployment, key, ["spec": ["replicas": 0]], by: "kubectl-scale")
            let (status, output) = try await script
            #expect(status == 0 && output.contains("no connection"), "\(output)")
            #expect(output.contains("pod/restore-files condition met") && output.contains("read content"), "\(output)")

            try await eventually("the workload runs again", within: .seconds(60)) {
                try await replicas(cluster, key)?.ready == 1
            }
            let after = try await cluster.client.get(.namespace, space).labels
            #expect(after.filter { $0.key.hasPrefix(LabelKey.podSecurity) } == levels)
            #expect(try await cluster.environment("shop")[path: "spec", "suspend"]?.bool != true)
            try await expectRecords(in: cluster, of: space)
        }

        /// What is written down before anything is changed.
        private func expectRecords(in cluster: TestCluster, of space: ObjectKey) async throws {
            func record(in namespace: String) async throws -> String {
                let stop = try #require(try steps(in: namespace).first).lines
                let lines = stop.prefix { !$0.hasPrefix("read") } + ["cat \(namespace).before-restore"]
                return try await run(["restore.sh": script(lines)], "bash restore.sh", in: cluster).1
            }
            #expect(try await record(in: space.name) == "restricted \(space.name) false\n")
            try await cluster.changeEnvironment("shop", ["spec": ["suspend": true]])
            #expect(try await record(in: space.name) == "restricted \(space.name) true\n")
            // It says that it is the environment's, which has another one.
            let label: JSONValue = [LabelKey.appEnvironment: .string(space.name)]
            try await cluster.change(
                .namespace, ObjectKey(name: cluster.namespace), ["metadata": ["labels": label]])
            #expect(try await record(in: cluster.namespace).hasSuffix(" - -\n"))
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

        private func script(_ lines: some Collection<String>) -> String {
            (RestorePlan.preamble + lines).joined(separator: "\n")
        }

        /// The first attempt fails once the pod is there.
        private func run(twice steps: [RestorePlan.Step], in cluster: TestCluster) async throws -> (Int32, String) {
            try await run(
                ["restore.sh": script(steps.flatMap(\.lines))], "! bash restore.sh && touch again && bash restore.sh",
                in: cluster)
        }

        /// - Returns: the exit status, and what it printed; what is unpacked among it.
        private func run(
            _ scripts: [String: String], _ command: String, in cluster: TestCluster
        ) async throws -> (Int32, String) {
            let kubeconfig =
                try cluster.server?.kubeconfig()
                ?? String(contentsOfFile: ClusterKind.realKubeconfig ?? "", encoding: .utf8)
            return try await Shell.run(
                command,
                // No container runs in the pods here.
                programs: [
                    "kubectl": """
                    #!/bin/sh
                    [ "$1" != exec ] || [ -f again ] || { echo "no connection"; exit 1; }
                    [ "$1" != exec ] || { echo "read $(cat)"; exit; }
                    PATH=${PATH#*:} exec kubectl "$@"
                    """
                ],
                files: scripts.merging(["kubeconfig": kubeconfig, "files-20260131T020000Z/data.tar": "content\n"]) {
                    $1
                })
        }
    }
}
