import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("PriorityClasses that pools make")
    struct PriorityClassIntegrationTests {
        private func spec(_ name: String, value: Int = 1000, create: Bool = true) -> String {
            """
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            placement: {priorityClass: {name: \(name), value: \(value), create: \(create)}}
            """
        }

        private func live(_ name: String, on cluster: TestCluster) async throws -> DynamicObject? {
            do {
                return try await cluster.client.get(.priorityClass, ObjectKey(name: name))
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        }

        @Test(
            "A class stays when the last pool that named it is gone: pods that others make may name it too",
            arguments: ClusterKind.available)
        func classStays(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-shared"
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("maker", spec(name))
                    try await cluster.makePool("user", spec(name, create: false))
                    try await eventually("the class is made") { try await live(name, on: cluster) != nil }
                    let uid = try #require(try await live(name, on: cluster)).uid
                    try await eventually("both have their Deployments", within: .seconds(30)) {
                        let found = try await cluster.client.list(.deployment, namespace: cluster.namespace)
                        return found.items.count == 2
                    }
                    try await process.settled()
                    // As a former version recorded it.
                    var inventory = try await cluster.pool("maker")[path: "status", "inventory"]?.array ?? []
                    inventory.append([
                        "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "name": .string(name),
                        "uid": .string(uid),
                    ])
                    _ = try await cluster.client.patch(
                        RegionalWorkerPool.resourceType, cluster.key("maker"),
                        .merge(["status": ["inventory": .array(inventory)]]), subresource: "status")
                    try await eventually("the entry is forgotten", within: .seconds(30)) {
                        try await cluster.pool("maker")[path: "status", "inventory"]?.elements
                            .contains { $0["kind"] == "PriorityClass" } == false
                    }
                    process.requests.forgetWrites()

                    try await cluster.changePool("user", ["spec": ["placement": ["priorityClass": .null]]])
                    try await cluster.deletePool("maker")
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("maker"))
                    try await process.settled()
                    #expect(try await live(name, on: cluster)?.uid == uid)
                    #expect(!process.requests.writes.contains { $0.contains("priorityclasses") })
                }
                try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
            }
        }

        @Test("A class of somebody else is used and never changed or deleted", arguments: ClusterKind.available)
        func foreignClass(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-foreign"
                let made = try await cluster.client.create(
                    DynamicObject.fixture(
                        """
                        apiVersion: scheduling.k8s.io/v1
                        kind: PriorityClass
                        metadata: {name: \(name)}
                        value: 7
                        """), as: .priorityClass)
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec(name))
                    try await cluster.waitForCondition("Stalled", .priorityMismatch)
                    let message = try #require(try await cluster.condition("Ready")).message
                    #expect(message.contains("has the value 7, not 1000"))
                    // The rest of the pool is made all the same.
                    let deployment = try await cluster.client.get(.deployment, cluster.key("pool-eu"))
                    #expect(deployment[path: "spec", "template", "spec", "priorityClassName"]?.string == name)
                    try await cluster.changePool("pool", ["spec": ["placement": ["priorityClass": ["value": 7]]]])
                    try await eventually("it is content", within: .seconds(30)) {
                        try await cluster.condition("Stalled") == nil
                    }
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(!process.requests.writes.contains { $0.contains("priorityclasses") })
                }
                let after = try #require(try await live(name, on: cluster))
                #expect(after.resourceVersion == made.resourceVersion)
                try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
            }
        }

        @Test(
            "A class that somebody deletes is made anew; a suspended pool makes none",
            arguments: ClusterKind.available)
        func deletedClass(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-own"
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", "suspend: true\n" + spec(name))
                    try await cluster.waitForCondition("Ready", .suspended)
                    try await process.settled()
                    #expect(try await live(name, on: cluster) == nil)
                    try await cluster.changePool("pool", ["spec": ["suspend": false]])
                    try await eventually("the class is made", within: .seconds(30)) {
                        try await live(name, on: cluster) != nil
                    }
                    let uid = try await live(name, on: cluster)?.uid
                    try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
                    try await eventually("it is back", within: .seconds(30)) {
                        let found = try await live(name, on: cluster)
                        return found != nil && found?.uid != uid
                    }
                }
                try await cluster.client.delete(.priorityClass, ObjectKey(name: name))
            }
        }
    }
}
