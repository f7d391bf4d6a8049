import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Test("Secrets that come late, rotate, are labelled, disappear and come back", arguments: ClusterKind.available)
    func sharedSecretLife(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let shared = "\(cluster.namespace)-shared"
            let source = ObjectKey(namespace: shared, name: "database")
            let copy = cluster.inEnvironment("shop", "database")
            let web = cluster.inEnvironment("shop", "web")
            try await cluster.makeNamespace(shared)
            try await TestOperator.runEnvironments(on: cluster, copyingFrom: [shared]) { process in
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: staging
                    secretsFrom: {namespace: NAMESPACE-shared, names: [database]}
                    components: [{name: web, image: 'registry.example.com/web:1', secrets: [{name: database}]}]
                    """)
                // Not there yet, then there and not shared.
                let missing = try await cluster.waitForEnvironment("shop", .secretsResolved, .missing)
                #expect(missing.message.contains("\(shared)/database"))
                try await cluster.putSecret(source, ["URL": "one"])
                try await process.settled()
                #expect(try await cluster.secret(copy) == nil)
                #expect(try await cluster.secretsHash(of: web) == nil)

                // Shared: copied, and rolled out once.
                let first = try await cluster.deployment(web).generation
                try await cluster.putSecret(source, ["URL": "one"], labels: [LabelKey.share: "true"])
                try await cluster.waitForEnvironment("shop", .secretsResolved, .resolved)
                try await eventually("the hash is there", within: .seconds(30)) {
                    try await cluster.secretsHash(of: web) != nil
                }
                #expect(try await cluster.secret(copy)?[path: "data", "URL"] == "b25l")
                #expect(try await cluster.deployment(web).generation == first + 1)
                let hash = try await cluster.secretsHash(of: web)

                // An edit of the metadata reaches nothing.
                try await cluster.change(.secret, source, ["metadata": ["labels": ["team": "shop"]]])
                try await cluster.change(.secret, copy, ["metadata": ["annotations": ["note": "x"]]])
                try await cluster.quiet(process)
                #expect(try await cluster.deployment(web).generation == first + 1)

                // A rotation reaches the copy, and the pods once.
                try await cluster.putSecret(source, ["URL": "two"], labels: [LabelKey.share: "true"])
                try await eventually("the pods are replaced", within: .seconds(30)) {
                    try await cluster.secretsHash(of: web) != hash
                }
                try await cluster.quiet(process)
                #expect(try await cluster.secret(copy)?[path: "data", "URL"] == "dHdv")
                #expect(try await cluster.deployment(web).generation == first + 2)

                // Gone: the copy stays, the pods too.
                try await cluster.client.delete(.secret, source)
                try await cluster.waitForEnvironment("shop", .secretsResolved, .missing)
                try await cluster.quiet(process)
                #expect(try await cluster.secret(copy)?[path: "data", "URL"] == "dHdv")
                #expect(try await cluster.deployment(web).generation == first + 2)

                // Back, with the same content; and a copy that somebody deletes is made again.
                try await cluster.putSecret(source, ["URL": "two"], labels: [LabelKey.share: "true"])
                try await cluster.waitForEnvironment("shop", .secretsResolved, .resolved)
                try await cluster.client.delete(.secret, copy)
                try await eventually("the copy is back", within: .seconds(30)) {
                    try await cluster.secret(copy)?[path: "data", "URL"] == "dHdv"
                }
                try await cluster.quiet(process)
                #expect(try await cluster.deployment(web).generation == first + 2)

                // A name that leaves the list takes its copy along.
                try await cluster.changeEnvironment(
                    "shop",
                    [
                        "spec": [
                            "secretsFrom": .null,
                            "components": [["name": "web", "image": "registry.example.com/web:1"]],
                        ]
                    ])
                try await cluster.waitUntilGone(.secret, copy)
                #expect(try await cluster.secret(source) != nil)
            }
            // Another process, with all in place, writes nothing and never says that Secrets are missing.
            try await cluster.changeEnvironment(
                "shop", ["spec": ["secretsFrom": ["namespace": .string(shared), "names": ["database"]]]])
            try await TestOperator.runEnvironments(on: cluster, copyingFrom: [shared]) { process in
                try await eventually("the copy is back", within: .seconds(30)) { try await cluster.secret(copy) != nil }
                try await cluster.quiet(process)
            }
            try await TestOperator.runEnvironments(on: cluster, copyingFrom: [shared]) { process in
                try await cluster.quiet(process)
                #expect(process.requests.writes == [])
            }
        }
    }

    @Test("Secrets of a namespace that is not listed are not copied", arguments: ClusterKind.available)
    func sourceNotPermitted(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let source = ObjectKey(namespace: cluster.namespace, name: "database")
            try await cluster.putSecret(source, ["URL": "one"], labels: [LabelKey.share: "true"])
            try await TestOperator.runEnvironments(on: cluster) { _ in
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: staging
                    secretsFrom: {namespace: NAMESPACE, names: [database]}
                    components: []
                    """)
                let condition = try await cluster.waitForEnvironment("shop", .secretsResolved, .notPermitted)
                #expect(condition.message.contains("--secret-source-namespaces"))
                #expect(try await cluster.secret(cluster.inEnvironment("shop", "database")) == nil)
            }
        }
    }

    @Test(
        "A Secret of the namespace's own rolls the component that uses it, and no other",
        arguments: ClusterKind.available)
    func ownSecret(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let (web, worker) = (cluster.inEnvironment("shop", "web"), cluster.inEnvironment("shop", "worker"))
            try await TestOperator.runEnvironments(on: cluster) { process in
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: staging
                    components:
                    - {name: web, image: 'registry.example.com/web:1', secrets: [{name: own}, {name: extra, optional: true}]}
                    - {name: worker, image: 'registry.example.com/worker:1'}
                    """)
                try await cluster.waitForEnvironment("shop", .secretsResolved, .missing)
                try await cluster.putSecret(cluster.inEnvironment("shop", "own"), ["k": "1"])
                try await cluster.waitForEnvironment("shop", .secretsResolved, .resolved)
                try await cluster.quiet(process)
                let before = (
                    try await cluster.deployment(web).generation, try await cluster.deployment(worker).generation
                )
                try await cluster.putSecret(cluster.inEnvironment("shop", "own"), ["k": "2"])
                try await eventually("the pods are replaced", within: .seconds(30)) {
                    try await cluster.deployment(web).generation == before.0 + 1
                }
                try await cluster.putSecret(cluster.inEnvironment("shop", "extra"), ["k": "3"])
                try await eventually("the pods are replaced again", within: .seconds(30)) {
                    try await cluster.deployment(web).generation == before.0 + 2
                }
                try await cluster.quiet(process)
                #expect(try await cluster.deployment(web).generation == before.0 + 2)
                #expect(try await cluster.deployment(worker).generation == before.1)
                let texts = process.events.collected.map { "\($0.message)" }
                #expect(!texts.contains { $0.contains("Mg==") })
            }
        }
    }
}

extension TestCluster {
    func secretsHash(of deployment: ObjectKey) async throws -> String? {
        try await self.deployment(deployment)[path: "spec", "template", "metadata", "annotations"]?[
            AnnotationKey.secretsHash]?.string
    }

    /// Waits until what was changed last has had its effect: informers hear of it after the client does.
    func quiet(_ process: TestOperator) async throws {
        for _ in 0..<3 {
            try await Task.sleep(for: .milliseconds(200))
            try await process.settled()
        }
    }
}
