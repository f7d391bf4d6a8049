import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    /// The embedded server has no admission policies.
    @Suite("The preview bot under config/admission/previews-only.yaml")
    struct PreviewPolicyIntegrationTests {
        static let kinds = [ClusterKind.real].filter(ClusterKind.available.contains)
        private let environments = AppEnvironment.resourceType

        @Test("It makes the sample, and nothing that a rule forbids; each refusal says what to do", arguments: kinds)
        func creation(kind: ClusterKind) async throws {
            try await TestCluster.runAsPreviewBot(kind) { _, bot in
                let dryRun = WriteOptions(dryRun: true)
                let sample = try DynamicObject(
                    #require(Repository.yaml("config/samples/appenvironment-preview.yaml").first))
                _ = try await bot.create(sample, as: environments, options: dryRun)
                for allowed in AdmissionCase.allowed {
                    do {
                        _ = try await bot.create(allowed.object(), as: environments, options: dryRun)
                    } catch {
                        Issue.record("\(allowed.testDescription): \(error)")
                    }
                }
                for refused in AdmissionCase.refused {
                    do {
                        _ = try await bot.create(refused.object(), as: environments, options: dryRun)
                        Issue.record("\(refused.testDescription) was let through")
                    } catch let error as APIError {
                        #expect(error.isForbidden || error.code == 422, "\(refused.testDescription): \(error)")
                        #expect(error.message.contains(refused.says), "\(refused.testDescription): \(error.message)")
                    }
                }
            }
        }

        @Test("The largest preview that it may make is not too much work for the API server", arguments: kinds)
        func cost(kind: ClusterKind) async throws {
            try await TestCluster.runAsPreviewBot(kind) { _, bot in
                var object = try AdmissionCase.refused[0].object()
                object[path: "spec", "tier"] = "preview"
                let long = String(repeating: "x", count: 64)
                let component: JSONValue = [
                    "image": "web:1", "command": .array((0..<64).map { _ in .string(long) }),
                    "ports": .array((0..<16).map { ["name": .string("p\($0)"), "port": .integer(Int64($0 + 1))] }),
                    "env": .array((0..<64).map { ["name": .string("E\($0)"), "value": .string(long)] }),
                    "config": .object(JSONObject((0..<128).map { ("C\($0)", .string(long)) })),
                    "volumes": .array(
                        (0..<8).map {
                            ["name": .string("v\($0)"), "path": .string("/v\($0)"), "size": "100Mi"]
                        }),
                ]
                object[path: "spec", "components"] = .array(
                    (0..<10).map { number in
                        var one = component
                        one["name"] = .string("c\(number)")
                        one["connectsTo"] = .array((0..<10).map { ["component": .string("c\($0)")] })
                        return one
                    })
                object[path: "spec", "ingress"] = .array(
                    (0..<16).map { number in
                        [
                            "host": .string("h\(number).pr-123.preview.example.com"),
                            "paths": .array(
                                (0..<16).map {
                                    ["component": "c0", "port": "p0", "path": .string("/\($0)/\(long)")]
                                }),
                        ]
                    })
                _ = try await bot.create(object, as: environments, options: WriteOptions(dryRun: true))
            }
        }

        @Test("It changes and deletes previews of its own kind, and touches nobody else's", arguments: kinds)
        func others(kind: ClusterKind) async throws {
            try await TestCluster.runAsPreviewBot(kind) { cluster, bot in
                let own = try await make(cluster, bot, "own", "tier: preview")
                let image: JSONValue = ["spec": ["components": [["name": "web", "image": "web:2"]]]]
                _ = try await bot.patch(environments, own, .merge(image))
                try await cluster.change(
                    environments, own,
                    ["metadata": ["annotations": ["example.com/by": "them"], "finalizers": ["example.com/x"]]])
                _ = try await bot.patch(environments, own, .merge(image))
                for (change, words) in [
                    (["metadata": ["finalizers": .null]], "leave them as they are"),
                    (["metadata": ["annotations": ["example.com/by": .null]]], "with a domain"),
                    (["metadata": ["annotations": ["example.com/by": "me"]]], "with a domain"),
                    (["spec": ["suspend": true]], "does not expire"),
                ] as [(JSONValue, String)] {
                    await refused(words) { _ = try await bot.patch(environments, own, .merge(change)) }
                }
                await refused("cannot patch resource \"appenvironments/status\"") {
                    _ = try await bot.patch(
                        environments, own, .merge(["status": ["namespace": "shop"]]), subresource: "status")
                }
                try await cluster.change(environments, own, ["metadata": ["finalizers": .null]])
                try await bot.delete(environments, own)

                // Those that the platform has made.
                let staging = try await make(cluster, cluster.client, "staging", "tier: staging")
                let adopting = try await make(
                    cluster, cluster.client, "adopting", "tier: preview\nnamespace: {adopt: IfUnmanaged}")
                let elsewhere = try await make(
                    cluster, cluster.client, "elsewhere", "tier: preview\nnamespace: {name: NAMESPACE-x}")
                for (key, words) in [
                    (staging, "has the tier staging"), (adopting, "the namespace of its own name"),
                    (elsewhere, "the namespace of its own name"),
                ] {
                    await refused(words) { _ = try await bot.patch(environments, key, .merge(image)) }
                    await refused(words) { try await bot.delete(environments, key) }
                }
                await refused("the namespace of its own name") {
                    _ = try await bot.patch(
                        environments, adopting, .merge(["spec": ["namespace": ["adopt": "Never"]]]))
                }
                // Its bounds are its own: others make what they may.
                try await cluster.change(environments, staging, ["spec": ["quota": ["mode": "Off"]]])
            }
        }

        @Test("A right on the status does not open it", arguments: kinds)
        func status(kind: ClusterKind) async throws {
            try await TestCluster.runAsPreviewBot(kind) { cluster, bot in
                let own = try await make(cluster, bot, "own", "tier: preview")
                for document in try YAML.parse(
                    """
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: ClusterRole
                    metadata: {name: \(cluster.namespace)}
                    rules: [{apiGroups: [quartermaster.dev], resources: [appenvironments/status], verbs: [patch]}]
                    ---
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: ClusterRoleBinding
                    metadata: {name: \(cluster.namespace)}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(cluster.namespace)}
                    subjects: [{kind: ServiceAccount, name: preview-bot, namespace: quartermaster-system}]
                    """)
                {
                    try await cluster.applyManifest(document)
                }
                try await eventually("the policy answers, not RBAC", within: .seconds(30)) {
                    do {
                        _ = try await bot.patch(
                            environments, own, .merge(["status": ["namespace": "shop"]]), subresource: "status")
                        return false
                    } catch let error as APIError {
                        return error.message.contains("the status of an environment is the operator's")
                    }
                }
            }
        }

        private func make(
            _ cluster: TestCluster, _ client: KubeClient, _ name: String, _ spec: String
        ) async throws -> ObjectKey {
            // Named as the test's namespace, so that it is tidied up.
            var object = try DynamicObject.fixture(
                "apiVersion: quartermaster.dev/v1alpha1\nkind: AppEnvironment\nmetadata: {}")
            object[path: "metadata", "name"] = .string("pr-\(cluster.namespace)-\(name)")
            object["spec"] = try YAML.parseDocument(
                Array(
                    "\(spec.replacing("NAMESPACE", with: cluster.namespace))\ncomponents: [{name: web, image: 'web:1'}]"
                        .utf8))
            return try await client.create(object, as: environments).key
        }

        private func refused(_ words: String, _ body: () async throws -> Void) async {
            do {
                try await body()
                Issue.record("\(words): it was let through")
            } catch let error as APIError {
                #expect(error.isForbidden && error.message.contains(words), "\(error.message)")
            } catch {
                Issue.record("\(error)")
            }
        }
    }
}

