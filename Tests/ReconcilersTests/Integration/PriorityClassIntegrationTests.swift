import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("PriorityClasses that pools share", .serialized)
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
            "The last pool that names a class takes it away, in whatever order they go",
            arguments: ClusterKind.available)
        func lastOneOut(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                let name = "\(cluster.namespace)-shared"
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("maker", spec(name))
                    try await eventually("the class is made") { try await live(name, on: cluster) != nil }
                    try await cluster.makePool("sharer", spec(name))
                    try await cluster.makePool("user", spec(name, create: false))
                    for pool in ["maker", "sharer", "user"] {
                        try await eventually("\(pool) has a part in it", within: .seconds(30)) {
                            try await cluster.pool(pool)[path: "status", "inventory"]?.elements
                                .contains { $0["kind"] == "PriorityClass" } ?? false
                        }
                    }
                    let uid = try await live(name, on: cluster)?.uid
                    try await process.settled()
                    process.requests.forgetWrites()

                    try await cluster.deletePool("maker")
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("maker"))
                    try await cluster.changePool("sharer", ["spec": ["placement": ["priorityClass": .null]]])
                    try await eventually("the Deployment names it no more", within: .seconds(30)) {
                        let deployment = try await cluster.client.get(.deployment, cluster.key("sharer-eu"))
                        return deployment[path: "spec", "template", "spec", "priorityClassName"] == nil
                    }
                    try await process.settled()
                    #expect(try await live(name, on: cluster)?.uid == uid)
                    #expect(!process.requests.writes.contains { $0.contains("priorityclasses") })

                    // The one that never asked for it to be made is the last.
                    try await cluster.deletePool("user")
                    try await eventually("the class is gone", within: .seconds(30)) {
                        try await live(name, on: cluster) == nil
                    }
                }
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
            "A class that somebody deletes is made anew; a suspended pool makes and deletes none",
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
                    try await cluster.deletePool()
                    try await cluster.waitUntilGone(RegionalWorkerPool.resourceType, cluster.key("pool"))
                    #expect(try await live(name, on: cluster) == nil)
                }
            }
        }
    }
}
