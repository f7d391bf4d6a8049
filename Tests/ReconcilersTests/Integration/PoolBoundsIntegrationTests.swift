import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// As somebody who may write objects of ours in one namespace, and no pods.
    @Suite("What the operator makes for authors of its kinds")
    struct PoolBoundsIntegrationTests {
        private static let regions = "regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]\n"
        private static let ours = ["regionalworkerpools", "backuppolicies"]

        private func live(_ type: ResourceType, _ key: ObjectKey, on cluster: TestCluster) async throws
            -> DynamicObject?
        {
            do {
                return try await cluster.client.get(type, key)
            } catch let error as APIError where error.isNotFound {
                return nil
            }
        }

        /// Changes the pool's template as its author.
        private func patch(_ pod: JSONValue, by author: TestUser, on cluster: TestCluster) async throws {
            try await author.patch(
                RegionalWorkerPool.resourceType, cluster.key("pool"), ["spec": ["template": ["spec": pod]]])
        }

        @Test(
            "A pool's author gets no pods that would need more than the level baseline, by whatever field",
            arguments: ClusterKind.available)
        func templates(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let deployment = cluster.key("pool-eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.asUser("author", in: cluster.namespace, on: Self.ours) { author in
                        // It may make no pods and no Deployments of its own.
                        await #expect(throws: APIError.self) {
                            try await author.client.list(.deployment, namespace: cluster.namespace)
                        }
                        try await cluster.makePool("pool", Self.regions + "runtime: {type: DockerInDocker}")
                        try await refused("runtime.type DockerInDocker", on: cluster)
                        try await patchRuntime("HostSocket", by: author, on: cluster)
                        try await refused("runtime.type HostSocket", on: cluster)
                        try await patchRuntime("None", by: author, on: cluster)
                        try await eventually("the Deployment is made", within: .seconds(30)) {
                            try await live(.deployment, deployment, on: cluster) != nil
                        }
                        try await process.settled()
                        let before = try await live(.deployment, deployment, on: cluster)?["spec"]

                        let container: JSONValue = ["name": "worker", "image": "worker:1"]
                        var mighty = container
                        mighty["securityContext"] = ["privileged": true]
                        let attempts: [(JSONValue, String)] = [
                            (["volumes": [["name": "root", "hostPath": ["path": "/"]]]], "volumes[0].hostPath"),
                            (["volumes": .null, "hostPID": true], "hostPID"),
                            (["hostPID": .null, "initContainers": [mighty]], "initContainers[0].securityContext"),
                            (["initContainers": .null, "containers": [mighty]], "containers[0].securityContext"),
                        ]
                        for (attempt, field) in attempts {
                            try await patch(attempt, by: author, on: cluster)
                            try await refused("spec.template.spec.\(field)", on: cluster)
                        }
                        try await process.settled()
                        // What runs already goes on, and is not changed.
                        #expect(try await live(.deployment, deployment, on: cluster)?["spec"] == before)
                        try await patch(["containers": [container]], by: author, on: cluster)
                        try await eventually("it is content", within: .seconds(30)) {
                            try await cluster.condition("Stalled") == nil
                        }
                    }
                }
                let permissions = Permissions(privilegedNamespaces: [cluster.namespace])
                try await TestOperator.run(on: cluster, permissions: permissions) { _ in
                    try await cluster.changePool("pool", ["spec": ["template": ["spec": ["hostPID": true]]]])
                    try await eventually("a privileged namespace may", within: .seconds(30)) {
                        try await live(.deployment, deployment, on: cluster)?[
                            path: "spec", "template", "spec", "hostPID"] == true
                    }
                }
            }
        }

        private func patchRuntime(_ type: String, by author: TestUser, on cluster: TestCluster) async throws {
            try await author.patch(
                RegionalWorkerPool.resourceType, cluster.key("pool"), ["spec": ["runtime": ["type": .string(type)]]])
        }

        private func refused(_ words: String, on cluster: TestCluster) async throws {
            var message = ""
            try await eventually("\(words) is refused", within: .seconds(30)) {
                let stalled = try await cluster.condition("Stalled")
                message = stalled?.message ?? ""
                return stalled?.reason == "NotPermitted" && message.contains(words)
            }
            #expect(message.contains("--privileged-namespaces") && message.hasPrefix("region eu: "))
        }

        @Test(
            "A pool's author gets no priority above the operator's, neither by a class of its own nor by one that is there",
            arguments: ClusterKind.available)
        func priorities(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                let own = "\(cluster.namespace)-own"
                let high = "\(cluster.namespace)-high"
                var foreign = try DynamicObject.fixture(
                    "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: \(high)}\nvalue: 2000000")
                foreign = try await cluster.client.create(foreign, as: .priorityClass)
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.asUser("author", in: cluster.namespace, on: Self.ours) { author in
                        try await cluster.makePool(
                            "pool",
                            Self.regions + "placement: {priorityClass: {name: \(own), value: 1000001, create: true}}")
                        try await cluster.waitForCondition("Stalled", .notPermitted)
                        let message = try #require(try await cluster.condition("Stalled")).message
                        #expect(
                            message.contains("has the value 1000001, above the operator's --max-priority-class-value"))
                        for name in ["system-node-critical", high] {
                            try await patch(["priorityClassName": .string(name)], by: author, on: cluster)
                            try await author.patch(
                                RegionalWorkerPool.resourceType, cluster.key("pool"),
                                ["spec": ["placement": ["priorityClass": .null]]])
                            try await eventually("\(name) is refused", within: .seconds(30)) {
                                let stalled = try await cluster.condition("Stalled")
                                return stalled?.reason == "NotPermitted"
                                    && stalled?.message.contains("PriorityClass \(name) ") == true
                            }
                        }
                        try await process.settled()
                        #expect(try await live(.priorityClass, ObjectKey(name: own), on: cluster) == nil)
                        #expect(try await live(.deployment, cluster.key("pool-eu"), on: cluster) == nil)
                        #expect(!process.requests.writes.contains { $0.contains("priorityclasses") })
                    }
                }
                try await cluster.client.delete(.priorityClass, foreign.key)
            }
        }

        @Test(
            "A component may not have a class of the system's, by its field or by its template",
            arguments: ClusterKind.available)
        func components(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment(
                        "shop",
                        """
                        tier: development
                        components:
                        - {name: web, image: "web:1", priorityClassName: system-cluster-critical}
                        - {name: api, image: "api:1", template: {spec: {priorityClassName: system-node-critical}}}
                        - {name: job, image: "job:1"}
                        """)
                    let told = try await cluster.waitForEnvironment("shop", .componentsAvailable, .notPermitted)
                    #expect(told.message.contains("component web: PriorityClass system-cluster-critical"))
                    try await process.settled()
                    for (name, isThere) in [("web", false), ("api", false), ("job", true)] {
                        let found = try await live(.deployment, cluster.inEnvironment("shop", name), on: cluster)
                        #expect((found != nil) == isThere, "\(name)")
                    }
                }
            }
        }

        @Test("A policy that asks for too high a priority backs up as it did", arguments: ClusterKind.available)
        func policies(kind: ClusterKind) async throws {
            try await TestCluster.run(kind, options: .rbac) { cluster in
                try await TestOperator.runBackups(on: cluster) { process in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: 0 2 * * *
                        sources: [{name: db, pvc: {claimName: data}}]
                        destinations: [{name: box, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                        """)
                    try await cluster.prepare()
                    try await cluster.waitForVerdicts([.scheduled: "True Converged"])
                    let before = try await cluster.client.get(.cronJob, cluster.key("nightly-db"))
                    try await cluster.asUser("author", in: cluster.namespace, on: Self.ours) { author in
                        try await author.patch(
                            BackupPolicy.resourceType, cluster.key("nightly"),
                            ["spec": ["podTemplate": ["priorityClassName": "system-node-critical"]]])
                        try await cluster.waitForVerdicts([
                            .scheduled: "False NotPermitted", .stalled: "True NotPermitted",
                        ])
                        try await process.settled()
                        let after = try await cluster.client.get(.cronJob, cluster.key("nightly-db"))
                        #expect(after.uid == before.uid && after.generation == before.generation)
                        try await author.patch(
                            BackupPolicy.resourceType, cluster.key("nightly"),
                            ["spec": ["podTemplate": ["priorityClassName": "production"]]])
                        try await eventually("another class goes through") {
                            try await cluster.client.get(.cronJob, cluster.key("nightly-db"))[
                                path: "spec", "jobTemplate", "spec", "template", "spec", "priorityClassName"]
                                == "production"
                        }
                    }
                }
            }
        }
    }
}