extension TestCluster {
    /// Applies a manifest of whatever kind, as the administrator.
    func applyManifest(_ document: JSONValue) async throws {
        let object = try DynamicObject(document)
        let type = try #require(try await client.resourceType(apiVersion: object.apiVersion, kind: object.kind))
        _ = try await client.patch(
            type, object.key, .apply(object.json, force: true), subresource: nil,
            options: WriteOptions(fieldManager: "test"))
    }

    /// A cluster with the policy in force, and a client with the token of its ServiceAccount.
    static func runAsPreviewBot(
        _ kind: ClusterKind, _ body: (TestCluster, KubeClient) async throws -> Void
    ) async throws {
        try await run(kind) { cluster in
            _ = try await cluster.asOperator()
            let documents = try Repository.yaml("config/admission/previews-only.yaml")
            for document in documents { try await cluster.applyManifest(document) }
            let account = ObjectKey(namespace: "quartermaster-system", name: "preview-bot")
            let request = try DynamicObject.fixture(
                "apiVersion: authentication.k8s.io/v1\nkind: TokenRequest\nspec: {expirationSeconds: 3600}")
            let answer = try await cluster.client.create(request, subresource: "token", of: .serviceAccount, account)
            var restricted = cluster.configuration
            restricted.authentication = .token(Redacted(try #require(answer[path: "status", "token"]?.string)))
            restricted.clientCertificate = nil
            let bot = try client(restricted)
            var failure: (any Error)?
            do {
                try await bot.waitForPolicy()
                try await body(cluster, bot)
            } catch {
                failure = error
            }
            await bot.shutdown()
            try await cluster.tidyPreviews()
            if let failure { throw failure }
        }
    }

    private func tidyPreviews() async throws {
        for environment in try await client.list(AppEnvironment.resourceType, namespace: nil).items
        where environment.name.hasPrefix("pr-\(namespace)") {
            try await change(AppEnvironment.resourceType, environment.key, ["metadata": ["finalizers": .null]])
            try? await client.delete(AppEnvironment.resourceType, environment.key)
        }
        for (kind, plural) in [("ClusterRoleBinding", "clusterrolebindings"), ("ClusterRole", "clusterroles")] {
            let type = ResourceType(
                group: "rbac.authorization.k8s.io", version: "v1", kind: kind, plural: plural, isNamespaced: false)
            try? await client.delete(type, ObjectKey(name: namespace))
        }
    }
}

extension KubeClient {
    /// The API server takes a moment to know a policy that is new to it.
    fileprivate func waitForPolicy() async throws {
        for words in ["name previews", "does not expire"] {
            try await eventually("the policy is in force", within: .seconds(60)) {
                var object = try #require(AdmissionCase.refused.first { $0.at == ["spec", "suspend"] }).object()
                if words == "name previews" { object[path: "metadata", "name"] = "shop" }
                do {
                    _ = try await create(object, as: AppEnvironment.resourceType, options: WriteOptions(dryRun: true))
                    return false
                } catch let error as APIError where error.isForbidden {
                    return error.message.contains(words)
                }
            }
        }
    }
}
