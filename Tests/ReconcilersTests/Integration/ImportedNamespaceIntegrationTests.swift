import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// The golden files of `quartermaster import`, applied to the namespaces that they were made from.
    @Suite("Imported namespaces")
    struct ImportedNamespaceIntegrationTests {
        @Test(
            "Applied to its own namespace, an imported environment changes and restarts nothing that runs there",
            arguments: ["shop", "release"])
        func untouched(name: String) async throws {
            try await TestCluster.run(.embedded, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                let objects = try await makeObjects("Tests/Fixtures/import/namespace/\(name).yaml", in: space, cluster)
                #expect(objects.contains { $0.0 == .deployment } && objects.contains { $0.0 == .service })
                let manifest = try #require(
                    try Repository.yaml("Tests/Fixtures/import/golden/namespace-\(name).yaml").first)
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", YAML.write(try #require(manifest["spec"])))
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                    try await process.settled()
                    let status = try #require(try await cluster.environment("shop")["status"]?.serializedString())
                    #expect(status.contains("is left alone"), "\(status)")
                    let quota = cluster.inEnvironment("shop", "environment")
                    #expect(try await !cluster.exists(.resourceQuota, quota))
                }
                for (type, before) in objects {
                    let after = try await cluster.client.get(type, before.key)
                    #expect(after.uid == before.uid && after["spec"] == before["spec"], "\(type.kind) \(before.name)")
                    #expect(after.generation == before.generation, "\(type.kind) \(before.name)")
                }
            }
        }

        private func makeObjects(
            _ path: String, in space: String, _ cluster: TestCluster
        ) async throws -> [(ResourceType, DynamicObject)] {
            var made: [(ResourceType, DynamicObject)] = []
            for document in try Repository.yaml(path) {
                var object = try DynamicObject(document)
                guard object.kind != "Namespace" else { continue }
                object[path: "metadata", "namespace"] = .string(space)
                let type = try #require(
                    try await cluster.client.resourceType(apiVersion: object.apiVersion, kind: object.kind))
                made.append((type, try await cluster.client.create(object, as: type)))
            }
            return made
        }
    }
}
