import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("PriorityClasses that components make")
    struct EnvironmentPriorityIntegrationTests {
        private func spec(_ name: String, value: Int, suspend: Bool = false) -> String {
            """
            tier: staging
            suspend: \(suspend)
            components: [{name: web, image: 'web:1', priorityClass: {name: \(name), value: \(value), create: true}}]
            """
        }

        private func live(_ name: String, on cluster: TestCluster) async throws -> DynamicObject? {
            try await cluster.client.find(.priorityClass, ObjectKey(name: name))
        }

        @Test(
            "A class is made if it is missing, again if it is deleted, and neither changed nor deleted by the operator",
            arguments: ClusterKind.available)
        func life(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-own"
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec(name, value: 700, suspend: true))
                    try await cluster.waitForEnvironment("shop", .ready, .suspended)
                    #expect(try await live(name, on: cluster) == nil)
                    try await cluster.changeEnvironment("shop", ["spec": ["suspend": false]])
                    try await eventually("the class is made", within: .seconds(30)) {
                        try await live(name, on: cluster)?["value"]?.integer == 700
                    }
                    try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
                    try await eventually("it is back", within: .seconds(30)) {
                        try await live(name, on: cluster) != nil
                    }
                    let web = try await cluster.deployment(cluster.inEnvironment("shop", "web"))
                    #expect(web[path: "spec", "template", "spec", "priorityClassName"]?.string == name)

                    let component: JSONValue = [
                        "name": "web", "image": "web:1",
                        "priorityClass": ["name": .string(name), "value": 800, "create": true],
                    ]
                    try await cluster.changeEnvironment("shop", ["spec": ["components": [component]]])
                    let told = try await cluster.waitForEnvironment("shop", .stalled, .priorityMismatch)
                    #expect(told.message.contains("PriorityClass \(name) has the value 700, not 800"))
                    try await cluster.deleteEnvironment("shop")
                    try await cluster.waitUntilEnvironmentIsGone("shop")
                    #expect(try await live(name, on: cluster)?["value"]?.integer == 700)
                    let writes = process.requests.writes.filter { $0.contains("priorityclasses") }
                    #expect(writes.allSatisfy { $0.hasPrefix("CREATE") } && writes.count == 2)
                }
                try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
            }
        }

        @Test(
            "A class above the operator's bound is not made, and the component that names it is not either",
            arguments: ClusterKind.available)
        func bounded(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-high"
                let permissions = Permissions(maxPriority: 1000)
                try await TestOperator.runEnvironments(on: cluster, permissions: permissions) { process in
                    try await cluster.makeEnvironment("shop", spec(name, value: 1001))
                    let told = try await cluster.waitForEnvironment("shop", .componentsAvailable, .notPermitted)
                    #expect(told.message.contains("--max-priority-class-value 1000"), "\(told.message)")
                    try await cluster.quiet(process)
                    #expect(try await live(name, on: cluster) == nil)
                    #expect(try await cluster.client.find(.deployment, cluster.inEnvironment("shop", "web")) == nil)
                }
            }
        }
    }
}
