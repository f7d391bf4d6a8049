import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("What was taken over, once the list is gone, and what editors do to it then")
    struct LostRecordIntegrationTests {
        private typealias Existing = ObjectAdoptionIntegrationTests

        private func release(_ cluster: TestCluster, _ process: TestOperator) async throws {
            try await cluster.waitForEnvironment("shop", .ready, .ready)
            try await process.settled()
            try await cluster.changeEnvironment("shop", ["spec": ["adopt": .null]])
            try await cluster.waitForEnvironment("shop", .ready, .ready)
            try await process.settled()
        }

        private func change(components: String, on cluster: TestCluster) async throws {
            let list = try YAML.parseDocument(Array(components.utf8))
            try await cluster.changeEnvironment("shop", ["spec": ["components": list]])
        }

        @Test(
            "A Deployment without its record, or without anything that says whose it is, keeps its selector and can be updated",
            arguments: ClusterKind.available, [false, true])
        func deployment(kind: ClusterKind, losesAll: Bool) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Existing.makeExisting(on: cluster, [Existing.existing[0]])
                    let key = cluster.inEnvironment("shop", "my-app")
                    let before = try await cluster.client.get(.deployment, key)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop", Existing.spec(adopting: "[{kind: Deployment, name: my-app}]"))
                        try await release(cluster, process)
                    }
                    let taken = try await cluster.client.get(.deployment, key)
                    let lost = losesAll ? Array(taken.annotations.keys) : [AnnotationKey.takenOver]
                    let labels = losesAll ? Array(taken.labels.keys) : []
                    try await cluster.change(
                        .deployment, key,
                        [
                            "metadata": [
                                "annotations": .object(JSONObject(lost.map { ($0, .null) })),
                                "labels": .object(JSONObject(labels.map { ($0, .null) })),
                            ]
                        ])
                    try await change(
                        components: "[{name: my-app, image: 'ghcr.io/x/my-app:2', ports: [{name: http, port: 3000}]}]",
                        on: cluster)
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await eventually("it is updated", within: .seconds(30)) {
                            try await cluster.client.get(.deployment, key)[
                                path: "spec", "template", "spec", "containers"]?[
                                    0]?["image"] == "ghcr.io/x/my-app:2"
                        }
                        try await cluster.waitForEnvironment("shop", .ready, .ready)
                        try await process.settled()
                    }
                    let after = try await cluster.client.get(.deployment, key)
                    #expect(after.uid == before.uid)
                    #expect(after[path: "spec", "selector", "matchLabels"] == ["app": "my-app"])
                    #expect(after[path: "spec", "template", "metadata", "labels", "app"] == "my-app")
                    #expect(after.annotations[AnnotationKey.takenOver] != nil)
                    #expect(after.labels[LabelKey.environmentComponent] == "my-app")
                }
            }
        }

        @Test(
            "The Service that gives the pods of a StatefulSet their names keeps its record, too",
            arguments: ClusterKind.available)
        func governingService(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    let service = """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: db-pods}
                        spec: {clusterIP: None, selector: {app: db}}
                        """
                    try await Existing.makeExisting(on: cluster, [(.service, service)])
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            namespace: {adopt: IfUnmanaged}
                            adopt: {objects: [{kind: Service, name: db-pods}]}
                            components: [{name: db, kind: StatefulSet, image: 'db:1', ports: [{name: db, port: 5432}]}]
                            """)
                        try await release(cluster, process)
                        let after = try await cluster.client.get(.service, cluster.inEnvironment("shop", "db-pods"))
                        #expect(after.annotations[AnnotationKey.takenOver]?.contains(#""app":"db""#) == true)
                        #expect(
                            after[path: "spec", "selector"]?.strings[LabelKey.environmentComponent] == "db")
                    }
                }
            }
        }
    }
}
