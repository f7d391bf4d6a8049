import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Test("Of two environments with one host the older has it, until it lets go", arguments: ClusterKind.available)
    func oneHost(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            func spec(_ host: String) -> String {
                """
                tier: preview
                components: [{name: web, image: 'registry.example.com/web:1', ports: [{name: http, port: 80}]}]
                ingress:
                - {host: \(host), paths: [{component: web, port: http}]}
                - {host: \(host).own, paths: [{component: web, port: http}]}
                """
            }
            let host = "\(cluster.namespace).example.com"
            try await TestOperator.runEnvironments(on: cluster) { process in
                try await cluster.makeEnvironment("older", spec(host))
                try await cluster.waitForEnvironment("older", .ingressReady, .applied)
                try await cluster.waitUntilOlder("older")
                try await cluster.makeEnvironment("younger", spec(host).replacing(".own", with: ".other"))
                let lost = try await cluster.waitForEnvironment("younger", .ingressReady, .hostConflict)
                #expect(lost.message.contains(cluster.environmentName("older")))
                try await cluster.waitForIngressHosts(of: "older", [host, "\(host).own"])
                try await cluster.waitForIngressHosts(of: "younger", ["\(host).other"])
                let urls = try await cluster.environment("younger")[path: "status", "urls"]
                #expect(urls == [.string("http://\(host).other")])
                let ready = try await cluster.environmentCondition(.ready, of: "younger")
                #expect(ready?.reason == Reason.hostConflict.rawValue)

                // The older one gives it up; then takes it back, which an older one may.
                try await cluster.changeEnvironment("older", ["spec": ["ingress": .null]])
                try await cluster.waitForEnvironment("younger", .ingressReady, .applied)
                try await cluster.waitForIngressHosts(of: "younger", [host, "\(host).other"])
                try await cluster.changeEnvironment(
                    "older",
                    ["spec": ["ingress": [["host": .string(host), "paths": [["component": "web", "port": "http"]]]]]])
                try await cluster.waitForEnvironment("younger", .ingressReady, .hostConflict)
                try await cluster.quiet(process)
                try await cluster.waitForIngressHosts(of: "younger", ["\(host).other"])

                // It goes altogether.
                try await cluster.client.delete(
                    AppEnvironment.resourceType, ObjectKey(name: cluster.environmentName("older")))
                try await cluster.waitForEnvironment("younger", .ingressReady, .applied)
            }
        }
    }

    @Test("A peer's namespace that is not there is told, and noticed when it comes", arguments: ClusterKind.available)
    func peerNamespace(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            try await TestOperator.runEnvironments(on: cluster) { process in
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: production
                    components:
                    - name: web
                      image: registry.example.com/web:1
                      connectsTo: [{namespace: NAMESPACE-db, ports: [{port: 5432}]}]
                    """)
                let unknown = try await cluster.waitForEnvironment("shop", .networkReady, .peerUnknown)
                #expect(unknown.message.contains("\(cluster.namespace)-db"))
                try await cluster.makeNamespace("\(cluster.namespace)-db")
                try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                let policies = try await cluster.client.list(
                    .networkPolicy, namespace: cluster.environmentName("shop")
                ).items
                #expect(Set(policies.map(\.name)) == ["allow-web", "default-deny"])
                try await cluster.quiet(process)
                process.requests.forgetWrites()
                for _ in 0..<20 {
                    _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                }
                #expect(process.requests.writes == [])
            }
        }
    }

    @Test(
        "An environment notices what its neighbours say of it, and policies that come and go",
        arguments: ClusterKind.available)
    func neighbours(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            try await TestOperator.runEnvironments(on: cluster) { process in
                let data = cluster.environmentName("data")
                func components(_ guests: JSONValue) -> JSONValue {
                    [
                        "components": [
                            [
                                "name": "db", "image": "registry.example.com/db:1",
                                "ports": [["name": "sql", "port": 5432]], "allowFrom": guests,
                            ]
                        ]
                    ]
                }
                func words() async throws -> String {
                    try await cluster.environmentCondition(.networkReady, of: "shop")?.message ?? ""
                }
                try await cluster.makeEnvironment(
                    "data",
                    """
                    tier: production
                    components: [{name: db, image: 'registry.example.com/db:1', ports: [{name: sql, port: 5432}]}]
                    """)
                try await cluster.waitForEnvironment("data", .networkReady, .applied)
                try await cluster.makeEnvironment(
                    "shop",
                    """
                    tier: production
                    components:
                    - name: web
                      image: registry.example.com/web:1
                      connectsTo: [{namespace: \(data), ports: [{port: 5432}]}]
                    """)
                try await eventually("it is told that the other side is closed", within: .seconds(30)) {
                    try await words().contains("no such component of AppEnvironment \(data) lets it in at port 5432")
                }
                try await process.settled()
                let shop = JSONValue.string(cluster.environmentName("shop"))
                try await cluster.changeEnvironment("data", ["spec": components([["namespace": shop]])])
                try await eventually("it is open", within: .seconds(30)) { try await !words().contains("lets it in") }

                let policy: JSONValue = ["namespace": .string(cluster.namespace), "name": "nightly"]
                try await cluster.changeEnvironment("data", ["spec": components([["backupPolicy": policy]])])
                let unknown = try await cluster.waitForEnvironment("data", .networkReady, .peerUnknown)
                #expect(unknown.message.contains("BackupPolicy \(cluster.namespace)/nightly, which does not exist"))
                // What wakes it from here on is the policy alone.
                try await process.settled()
                try await cluster.makePolicy(
                    "nightly",
                    """
                    schedule: "@daily"
                    sources:
                    - {name: db, postgres: {host: db.\(data).svc, allDatabases: true, credentialsSecretRef: {name: s}}}
                    destinations: [{name: d, credentialsSecretRef: {name: s}, restic: {repository: /r}}]
                    """)
                try await cluster.waitForEnvironment("data", .networkReady, .applied)
                try await eventually("shop is let in no more", within: .seconds(30)) {
                    try await words().contains("lets it in at port 5432")
                }
                try await cluster.client.delete(BackupPolicy.resourceType, cluster.key("nightly"))
                try await cluster.waitForEnvironment("data", .networkReady, .peerUnknown)
                try await cluster.quiet(process)
            }
        }
    }

    @Test("Policies are written before the pods that they are for", arguments: ClusterKind.available)
    func orderOfWrites(_ kind: ClusterKind) async throws {
        try await TestCluster.run(kind) { cluster in
            try await TestOperator.runEnvironments(on: cluster) { process in
                try await cluster.makeEnvironment("shop", try Self.sampleSpec("production"))
                try await eventually("everything is written", within: .seconds(60)) {
                    process.requests.writes.contains { $0.contains("ingresses") }
                }
                let writes = process.requests.writes
                func first(_ plural: String) throws -> Int {
                    try #require(writes.firstIndex { $0.contains(" \(plural) ") })
                }
                func last(_ plural: String) throws -> Int {
                    try #require(writes.lastIndex { $0.contains(" \(plural) ") })
                }
                #expect(try first("rolebindings") < first("networkpolicies"))
                let policies = writes.filter { $0.contains(" networkpolicies ") }
                #expect(policies.count == 7 && policies.last?.hasSuffix("/default-deny") == true)
                let deployments = writes.filter { $0.contains(" deployments ") }
                // Those that need Secrets wait until it is known that there are none.
                #expect(Set(deployments).count == 5)
                #expect(try last("networkpolicies") < first("deployments"))
                #expect(try first("services") < first("ingresses"))
            }
        }
    }

    @Test(
        "Pods of every sample are admitted under the Pod Security of its tier",
        arguments: ClusterKind.available, DeclaredGraphTests.sampleNames)
    func samplesAreAdmitted(_ kind: ClusterKind, _ sample: String) async throws {
        try await TestCluster.run(kind) { cluster in
            try await TestOperator.runEnvironments(on: cluster) { _ in
                let spec = try Self.sampleSpec(String(sample.dropFirst("appenvironment-".count)))
                try await cluster.makeEnvironment("shop", spec)
                let space = cluster.environmentName("shop")
                let wanted = try await cluster.environment("shop")[path: "spec", "components"]?.elements.count
                var deployments: [DynamicObject] = []
                try await eventually("every Deployment is there", within: .seconds(60)) {
                    deployments = try await cluster.client.list(.deployment, namespace: space).items
                    return deployments.count == wanted
                }
                let live = try await cluster.client.get(.namespace, ObjectKey(name: space))
                #expect(live.labels["pod-security.kubernetes.io/enforce"] == "restricted")
                for deployment in deployments {
                    var pod = try DynamicObject.fixture("apiVersion: v1\nkind: Pod\nmetadata: {}")
                    pod["metadata"] = deployment[path: "spec", "template", "metadata"]
                    pod[path: "metadata", "name"] = .string("try-\(deployment.name)")
                    pod[path: "metadata", "namespace"] = .string(space)
                    pod["spec"] = deployment[path: "spec", "template", "spec"]
                    _ = try await cluster.client.create(pod, as: .pod, options: WriteOptions(dryRun: true))
                    pod[path: "spec", "hostNetwork"] = true
                    await #expect(throws: APIError.self, "Pod Security is on") {
                        _ = try await cluster.client.create(pod, as: .pod, options: WriteOptions(dryRun: true))
                    }
                }
            }
        }
    }

    /// A sample's spec, with hosts and Secrets of nobody else.
    private static func sampleSpec(_ name: String) throws -> String {
        var spec = try #require(Repository.yaml("config/samples/appenvironment-\(name).yaml").first?["spec"])
        spec["secretsFrom"] = nil
        spec["ingress"] = spec["ingress"].map { list in
            .array(
                list.elements.map { ingress in
                    var ingress = ingress
                    ingress["host"] = .string("NAMESPACE.\(ingress["host"]?.string ?? "")")
                    return ingress
                })
        }
        return YAML.write([spec])
    }
}

extension TestCluster {
    func waitForIngressHosts(of name: String, _ hosts: [String]) async throws {
        try await eventually("the hosts of \(name) are \(hosts)", within: .seconds(30)) {
            try await ingressHosts(of: name) == hosts
        }
    }

    func ingressHosts(of name: String) async throws -> [String] {
        try await client.list(.ingress, namespace: environmentName(name)).items
            .flatMap { $0[path: "spec", "rules"]?.elements ?? [] }.compactMap { $0["host"]?.string }.sorted()
    }
}
