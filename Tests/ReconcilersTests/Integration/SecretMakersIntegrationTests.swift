import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    // Only where no other test installs the CRDs of these programs.
    @Test(
        "A Secret that is missing is told with what should make it, and in its words; the environment follows both",
        arguments: [ClusterKind.embedded])
    func makerOfMissingSecret(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let key = cluster.inEnvironment("shop", "database")
            func message(_ part: String) async throws {
                try await eventually("SecretsResolved says \(part)", within: .seconds(30)) {
                    try await cluster.environmentCondition(.secretsResolved, of: "shop")?.message.contains(part) == true
                }
            }
            try await TestOperator.runEnvironments(on: cluster) { process in
                func followed() -> Set<String> {
                    Set(process.informers.problems.keys.map(\.description))
                        .union(process.informers.informers.map { "\($0.selection)" })
                        .filter { $0.contains("external-secrets.io") || $0.contains("bitnami") || $0.contains("cnpg") }
                }
                try await cluster.makeEnvironment(
                    "shop",
                    "tier: staging\ncomponents: [{name: web, image: 'web:1', secrets: [{name: database}]}]")
                let plain = try await cluster.waitForEnvironment("shop", .secretsResolved, .missing)
                #expect(plain.message == "Secret \(key), which web needs, is missing; make it")

                // Installed while the operator runs.
                try await cluster.install(.externalSecret)
                try await cluster.install(.sealedSecret)
                try await message("is missing; make it, or an ExternalSecret or SealedSecret that does")
                let other = cluster.inEnvironment("shop", "store")
                try await cluster.put(.externalSecret, other, ["spec": ["target": ["name": "database"]]])
                try await message("ExternalSecret \(other) should make it: it says nothing yet")
                try await cluster.put(
                    .externalSecret, other,
                    [
                        "spec": ["target": ["name": "database"]],
                        "status": [
                            "conditions": [
                                [
                                    "type": "Ready", "status": "False", "reason": "SecretSyncedError",
                                    "message": "could not get secret data\nfrom provider\u{1B}[31m",
                                ]
                            ]
                        ],
                    ])
                try await message("should make it: SecretSyncedError: could not get secret data from provider [31m")
                // One that only adds to a Secret of somebody else's makes none.
                try await cluster.put(
                    .externalSecret, other, ["spec": ["target": ["name": "database", "creationPolicy": "Merge"]]])
                try await message("make it, or an ExternalSecret or SealedSecret that does")
                try await cluster.put(
                    .sealedSecret, key,
                    [
                        "spec": ["encryptedData": ["URL": "AgBy"], "template": ["metadata": ["name": "other"]]],
                        "status": [
                            "conditions": [
                                ["type": "Synced", "status": "False", "message": "no key could decrypt secret (URL)"]
                            ]
                        ],
                    ])
                try await message("SealedSecret \(key) should make it: no key could decrypt secret (URL)")
                #expect(!followed().isEmpty)
                let before = try await cluster.environment("shop").resourceVersion
                try await cluster.quiet(process)
                #expect(try await cluster.environment("shop").resourceVersion == before)

                // There: nothing of all that is watched any more.
                try await cluster.putSecret(key, ["URL": "x"])
                try await cluster.waitForEnvironment("shop", .secretsResolved, .resolved)
                try await cluster.quiet(process)
                #expect(followed() == [])

                // Gone again, and so is the program.
                try await cluster.client.delete(.secret, key)
                try await message("SealedSecret \(key) should make it")
                try await cluster.uninstall(.sealedSecret)
                try await message("make it, or an ExternalSecret that does")
            }
        }
    }

    @Test(
        "The maker of a shared Secret is told from the namespace of the Secret; one that has made it lacks the label",
        arguments: [ClusterKind.embedded])
    func makerOfSharedSecret(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            let databases = "\(cluster.namespace)-databases"
            let main = ObjectKey(namespace: databases, name: "main")
            try await cluster.makeNamespace(databases)
            try await cluster.install(.postgresCluster)
            try await cluster.put(
                .postgresCluster, main,
                ["status": ["conditions": [["type": "Ready", "status": "False", "reason": "ClusterIsNotReady"]]]])
            try await TestOperator.runEnvironments(on: cluster, copyingFrom: [databases]) { _ in
                func message(_ part: String) async throws {
                    try await eventually("SecretsResolved says \(part)", within: .seconds(30)) {
                        try await cluster.environmentCondition(.secretsResolved, of: "shop")?.message.contains(part)
                            == true
                    }
                }
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: staging
                    secretsFrom: {namespace: NAMESPACE-databases, names: [main-app]}
                    components: [{name: web, image: 'web:1', secrets: [{name: main-app}]}]
                    """)
                try await message("its copy stays as it is; Cluster \(main) should make it: ClusterIsNotReady")
                try await cluster.putSecret(ObjectKey(namespace: databases, name: "main-app"), ["password": "x"])
                try await cluster.put(
                    .postgresCluster, main,
                    ["status": ["conditions": [["type": "Ready", "status": "True", "reason": "ClusterIsReady"]]]])
                try await message(
                    "says that it has made it: ClusterIsReady; set the label on the Secret")
                // Whose application Secret is somebody else's makes none.
                try await cluster.put(
                    .postgresCluster, main, ["spec": ["bootstrap": ["initdb": ["secret": ["name": "own"]]]]])
                try await eventually("it is no maker", within: .seconds(30)) {
                    try await cluster.environmentCondition(.secretsResolved, of: "shop")?.message.hasSuffix(
                        "its copy stays as it is") == true
                }
            }
        }
    }
}

extension TestCluster {
    /// Makes or replaces an object as its owner and its controller would.
    func put(_ type: ResourceType, _ key: ObjectKey, _ fields: JSONObject) async throws {
        var object: JSONObject = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
        ]
        for (field, value) in fields { object[field] = value }
        _ = try await client.patch(
            type, key, .apply(.object(object), force: true), subresource: nil,
            options: WriteOptions(fieldManager: "test"))
    }
}
