import EmbeddedAPIServer
import KubeAPI
import Support
import Testing

@testable import Reconcilers

extension IntegrationTests {
    @Suite("Environments beside the pools and backup policies of their namespaces")
    struct SiblingsIntegrationTests {
        private let spec = """
            tier: production
            components:
            - {name: postgresql, image: 'pg:16', ports: [{name: pg, port: 5432}]}
            - {name: api, image: 'api:1', ports: [{name: http, port: 3000}]}
            """

        private func make(_ type: ResourceType, _ kind: String, _ spec: String, in cluster: TestCluster) async throws {
            var object = try DynamicObject.fixture(
                "apiVersion: quartermaster.dev/v1alpha1\nkind: \(kind)\nmetadata: {name: nightly}")
            object[path: "metadata", "namespace"] = .string(cluster.environmentName("shop"))
            object["spec"] = try YAML.parseDocument(Array(spec.utf8))
            _ = try await cluster.client.create(object, as: type)
        }

        private func callers(_ cluster: TestCluster, of component: String) async throws -> [JSONValue] {
            let policy = try await cluster.client.get(
                .networkPolicy, cluster.inEnvironment("shop", "allow-\(component)"))
            return policy[path: "spec", "ingress"]?.elements ?? []
        }

        @Test(
            "A backup policy opens its own way to the server that it names, and closes it when it goes",
            arguments: ClusterKind.available)
        func backup(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                    #expect(try await callers(cluster, of: "postgresql") == [])
                    try await make(
                        BackupPolicy.resourceType, "BackupPolicy",
                        """
                        schedule: "@daily"
                        sources: [{name: db, postgres: {host: postgresql, allDatabases: true, credentialsSecretRef: {name: s}}}]
                        destinations: [{name: d, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                        """, in: cluster)
                    try await eventually("it is let in", within: .seconds(30)) {
                        try await callers(cluster, of: "postgresql") == [
                            [
                                "from": [
                                    [
                                        "podSelector": [
                                            "matchLabels": [
                                                "quartermaster.dev/backup-source": "db",
                                                "quartermaster.dev/backuppolicy": "nightly",
                                            ]
                                        ]
                                    ]
                                ],
                                "ports": [["protocol": "TCP", "port": 5432]],
                            ]
                        ]
                    }
                    #expect(try await callers(cluster, of: "api") == [])
                    try await eventually("it is told", within: .seconds(30)) {
                        try await cluster.environmentCondition(.networkReady, of: "shop")?.message
                            .contains("let in are also BackupPolicy nightly to postgresql") == true
                    }
                    try await process.settled()
                    process.requests.forgetWrites()
                    for _ in 0..<20 {
                        _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                    }
                    #expect(process.requests.writes == [])
                    try await cluster.client.delete(
                        BackupPolicy.resourceType, cluster.inEnvironment("shop", "nightly"))
                    try await eventually("nobody is let in", within: .seconds(30)) {
                        try await callers(cluster, of: "postgresql") == []
                    }
                }
            }
        }

        @Test(
            "Labels open no way: neither those of pods, nor of policies of other namespaces, nor of the namespace",
            arguments: ClusterKind.available)
        func labels(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                    let space = cluster.environmentName("shop")
                    try await cluster.makePolicy(
                        "theirs",
                        """
                        schedule: "@daily"
                        sources:
                        - {name: db, postgres: {host: postgresql.\(space).svc, allDatabases: true, credentialsSecretRef: {name: s}}}
                        destinations: [{name: d, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                        inheritedMetadata: {labels: {team: shop}}
                        """)
                    var map = try DynamicObject.fixture("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: forged}")
                    map[path: "metadata", "namespace"] = .string(space)
                    map[path: "metadata", "labels"] = .strings([
                        LabelKey.managedBy: LabelKey.manager, LabelKey.backupPolicy: "nightly",
                        LabelKey.appEnvironment: space,
                    ])
                    _ = try await cluster.client.create(map, as: .configMap)
                    try await process.settled()
                    #expect(try await callers(cluster, of: "postgresql") == [])
                    let told = try await cluster.environmentCondition(.networkReady, of: "shop")
                    #expect(told?.message.contains("let in are also") == false)
                }
            }
        }

        @Test(
            "A pool opens its own way, and an Auto quota leaves room for its pods beside the components",
            arguments: ClusterKind.available)
        func pool(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { process in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                    try await make(
                        RegionalWorkerPool.resourceType, "RegionalWorkerPool",
                        """
                        replicas: 4
                        regions: [{name: eu, nodeSelector: {matchLabels: {zone: nowhere}}}]
                        network: {connectsTo: [{component: postgresql}]}
                        template:
                          spec:
                            containers: [{name: worker, image: 'w:1', resources: {requests: {cpu: "4", memory: 4Gi}, limits: {cpu: "4", memory: 4Gi}}}]
                        """, in: cluster)
                    try await eventually("it is let in", within: .seconds(30)) {
                        try await callers(cluster, of: "postgresql").first?["from"]?[0]?["podSelector"] == [
                            "matchLabels": ["quartermaster.dev/regionalworkerpool": "nightly"]
                        ]
                    }
                    // Four, and one that a roll-out adds, beside two components of 500m with one more each.
                    try await eventually("the quota has room", within: .seconds(30)) {
                        let quota = try await cluster.client.get(
                            .resourceQuota, cluster.inEnvironment("shop", ResolvedEnvironment.quotaName))
                        let limit = quota[path: "spec", "hard", "limits.cpu"]?.string.flatMap(Quantity.init)
                        return try #require(limit) >= #require(Quantity("23"))
                    }
                    try await process.settled()
                    process.requests.forgetWrites()
                    for _ in 0..<20 {
                        _ = try await process.reconciler.reconcile(ObjectKey(name: cluster.environmentName("shop")))
                    }
                    #expect(process.requests.writes == [])
                }
            }
        }

        @Test(
            "A policy that an environment's deny cuts off says so, and says nothing once the environment has gone",
            arguments: ClusterKind.available)
        func policyTells(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                }
                let space = cluster.environmentName("shop")
                try await TestOperator.runBackups(on: cluster) { _ in
                    try await cluster.makePolicy(
                        "nightly",
                        """
                        schedule: "@daily"
                        sources:
                        - {name: db, postgres: {host: postgresql.\(space).svc, allDatabases: true, credentialsSecretRef: {name: s}}}
                        destinations: [{name: d, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}]
                        """)
                    func message() async throws -> String? {
                        try await cluster.policy().status?.conditions?.first { $0.type == "Scheduled" }?.message
                    }
                    // It is being made ready as long as nobody plays its job: then it says that, and no more.
                    try await cluster.prepare()
                    try await eventually("it is told", within: .seconds(30)) {
                        try await message()?.contains("AppEnvironment \(space) does not let these pods in") == true
                    }
                    let components = """
                        - name: postgresql
                          image: pg:16
                          ports: [{name: pg, port: 5432}]
                          allowFrom: [{backupPolicy: {namespace: \(cluster.namespace), name: nightly}}]
                        """
                    try await cluster.changeEnvironment(
                        "shop", ["spec": ["components": YAML.parseDocument(Array(components.utf8))]])
                    try await eventually("it is told no more", within: .seconds(30)) {
                        try await message() == "1 source scheduled"
                    }
                }
            }
        }

        @Test("A pool notices that a component of another namespace lets it in", arguments: ClusterKind.available)
        func poolOfAnotherNamespace(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await TestOperator.runEnvironments(on: cluster) { _ in
                    try await cluster.makeEnvironment("shop", spec)
                    try await cluster.waitForEnvironment("shop", .networkReady, .applied)
                }
                let space = cluster.environmentName("shop")
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { process in
                    try await cluster.makePool(
                        "pool",
                        """
                        regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
                        network: {connectsTo: [{component: api, namespace: \(space)}]}
                        """)
                    func isClosed() async throws -> Bool {
                        let live = try await cluster.client.get(RegionalWorkerPool.resourceType, cluster.key("pool"))
                        return (live[path: "status", "conditions"]?.elements ?? []).contains {
                            $0["message"]?.string?.contains(
                                "no AppEnvironment with namespace \(space) lets the pods in")
                                == true
                        }
                    }
                    try await eventually("it is told", within: .seconds(30)) { try await isClosed() }
                    try await process.settled()
                    let components = """
                        - name: api
                          image: api:1
                          ports: [{name: http, port: 3000}]
                          allowFrom: [{pool: {namespace: \(cluster.namespace), name: pool}}]
                        """
                    try await cluster.changeEnvironment(
                        "shop", ["spec": ["components": YAML.parseDocument(Array(components.utf8))]])
                    try await eventually("it is told no more", within: .seconds(30)) { try await !isClosed() }
                }
            }
        }

        @Test("A pool says which component it can't reach, until there is one", arguments: ClusterKind.available)
        func poolTells(kind: ClusterKind) async throws {
            try await TestCluster.run(kind) { cluster in
                try await cluster.makeNode("a", zone: "eu")
                try await TestOperator.run(on: cluster) { _ in
                    try await cluster.makePool(
                        "pool",
                        """
                        regions: [{name: eu, nodeSelector: {matchLabels: {zone: ZONE-eu}}}]
                        network: {connectsTo: [{component: redis}]}
                        """)
                    func reasons() async throws -> [String] {
                        let live = try await cluster.client.get(RegionalWorkerPool.resourceType, cluster.key("pool"))
                        return (live[path: "status", "conditions"]?.elements ?? []).compactMap { $0["message"]?.string }
                    }
                    try await eventually("it is told", within: .seconds(30)) {
                        try await reasons().contains {
                            $0.contains("connectsTo[redis]: no AppEnvironment has namespace \(cluster.namespace)")
                        }
                    }
                }
            }
        }
    }
}
