import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// Environments, pools and policies of different namespaces, each with the policies that it makes, looked at as a network plugin does;
/// and what is said where one side alone names the other.
@Suite("Ways between neighbours")
struct NeighbourWaysTests {
    private func data(_ allowFrom: String, _ more: String = "") throws -> ResolvedEnvironment {
        try .fixture(
            """
            components:
            - name: postgresql
              image: pg:1
              ports: [{name: pg, port: 5432, targetPort: 15432}, {name: admin, port: 8080}]
              metrics: {port: 9187}
              allowFrom: \(allowFrom)
            - {name: cache, image: 'redis:1', ports: [{name: redis, port: 6379}]}
            \(more)
            """, name: "data", uid: "uid-data")
    }

    private func shop(_ connectsTo: String, _ more: String = "") throws -> ResolvedEnvironment {
        try .fixture(
            """
            components:
            - {name: api, image: 'api:1', ports: [{name: http, port: 80}], connectsTo: \(connectsTo)}
            - {name: web, image: 'web:1', ports: [{name: http, port: 80}]}
            \(more)
            """)
    }

    private func pool(_ connectsTo: String, _ more: String = "") throws -> RegionalWorkerPool {
        try .fixture(
            spec: """
                regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
                network: {connectsTo: \(connectsTo)\(more)}
                """)
    }

    private func policy(_ host: String, _ more: String = "") throws -> BackupPolicy {
        var policy = try BackupPolicy.fixture(
            "sources: [{name: db, postgres: {host: \(host), allDatabases: true, credentialsSecretRef: {name: s}}}]\n\(more)"
        )
        policy.metadata.namespace = "ops"
        return policy
    }

    private func network(_ children: [DesiredChild]...) throws -> PolicyNetwork {
        PolicyNetwork(
            namespaces: ["data": [:], "shop": [:], "workers": [:], "ops": [:]],
            policies: try children.joined().map { try NetworkPolicyDocument($0.object) })
    }

    private func pod(_ name: String, of environment: ResolvedEnvironment) throws -> TrafficEndpoint {
        let component = try #require(environment.component(name))
        return .pod(
            name, in: environment.namespace, labels: component.podLabels, address: "10.42.0.\(name.utf8.count)",
            node: "a")
    }

    private func pod(_ labels: [String: String], in namespace: String) -> TrafficEndpoint {
        .pod("caller", in: namespace, labels: labels, address: "10.42.1.9", node: "b")
    }

    private func words(_ environment: ResolvedEnvironment, _ neighbours: Neighbours) throws -> Condition {
        var conditions = Conditions()
        environment.addNetwork(unknown: [], neighbours: neighbours, to: &conditions)
        return try #require(conditions.assembled(ready: (.ready, "")).last { $0.type == "NetworkReady" })
    }

    // MARK: Environments

    private static let api = "app.kubernetes.io/component: api"
    private static let server = "app.kubernetes.io/component: postgresql"

