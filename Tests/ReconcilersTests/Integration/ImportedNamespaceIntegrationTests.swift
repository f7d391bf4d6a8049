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
            "Applied to its own namespace, an imported environment changes what it lists, as it has said before, and nothing else",
            arguments: ["shop", "release", "stateful"])
        func announced(name: String) async throws {
            try await TestCluster.run(.embedded, options: .rbac) { cluster in
                let space = cluster.environmentName("shop")
                try await cluster.makeNamespace(space)
                let objects = try await makeObjects("Tests/Fixtures/import/namespace/\(name).yaml", in: space, cluster)
                #expect(objects.contains { $0.0 == .deployment } && objects.contains { $0.0 == .service })
                let manifest = try #require(
                    try Repository.yaml("Tests/Fixtures/import/golden/namespace-\(name).yaml").first)
                var spec = try #require(manifest["spec"]?.object)
                let listed = spec.removeValue(forKey: "adopt")
                var announced: [String: Bool] = [:]
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", YAML.write(.object(spec)))
                    try await cluster.waitForEnvironment("shop", .namespaceReady, .adopted)
                    try await process.settled()
                    for entry in try await cluster.environment("shop")[path: "status", "adoption"]?.elements ?? [] {
                        #expect(entry["state"] == "Found")
                        announced["\(entry["kind"]?.string ?? "") \(entry["name"]?.string ?? "")"] =
                            entry["restarts"] == true
                    }
                    try await expectUnchanged(objects, but: [], cluster)
                    let names = (listed?["objects"]?.elements ?? []).map {
                        "\($0["kind"]?.string ?? "") \($0["name"]?.string ?? "")"
                    }
                    // Of what a tool delivers nothing is listed.
                    #expect(names.isEmpty == (name == "release"), "\(names)")
                    // An autoscaler goes on to scale, and how it is taken over is said with what scales.
                    let scalers = names.filter { $0.hasPrefix("HorizontalPodAutoscaler ") }
                    // So does an Ingress, and the environment makes none for its hosts.
                    let ingresses = names.filter { $0.hasPrefix("Ingress ") }
                    #expect(
                        Set(names).subtracting(scalers + ingresses).isSubset(of: announced.keys),
                        "\(names), \(announced)")
                    let scaling = try await cluster.environmentCondition(.autoscalingReady, of: "shop")?.message ?? ""
                    #expect(scalers.isEmpty || scaling.contains("list it in spec.adopt.objects"), "\(scaling)")
                    let serving = try await cluster.environmentCondition(.ingressReady, of: "shop")?.message ?? ""
                    #expect(ingresses.isEmpty || serving.contains("list it in spec.adopt.objects"), "\(serving)")
                    if let listed {
                        try await cluster.changeEnvironment("shop", ["spec": ["adopt": listed]])
                        try await eventually("all are the environment's", within: .seconds(30)) {
                            let told = try await cluster.environment("shop")[path: "status", "adoption"]?.elements ?? []
                            // No pod becomes available here, so a Service goes on to select those of before.
                            let taken = told.filter {
                                $0["state"] == "Adopted" || ($0["kind"] == "Service" && $0["state"] == "Pending")
                            }
                            return taken.count >= names.count
                        }
                    }
                    try await process.settled()
                    try await expectUnchanged(objects, but: Set(names.filter { announced[$0] == true }), cluster)
                    #expect(try await !cluster.exists(.resourceQuota, cluster.inEnvironment("shop", "environment")))
                }
            }
        }

        /// No object is another one, and no pod template changed but those.
        private func expectUnchanged(
            _ objects: [(ResourceType, DynamicObject)], but restarting: Set<String>, _ cluster: TestCluster
        ) async throws {
            for (type, before) in objects {
                let after = try await cluster.client.get(type, before.key)
                let name = "\(type.kind) \(before.name)"
                #expect(after.uid == before.uid, "\(name)")
                guard !restarting.contains(name) else { continue }
                #expect(after[path: "spec", "template"] == before[path: "spec", "template"], "\(name)")
                if type == .persistentVolumeClaim { #expect(after["spec"] == before["spec"], "\(name)") }
                // A Service goes on to lead to the pods of before.
                if type == .service {
                    #expect(after[path: "spec", "selector"] == before[path: "spec", "selector"], "\(name)")
                }
            }
        }

        private func makeObjects(
            _ path: String, in space: String, _ cluster: TestCluster
        ) async throws -> [(ResourceType, DynamicObject)] {
            var made: [(ResourceType, DynamicObject)] = []
            for document in try Repository.yaml(path) {
                var object = try DynamicObject(document)
                // What a CronJob has made would be collected, for that is another one here.
                guard object.kind != "Namespace", object.ownerReferences.isEmpty else { continue }
                object[path: "metadata", "namespace"] = .string(space)
                let type = try #require(
                    try await cluster.client.resourceType(apiVersion: object.apiVersion, kind: object.kind))
                made.append((type, try await cluster.client.create(object, as: type)))
            }
            return made
        }
    }
}
