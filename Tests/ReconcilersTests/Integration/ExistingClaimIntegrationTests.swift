import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Claims that components mount and do not make")
    struct ExistingClaimIntegrationTests {
        @Test(
            "A claim that is mounted elsewhere stays although its volume is gone; somebody else's is never touched",
            arguments: ClusterKind.available)
        func shared(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    func spec(_ editor: JSONValue, _ worker: JSONValue) -> JSONValue {
                        [
                            "tier": "staging",
                            "components": [
                                ["name": "editor", "image": "editor:1", "volumes": editor],
                                ["name": "worker", "image": "editor:1", "volumes": worker],
                            ],
                        ]
                    }
                    let own: JSONValue = [
                        "name": "files", "path": "/files", "size": "1Gi", "accessMode": "ReadWriteMany",
                        "onRemove": "Delete",
                    ]
                    let borrowed: JSONValue = [
                        "name": "files", "path": "/files", "existingClaim": "editor-files",
                        "accessMode": "ReadWriteMany",
                    ]
                    let foreign: JSONValue = ["name": "old", "path": "/old", "existingClaim": "theirs"]
                    func mounted(_ name: String) async throws -> [String] {
                        let made = try await cluster.deployment(cluster.inEnvironment("shop", name))
                        let volumes = made[path: "spec", "template", "spec", "volumes"]?.elements ?? []
                        return volumes.compactMap { $0["persistentVolumeClaim"]?["claimName"]?.string }
                    }
                    try await cluster.makeEnvironment("shop", spec([own, foreign], [borrowed]).serializedString())
                    let claim = cluster.inEnvironment("shop", "editor-files")
                    try await eventually("claim and workloads are made") {
                        for name in ["editor", "worker"] {
                            guard try await cluster.exists(.deployment, cluster.inEnvironment("shop", name)) else {
                                return false
                            }
                        }
                        return try await cluster.exists(.persistentVolumeClaim, claim)
                    }
                    try await eventually("both mount it, and the other one is named") {
                        let (editor, worker) = (try await mounted("editor"), try await mounted("worker"))
                        return editor == ["editor-files", "theirs"] && worker == ["editor-files"]
                    }
                    try await cluster.changeEnvironment("shop", ["spec": spec([], [borrowed])])
                    try await eventually("the volume is gone") {
                        try await mounted("editor").isEmpty
                    }
                    try await process.settled()
                    #expect(try await cluster.exists(.persistentVolumeClaim, claim))
                    try await cluster.changeEnvironment("shop", ["spec": spec([], [])])
                    try await cluster.waitUntilGone(.persistentVolumeClaim, claim)
                    #expect(
                        try await !cluster.exists(
                            .persistentVolumeClaim, cluster.inEnvironment("shop", "theirs")))
                }
            }
        }
    }
}