    @Test(
        "Between two environments a way is open where both name it, and the one that waits says which side is missing",
        arguments: [
            ("[{namespace: shop, podLabels: {\(api)}, ports: [{port: 15432}]}]", true, true),
            ("[{namespace: shop}]", true, true),
            ("[{namespace: shop, podLabels: {\(api)}}]", false, true),
            ("[]", true, false),
            ("[{namespace: shop, podLabels: {app.kubernetes.io/component: web}}]", true, false),
            ("[{namespace: shop, ports: [{port: 8080}]}]", true, false),
            ("[{namespace: shop, ports: [{port: 15432, protocol: UDP}]}]", true, false),
            ("[{namespace: ops}]", true, false),
        ])
    func environments(allowFrom: String, connects: Bool, lets: Bool) throws {
        let data = try data(allowFrom)
        let shop = try shop(
            connects ? "[{namespace: data, podLabels: {\(Self.server)}, ports: [{port: 15432}]}]" : "[]")
        let network = try network(data.networkPolicies(), shop.networkPolicies())
        let (api, server) = (try pod("api", of: shop), try pod("postgresql", of: data))
        #expect(network.allows(from: api, to: server, port: 15432) == (connects && lets))
        #expect(!network.allows(from: try pod("web", of: shop), to: server, port: 15432))
        #expect(!network.allows(from: api, to: try pod("cache", of: data), port: 6379))
        #expect(!network.allows(from: api, to: server, port: 9187), "the metrics are Prometheus' alone")

        let told = try words(shop, Neighbours(environments: ["data": data]))
        #expect(told.status == .true, "somebody may have a NetworkPolicy of their own")
        #expect(
            told.message.contains(
                "api connects to namespace data, where no such component of AppEnvironment data lets it in at port 15432"
            )
                == (connects && !lets), "\(told.message)")
        let answer = try words(data, Neighbours(environments: ["shop": shop]))
        let isNamed = allowFrom.contains("shop")
        #expect(
            answer.message.contains(
                "postgresql lets in namespace shop, where no such component of AppEnvironment shop connects")
                == (isNamed && !(connects && lets)), "\(answer.message)")
    }

    @Test("Labels that no component of the other environment has are told")
    func strangers() throws {
        let data = try data("[{namespace: shop, podLabels: {app: apy}}]")
        let told = try words(data, Neighbours(environments: ["shop": try shop("[]")]))
        #expect(
            told.message.contains("lets in pods of namespace shop, of which AppEnvironment shop has no such component"))
        let open = try shop("[]", "network: {egress: Allow}")
        #expect(try !words(data, Neighbours(environments: ["shop": open])).message.contains("lets in"))
    }

    @Test("Labels of a template count, and those by which the Deployment selects its pods stand")
    func templateLabels() throws {
        let environment = try ResolvedEnvironment.fixture(
            """
            components:
            - name: web
              image: web:1
              template: {metadata: {labels: {app: shop, quartermaster.dev/component: other}}}
            """)
        let component = try #require(environment.components.first)
        let labels = environment.podTemplate(of: component)["metadata"]?["labels"]?.object ?? [:]
        #expect(component.allPodLabels == labels.reduce(into: [:]) { $0[$1.key] = $1.value.string })
        #expect(component.isSelected(by: ["app": "shop"]) && !component.isSelected(by: ["app": "other"]))
        #expect(component.isSelected(by: nil))
    }

    @Test("Where everybody may come in nothing is missing, and nothing is added")
    func openToAll() throws {
        let data = try data("[{namespace: shop}]", "network: {ingress: Allow}")
        let shop = try shop("[{namespace: data, ports: [{port: 1}]}]")
        #expect(try !words(shop, Neighbours(environments: ["data": data])).message.contains("connects to"))
        let rules = try data.networkPolicies().first?.object[path: "spec", "ingress"]?.elements
        #expect(rules == [[:]])
    }

    // MARK: Pools

    @Test(
        "Workers of another namespace reach a component where both name it, and both say what is missing",
        arguments: [
            ("[{component: postgresql, namespace: data}]", "[{pool: {namespace: workers, name: pool}}]", nil, nil),
            (
                "[{component: postgresql, namespace: data, ports: [15432]}]",
                "[{pool: {namespace: workers, name: pool}, ports: [{port: 15432}]}]", nil, nil
            ),
            (
                "[{component: postgresql, namespace: data}]", "[]",
                "no AppEnvironment with namespace data lets the pods in", nil
            ),
            (
                "[{component: nothing, namespace: data}]", "[]",
                "no AppEnvironment with namespace data lets the pods in", nil
            ),
            (
                "[{component: postgresql, namespace: data, ports: [15432]}]",
                "[{pool: {namespace: workers, name: pool}, ports: [{port: 8080}]}]", "lets the pods in",
                "postgresql lets in RegionalWorkerPool workers/pool, which does not let its pods out to it"
            ),
            (
                "[]", "[{pool: {namespace: workers, name: pool}}]", nil,
                "postgresql lets in RegionalWorkerPool workers/pool, which does not let its pods out to it"
            ),
            ("[{component: postgresql, namespace: data}]", "[{namespace: workers}]", nil, nil),
        ] as [(String, String, String?, String?)])
    func workers(connectsTo: String, allowFrom: String, pools: String?, environments: String?) throws {
        let (data, pool) = (try data(allowFrom), try pool(connectsTo))
        let network = try network(data.networkPolicies(), ResolvedPool(pool).networkPolicies())
        let worker = pod(try pool.region("eu").podLabels, in: "workers")
        let server = try pod("postgresql", of: data)
        let isOpen = pools == nil && environments == nil
        #expect(network.allows(from: worker, to: server, port: 15432) == isOpen)
        #expect(!network.allows(from: worker, to: try pod("cache", of: data), port: 6379))
        let other = pod(try pool.region("eu").podLabels, in: "ops")
        #expect(!network.verdict(from: other, to: server, port: 15432).ingress, "a pool of that name elsewhere")

        let finding = pool.unknownPeer { $0 == "data" ? data : nil }
        #expect((finding == nil) == (pools == nil) && finding?.message.contains(pools ?? "") != false)
        let told = try words(data, Neighbours(pools: [ObjectKey(namespace: "workers", name: "pool"): pool]))
        #expect(told.message.contains("lets in") == (environments != nil))
        #expect(told.message.contains(environments ?? "through"), "\(told.message)")
    }

    @Test("What a pool is told of another namespace is the same, whatever there is")
    func discretion() throws {
        let messages = try [nil, data("[]"), data("[{namespace: shop}]")].map { environment in
            try pool("[{component: postgresql, namespace: data}]").unknownPeer { $0 == "data" ? environment : nil }?
                .message
        }
        #expect(messages[0] != nil && Set(messages).count == 1)
    }

    @Test("A pool whose author opens more, or that has no policy, is not said to be closed")
    func openPools() throws {
        let data = try data("[{pool: {namespace: workers, name: pool}}]")
        let key = ObjectKey(namespace: "workers", name: "pool")
        for more in [", extraEgress: [{}]", ", enabled: false"] {
            #expect(try !words(data, Neighbours(pools: [key: try pool("[]", more)])).message.contains("lets in"))
        }
    }

    // MARK: Backup policies

    @Test(
        "A backup policy of another namespace dumps a component that names it, and both say what is missing",
        arguments: [
            ("postgresql.data.svc", "[{backupPolicy: {namespace: ops, name: nightly}}]", nil, nil),
            (
                "postgresql.data.svc.cluster.local",
                "[{namespace: ops, podLabels: {quartermaster.dev/backup-source: db}}]", nil, nil
            ),
            ("postgresql.data.svc", "[]", "AppEnvironment data does not let these pods in", nil),
            (
                "postgresql.data.svc", "[{backupPolicy: {namespace: ops, name: nightly}, ports: [{port: 8080}]}]",
                "AppEnvironment data does not let these pods in",
                "BackupPolicy ops/nightly calls postgresql at port 5432, at which allowFrom does not let it in"
            ),
            (
                "elsewhere.ops.svc", "[{backupPolicy: {namespace: ops, name: nightly}}]", nil,
                "postgresql lets in BackupPolicy ops/nightly, which does not name postgresql.data.svc"
            ),
        ] as [(String, String, String?, String?)])
    func backups(host: String, allowFrom: String, policies: String?, environments: String?) throws {
        let (data, policy) = (
            try data(allowFrom),
            try policy(host, "destinations: [{name: d, credentialsSecretRef: {name: s}, restic: {repository: /r}}]")
        )
        let network = try network(data.networkPolicies(), policy.resolved.networkPolicies())
        let server = try pod("postgresql", of: data)
        let isOpen = policies == nil && environments == nil
        #expect(network.allows(from: pod(policy.runLabels(of: "db"), in: "ops"), to: server, port: 15432) == isOpen)
        #expect(!network.allows(from: pod(policy.runLabels(of: "db"), in: "shop"), to: server, port: 15432))
        #expect(!network.allows(from: pod([LabelKey.backupPolicy: "other"], in: "ops"), to: server, port: 15432))

        let closed = policy.closedWay { $0 == "data" ? data : nil }
        #expect((closed == nil) == (policies == nil) && closed?.contains(policies ?? "") != false, "\(closed ?? "")")
        let told = try words(data, Neighbours(policies: [ObjectKey(namespace: "ops", name: "nightly"): policy]))
        #expect(told.message.contains("BackupPolicy") == (environments != nil))
        #expect(told.message.contains(environments ?? "through"), "\(told.message)")
    }

    @Test("A policy whose addresses are not all known is not said to name nothing")
    func unknownAddresses() throws {
        let data = try data("[{backupPolicy: {namespace: ops, name: nightly}}]")
        let policy = try policy("elsewhere.ops.svc")
        let told = try words(data, Neighbours(policies: [ObjectKey(namespace: "ops", name: "nightly"): policy]))
        #expect(!told.message.contains("BackupPolicy"))
    }

    // MARK: What does not exist

    @Test(
        "A policy, a pool or a namespace that does not exist is PeerUnknown",
        arguments: [
            ("[{backupPolicy: {namespace: ops, name: nightly}}]", "BackupPolicy ops/nightly"),
            ("[{backupPolicy: {name: nightly}}]", "BackupPolicy data/nightly"),
            ("[{pool: {namespace: workers, name: pool}}]", "RegionalWorkerPool workers/pool"),
            ("[{namespace: gone}]", "namespace gone"), ("[{pool: {namespace: gone, name: pool}}]", "namespace gone"),
        ])
    func unknown(allowFrom: String, want: String) throws {
        let data = try data(allowFrom)
        var conditions = Conditions()
        data.addNetwork(unknown: ["gone"], to: &conditions)
        let told = conditions.assembled(ready: (.ready, "")).last { $0.type == "NetworkReady" }
        #expect(told?.reason == "PeerUnknown")
        #expect(
            told?.message.hasPrefix("postgresql lets in \(want), which does not exist") == true,
            "\(told?.message ?? "")")
        var neighbours = Neighbours()
        neighbours.areKnown = false
        #expect(try words(data, neighbours).reason == "Applied", "nobody can say so yet")
    }

    @Test("One that exists and can't be read is not said to be missing")
    func unreadable() throws {
        let data = try data("[{pool: {namespace: workers, name: pool}}]")
        let key = ObjectKey(namespace: "workers", name: "pool")
        #expect(try words(data, Neighbours(pools: [key: RegionalWorkerPool?.none])).reason == "Applied")
    }
}
