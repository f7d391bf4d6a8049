import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Backups under Pod Security")
    struct BackupPodSecurityIntegrationTests {
        @Test(
            "A policy whose pods its namespace would refuse says so before a run, and no more once the level is another one",
            arguments: ClusterKind.available)
        func refused(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                func enforce(_ level: String) async throws {
                    try await cluster.change(
                        .namespace, ObjectKey(name: cluster.namespace),
                        ["metadata": ["labels": ["pod-security.kubernetes.io/enforce": .string(level)]]])
                }
                func scheduled() async throws -> Condition? {
                    try await cluster.policy().status?.conditions?.first { $0.type == "Scheduled" }
                }
                try await enforce("restricted")
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: "@daily"
                        sources: [{name: data, pvc: {claimName: data}}]
                        destinations: [{name: box, credentialsSecretRef: {name: borg}, borg: {repository: "ssh://u@h:23/./x"}}]
                        """)
                    try await eventually("it says so", within: .seconds(30)) {
                        try await scheduled()?.reason == "PodSecurityBlocked"
                    }
                    let conditions = try await cluster.policy().status?.conditions ?? []
                    #expect(conditions.first?.status == .false && conditions.contains { $0.type == "Stalled" })
                    try await process.settled()
                    #expect(process.events.messages(.podSecurityBlocked, about: "nightly").count == 1)
                    try await enforce("baseline")
                    try await eventually("it is content", within: .seconds(30)) {
                        try await scheduled()?.reason != "PodSecurityBlocked"
                    }
                }
            }
        }
    }
}
