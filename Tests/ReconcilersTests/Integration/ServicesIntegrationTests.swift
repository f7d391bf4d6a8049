import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Test(
        "A component is first made when its database is there, and a database that is down later holds up nothing",
        arguments: [ClusterKind.embedded])
    func databaseLife(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let data = "\(cluster.namespace)-data"
            let (main, pool) = (ObjectKey(namespace: data, name: "main"), ObjectKey(namespace: data, name: "pool"))
            let api = cluster.inEnvironment("shop", "api")
            try await cluster.makeNamespace(data)
            try await cluster.install(.postgresCluster)
            try await cluster.install(.postgresPooler)
            try await TestOperator.runEnvironments(on: cluster, copyingFrom: [data]) { process in
                func services(_ part: String) async throws {
                    try await eventually("ServicesReady says \(part)", within: .seconds(30)) {
                        try await cluster.environmentCondition(.servicesReady, of: "shop")?.message.contains(part)
                            == true
                    }
                }
                try await cluster.putSecret(
                    ObjectKey(namespace: data, name: "main-app"),
                    ["username": "u", "password": "hidden", "dbname": "d"],
                    labels: [LabelKey.share: "true"])
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: production
                    secretsFrom: {namespace: NAMESPACE-data, names: [main-app]}
                    services:
                    - name: db
                      kind: Postgres
                      ref: {kind: Pooler, namespace: NAMESPACE-data, name: pool}
                      credentialsSecretRef: {name: main-app}
                    components:
                    - {name: api, image: 'registry.example.com/api:1', uses: [db]}
                    - {name: web, image: 'registry.example.com/web:1'}
                    """)
                // Neither is there; the other component does not wait.
                try await cluster.waitForEnvironment("shop", .servicesReady, .missing)
                try await eventually("web is there", within: .seconds(30)) {
                    (try? await cluster.deployment(cluster.inEnvironment("shop", "web"))) != nil
                }
                try await process.settled()
                await #expect(throws: APIError.self) { try await cluster.deployment(api) }
                let waiting = try await cluster.environment("shop")[path: "status", "components"]?.elements
                    .first { $0["name"] == "api" }
                #expect(
                    waiting?["message"]?.string
                        == "Deployment api is not made until Pooler \(pool) is ready: it does not exist")

                // The pooler first, then the database behind it.
                try await cluster.put(
                    .postgresPooler, pool,
                    [
                        "spec": ["cluster": ["name": "main"], "pgbouncer": ["poolMode": "transaction"]],
                        "status": ["instances": 1],
                    ])
                try await cluster.put(
                    .postgresCluster, main,
                    [
                        "status": [
                            "phase": "Setting up primary", "conditions": [["type": "Ready", "status": "False"]],
                        ]
                    ])
                try await services("is not ready: Cluster \(main): Setting up primary")
                await #expect(throws: APIError.self) { try await cluster.deployment(api) }
                try await cluster.put(.postgresCluster, main, ["status": ["readyInstances": 1]])
                try await eventually("api is there", within: .seconds(30)) {
                    (try? await cluster.deployment(api)) != nil
                }
                try await services("1 service; Pooler \(pool) pools by transaction")
                try await services("Cluster \(main) has no backups of its own, and no BackupPolicy of")

                // Whoever backs it up.
                let policy = try DynamicObject.fixture(
                    """
                    apiVersion: quartermaster.dev/v1alpha1
                    kind: BackupPolicy
                    metadata: {name: nightly, namespace: \(data)}
                    spec:
                      schedule: "0 3 * * *"
                      sources: [{name: db, postgres: {host: main-r, databases: [d], credentialsSecretRef: {name: s}}}]
                      destinations: [{name: box, credentialsSecretRef: {name: box}, rclone: {remote: box, path: backups}}]
                    """)
                _ = try await cluster.client.create(policy, as: BackupPolicy.resourceType)
                try await eventually("the hint is gone", within: .seconds(30)) {
                    try await cluster.environmentCondition(.servicesReady, of: "shop")?.message.contains("BackupPolicy")
                        == false
                }

                // Down: told, and neither the pods nor the next roll-out wait.
                try await cluster.put(
                    .postgresCluster, main, ["status": ["readyInstances": 0, "phase": "Failing over"]])
                try await cluster.waitForEnvironment("shop", .servicesReady, .unavailable)
                try await cluster.changeEnvironment(
                    "shop",
                    [
                        "spec": [
                            "components": [["name": "api", "image": "registry.example.com/api:2", "uses": ["db"]]]
                        ]
                    ])
                try await eventually("api is rolled out", within: .seconds(30)) {
                    try await cluster.deployment(api)[path: "spec", "template", "spec", "containers"]?[0]?["image"]
                        == "registry.example.com/api:2"
                }
                try await cluster.quiet(process)
                process.requests.forgetWrites()
                for _ in 0..<10 {
                    _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                }
                #expect(process.requests.writes == [])
                let all = try await cluster.environment("shop").json
                #expect(!YAML.write([all]).contains("hidden"))

                // The program goes: whatever needs it is taken to be there.
                try await cluster.uninstall(.postgresPooler)
                try await cluster.waitForEnvironment("shop", .servicesReady, .crdNotInstalled)
                try await cluster.changeEnvironment("shop", ["spec": ["services": .null, "components": []]])
                try await eventually("nothing of it is watched", within: .seconds(30)) {
                    !process.informers.informers.contains { "\($0.selection)".contains("cnpg") }
                }
            }
        }
    }
}
