import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Writes that the API server does not take")
    struct RefusedWriteIntegrationTests {
        private func spec(_ container: String) -> String {
            """
            regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
            template: {spec: {containers: [{name: worker, image: 'worker:1', \(container)}]}}
            """
        }

        @Test(
            "A template that its types do not take is Stalled, with the path and what to do, and not tried again and again",
            arguments: ClusterKind.available,
            [
                (
                    "imagePullPolcy: Always",
                    "imagePullPolcy: field not declared in schema; the API server knows no such"
                ),
                ("command: sh", "command: expected list"),
                (
                    "env: [{name: A, value: a}, {name: A, value: b}]",
                    "env: duplicate entries for key [name=\"A\"]; an entry"
                ),
            ])
        func malformed(kind: ClusterKind, fault: (container: String, words: String)) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec(fault.container))
                    try await cluster.waitForCondition("Stalled", .childRefused)
                    let message = try #require(try await cluster.condition("Ready")).message
                    let path = ".spec.template.spec.containers[name=\"worker\"]."
                    #expect(message.contains("\(path)\(fault.words)"), "\(message)")
                    try await process.settled()
                    // One that fails is tried again with growing delays.
                    let failed = process.metrics.exposition().split(separator: "\n").filter { line in
                        line.contains("result=\"error\"") && !line.hasSuffix(" 0")
                    }
                    #expect(failed.isEmpty, "\(failed)")
                    let good: JSONValue = ["name": "worker", "image": "worker:1"]
                    try await cluster.changePool(
                        "pool", ["spec": ["template": ["spec": ["containers": [good]]]]])
                    try await eventually("the mended pool is content", within: .seconds(30)) {
                        let isMade = try await cluster.exists(.deployment, cluster.key("pool-eu"))
                        return try await cluster.condition("Stalled") == nil && isMade
                    }
                }
            }
        }

        /// As a namespace is while its content goes: nothing more is taken into it.
        private func end(_ namespace: String, on cluster: TestCluster) async throws {
            _ = try await cluster.client.patch(
                .namespace, ObjectKey(name: namespace), .merge(["status": ["phase": "Terminating"]]),
                subresource: "status")
        }

        @Test(
            "In a namespace that is being deleted a pool and a policy say so once, and nothing is written any more",
            arguments: [ClusterKind.embedded])
        func terminating(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool("pool", spec("tty: false"))
                    try await cluster.waitForCondition("Available", .rollingOut)
                    try await process.settled()
                    try await end(cluster.namespace, on: cluster)
                    try await cluster.waitForCondition("Ready", .terminating)
                    // The write of that status is noted a moment after it is seen.
                    try await process.settled()
                    process.requests.forgetWrites()
                    for (type, name) in [(ResourceType.deployment, "pool-eu"), (.networkPolicy, "pool")] {
                        if try await cluster.exists(type, cluster.key(name)) {
                            try await cluster.client.delete(type, cluster.key(name))
                        }
                    }
                    try await cluster.changePool("pool", ["metadata": ["labels": ["a": "b"]]])
                    try await process.settled()
                    #expect(process.requests.writes.isEmpty, "\(process.requests.writes)")
                    #expect(process.events.messages(.terminating).count == 1)
                    #expect(try await cluster.condition("Reconciling")?.reason == "Terminating")
                }
            }
        }

        @Test(
            "A child in another namespace that is being deleted is told so, and tried no more",
            arguments: [ClusterKind.embedded])
        func elsewhere(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.install(.serviceMonitor)
                try await cluster.install(.prometheusRule)
                let other = "\(cluster.namespace)-monitoring"
                try await cluster.makeNamespace(other)
                try await end(other, on: cluster)
                let permissions = Permissions(monitoringNamespaces: [other])
                try await TestOperator.run(on: cluster, permissions: permissions) { process in
                    try await cluster.makePool(
                        "pool",
                        spec("ports: [{name: http, containerPort: 8000}]")
                            + "\nmonitoring: {namespace: \(other), serviceMonitor: {port: 8000}}")
                    try await cluster.waitForCondition("MonitoringReady", .terminating)
                    #expect(
                        try await cluster.condition("MonitoringReady")?.message
                            == "Namespace \(other) is being deleted, and nothing is written in it any more")
                    #expect(!process.requests.writes.contains { $0.contains(other) }, "\(process.requests.writes)")
                    #expect(try await cluster.exists(.deployment, cluster.key("pool-eu")))
                }
            }
        }

        @Test(
            "What the server says of a namespace before the cache knows it is believed for all children",
            arguments: [ClusterKind.embedded])
        func beforeTheCache(kind: ClusterKind) throws {
            let cause = APIError.Cause(
                field: "metadata.namespace", reason: "NamespaceTerminating", message: "w is going")
            let error = APIError(
                code: 403, reason: "Forbidden", message: "unable to create new content in namespace w", causes: [cause],
                request: "PATCH deployments.apps w/x")
            let failure = try WriteFailure(error, on: WrittenObject(.deployment, ObjectKey(namespace: "w", name: "x")))
            #expect(failure.kind == .terminating && failure.finding.reason == .terminating)
            #expect(failure.finding.consequence == .wait)
        }
    }
}
