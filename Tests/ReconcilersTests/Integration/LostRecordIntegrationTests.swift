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
            "A port that the component drops goes from a Service that was taken over, and the others keep what nobody but others can say",
            arguments: ClusterKind.available)
        func port(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.withPods {
                    try await Existing.makeExisting(on: cluster, [Existing.existing[1]]) { object in
                        object[path: "spec", "type"] = "NodePort"
                        object[path: "spec", "ports"] = [
                            ["name": "http", "port": 80, "targetPort": 3000, "appProtocol": "kubernetes.io/ws"],
                            ["name": "old", "port": 81, "targetPort": 3001, "appProtocol": "http"],
                        ]
                    }
                    let key = cluster.inEnvironment("shop", "my-app")
                    let live = try await cluster.client.get(.service, key)
                    let before = live[path: "spec", "ports"]
                    // What an update has written goes with the last applier's, what another applier has does not.
                    _ = try await cluster.client.patch(
                        .service, key,
                        .apply(
                            [
                                "apiVersion": "v1", "kind": "Service",
                                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
                                "spec": ["ports": before ?? .null],
                            ], force: true), options: WriteOptions(fieldManager: "theirs"))
                    func spec(_ ports: String) -> String {
                        "[{name: my-app, image: 'my-app:1', service: {type: NodePort}, ports: [\(ports)]}]"
                    }
                    let http = "{name: http, port: 80, targetPort: 3000}"
                    try await TestOperator.runEnvironments(on: cluster) { process in
                        try await cluster.makeEnvironment(
                            "shop",
                            """
                            tier: staging
                            namespace: {adopt: IfUnmanaged}
                            adopt: {objects: [{kind: Service, name: my-app}]}
                            components: \(spec("\(http), {name: old, port: 81, targetPort: 3001}"))
                            """)
                        try await release(cluster, process)
                        let taken = try await cluster.client.get(.service, key)
                        #expect(taken[path: "spec", "ports"] == before)
                        #expect(
                            taken[path: "spec", "selector"]?.strings[LabelKey.environmentComponent] == "my-app")
                        try await change(components: spec(http), on: cluster)
                        try await eventually("the port is gone", within: .seconds(30)) {
                            try await cluster.client.get(.service, key)[path: "spec", "ports"]?.elements.count == 1
                        }
                        #expect(
                            try await cluster.client.get(.service, key)[path: "spec", "ports"]?[0] == before?[0])
                    }
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
