import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// The policies of an environment beside those of the pools and backup policies of its namespace, looked at as a network
/// plugin does.
@Suite("Ways into an environment that its siblings name")
struct SiblingWaysTests {
    private static let components = """
        components:
        - {name: postgresql, image: 'pg:1', ports: [{name: pg, port: 5432, targetPort: 15432}, {name: admin, port: 8080}]}
        - {name: redis, image: 'redis:1', ports: [{name: redis, port: 6379}]}
        - {name: web, image: 'web:1', ports: [{name: http, port: 80}], connectsTo: [{component: redis}]}
        """

    private func environment(_ more: String = "") throws -> ResolvedEnvironment {
        try .fixture("\(Self.components)\n\(more)")
    }

    private func policy(_ spec: String) throws -> BackupPolicy {
        try .fixture(spec)
    }

    private func pool(_ connectsTo: String, _ more: String = "") throws -> RegionalWorkerPool {
        var pool = try RegionalWorkerPool.fixture(
            spec: """
                regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
                network: {connectsTo: \(connectsTo)\(more)}
                """)
        pool.metadata.namespace = "shop"
        return pool
    }

    private func network(
        _ environment: ResolvedEnvironment, _ callers: [ComponentCaller] = [], beside others: [DesiredChild] = []
    ) throws -> PolicyNetwork {
        var environment = environment
        environment.inputs.callers = callers
        let children = try environment.networkPolicies() + others
        return PolicyNetwork(
            namespaces: ["shop": [:], "kube-system": [:], "ingress-nginx": [:], "elsewhere": [:]],
            policies: try children.map { try NetworkPolicyDocument($0.object) })
    }

    private func component(_ name: String, of environment: ResolvedEnvironment) throws -> TrafficEndpoint {
        let component = try #require(environment.component(name))
        return .pod(name, in: "shop", labels: component.podLabels, address: "10.42.0.9", node: "a")
    }

    private func pod(_ labels: [String: String], in namespace: String = "shop") -> TrafficEndpoint {
        .pod("caller", in: namespace, labels: labels, address: "10.42.1.9", node: "b")
    }

    @Test(
        "A backup policy of the namespace reaches the server that it names, at its port, and nobody else does",
        arguments: ["postgresql", "postgresql.shop.svc", "postgresql.shop.svc.cluster.local", "postgresql.shop"])
    func backup(host: String) throws {
        let environment = try environment()
        let policy = try policy(
            """
            sources:
            - {name: db, postgres: {host: \(host), allDatabases: true, credentialsSecretRef: {name: s}}}
            - {name: files, pvc: {claimName: c}}
            """)
        let network = try network(environment, policy.callers, beside: policy.resolved.networkPolicies())
        let server = try component("postgresql", of: environment)
        let backup = pod(policy.runLabels(of: "db"))
        #expect(network.allows(from: backup, to: server, port: 15432))
        #expect(!network.allows(from: backup, to: server, port: 8080), "another port of the server")
        #expect(!network.allows(from: backup, to: try component("redis", of: environment), port: 6379))
        #expect(!network.allows(from: pod(policy.runLabels(of: "files")), to: server, port: 15432), "another source")
        let labels = policy.runLabels(of: "db")
        #expect(!network.allows(from: pod(labels, in: "elsewhere"), to: server, port: 15432), "another namespace")
        #expect(!network.allows(from: pod(["app": "stranger"]), to: server, port: 15432))
        let closed = try self.network(environment, beside: policy.resolved.networkPolicies())
        #expect(!closed.allows(from: backup, to: server, port: 15432), "without the policy nothing is open")
    }

    @Test("A bucket that is a component is reached by every pod of the policy")
    func bucket() throws {
        let environment = try ResolvedEnvironment.fixture(
            "components: [{name: minio, image: 'minio:1', ports: [{name: s3, port: 9000}]}]")
        let policy = try policy(
            "destinations: [{name: d, credentialsSecretRef: {name: s}, s3: {endpoint: 'http://minio:9000', bucket: b}}]"
        )
        let network = try network(environment, policy.callers, beside: policy.resolved.networkPolicies())
        let minio = try component("minio", of: environment)
        let own = [LabelKey.backupPolicy: "nightly"]
        #expect(
            network.allows(
                from: pod(own.merging(["quartermaster.dev/backup-task": "check"]) { $1 }), to: minio, port: 9000))
        #expect(!network.allows(from: pod([LabelKey.backupPolicy: "other"]), to: minio, port: 9000))
    }

    @Test("A policy of another namespace opens nothing by itself, whatever it names")
    func otherNamespace() throws {
        var policy = try policy(
            "sources: [{name: db, postgres: {host: postgresql.shop.svc, allDatabases: true, credentialsSecretRef: {name: s}}}]"
        )
        policy.metadata.namespace = "elsewhere"
        #expect(policy.callers.isEmpty)
        let environment = try environment()
        let words = try #require(policy.closedWay { $0 == "shop" ? environment : nil })
        #expect(
            words == """
                AppEnvironment shop does not let these pods in: unless allowFrom of its component postgresql names the \
                policy, or a NetworkPolicy in shop lets pods \
                quartermaster.dev/backup-source=db,quartermaster.dev/backuppolicy=nightly of namespace elsewhere in, they do \
                not reach postgresql at port 5432
                """)
    }

    @Test(
        "What keeps a policy's pods from what it names is told, and nothing where the way is open",
        arguments: [
            ("postgresql", "port: 5432", "", nil),
            ("postgresql", "port: 5433", "", "component postgresql of AppEnvironment shop has no port 5433"),
            ("pgbouncer", "port: 5432", "", "AppEnvironment shop has no component pgbouncer"),
            ("pgbouncer", "port: 5432", "network: {ingress: Namespace}", nil),
            ("db.example.com", "port: 5432", "", nil),
        ] as [(String, String, String, String?)])
    func closedWay(host: String, port: String, more: String, want: String?) throws {
        let environment = try environment(more)
        let policy = try policy(
            """
            sources: [{name: db, postgres: {host: \(host), \(port), allDatabases: true, credentialsSecretRef: {name: s}}}]
            """)
        let words = policy.closedWay { $0 == "shop" ? environment : nil }
        #expect(words?.hasPrefix(want ?? "–") ?? (want == nil), "\(words ?? "nothing")")
        var seen = PolicyObservation(policy: policy, now: .now(), runs: [])
        seen.closedWay = words
        let scheduled = seen.status.conditions?.first { $0.type == "Scheduled" }
        #expect(scheduled?.message.contains(want ?? "scheduled") == true, "\(scheduled?.message ?? "")")
    }

    @Test("Pods of a policy without a NetworkPolicy fall under the environment's deny, and that is told")
    func disabledNetwork() throws {
        let environment = try environment()
        let policy = try policy("network: {enabled: false}")
        #expect(policy.closedWay { _ in environment }?.contains("DNS alone") == true)
        let open = try self.environment("network: {egress: Allow}")
        #expect(policy.closedWay { _ in open } == nil)
        var pool = try pool("[]")
        #expect(pool.confinement(by: environment) == "")
        pool.spec.network.enabled = false
        #expect(pool.confinement(by: environment).contains("default-deny of AppEnvironment shop"))
        #expect(pool.confinement(by: nil) == "")
    }

    @Test("A pool's workers reach the components that it names, at ports that those have, and no others")
    func workers() throws {
        let environment = try environment()
        let pool = try pool("[{component: redis}, {component: postgresql, ports: [15432, 22]}]")
        let policies = try ResolvedPool(pool).networkPolicies()
        let network = try network(environment, pool.callers, beside: policies)
        let worker = pod(try pool.region("eu").podLabels)
        let (redis, server) = (
            try component("redis", of: environment), try component("postgresql", of: environment)
        )
        #expect(network.allows(from: worker, to: redis, port: 6379))
        #expect(network.allows(from: worker, to: server, port: 15432))
        #expect(!network.allows(from: worker, to: server, port: 22), "the component has no such port")
        #expect(!network.allows(from: worker, to: server, port: 8080), "it is not among those that are named")
        #expect(!network.allows(from: worker, to: try component("web", of: environment), port: 80))
        #expect(!network.allows(from: pod([LabelKey.regionalWorkerPool: "other"]), to: redis, port: 6379))
        // The pool's own side, without the environment's: nothing is let out beside DNS and its ports.
        let labels = try #require(environment.component("web")).podLabels
        #expect(!network.verdict(from: worker, to: pod(labels), port: 80).egress)
    }

    @Test(
        "A pool says which component it can't reach",
        arguments: [
            ("[{component: redis}]", true, nil),
            ("[{component: redis}]", false, "no AppEnvironment has namespace shop"),
            ("[{component: queue}]", true, "AppEnvironment shop has no such component"),
            ("[{component: redis, ports: [22]}]", true, "has none of these ports"),
        ] as [(String, Bool, String?)])
    func unknownPeer(connectsTo: String, hasEnvironment: Bool, want: String?) throws {
        let pool = try pool(connectsTo)
        let environment = hasEnvironment ? try environment() : nil
        let finding = pool.unknownPeer { $0 == "shop" ? environment : nil }
        #expect((finding == nil) == (want == nil))
        #expect(finding?.message.contains(want ?? "") ?? true, "\(finding?.message ?? "")")
        var seen = PoolObservation(ResolvedPool(pool))
        seen.regions = []
        seen.unknownPeer = finding
        let ready = seen.status.conditions?.first { $0.type == "Ready" }
        #expect(ready?.reason == (want == nil ? "Ready" : "PeerUnknown"))
    }

    @Test("The environment's own status names whom it lets in, and who names a port that it does not have")
    func told() throws {
        let environment = try environment()
        func message(_ callers: [ComponentCaller]) -> String {
            var conditions = Conditions()
            environment.addNetwork(unknown: [], callers: callers, to: &conditions)
            return conditions.assembled(ready: (.ready, "")).last?.message ?? ""
        }
        let policy = try policy(
            "sources: [{name: db, postgres: {host: postgresql, allDatabases: true, credentialsSecretRef: {name: s}}}]")
        #expect(
            message(policy.callers + (try pool("[{component: redis}]").callers)).hasSuffix(
                "let in are also BackupPolicy nightly to postgresql, RegionalWorkerPool pool to redis"))
        #expect(
            message(try pool("[{component: redis, ports: [22]}]").callers).hasSuffix(
                "RegionalWorkerPool pool names a port that redis does not have"))
    }
}

@Suite("Ways into an environment from outside")
struct OutsideWaysTests {
    private func network(_ spec: String) throws -> (PolicyNetwork, ResolvedEnvironment) {
        let environment = try ResolvedEnvironment.fixture(
            "components: [{name: web, image: 'web:1', ports: [{name: http, port: 80}]}]\n\(spec)")
        let policies = try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }
        let namespaces =
            ["shop": [:], "kube-system": [:], "ingress-nginx": [:], "cert-manager": [:]] as [String: [String: String]]
        return (PolicyNetwork(namespaces: namespaces, policies: policies), environment)
    }

    private func pod(_ labels: [String: String], in namespace: String) -> TrafficEndpoint {
        .pod("p", in: namespace, labels: labels, address: "10.42.1.9", node: "b")
    }

    private var traefik: TrafficEndpoint { pod(["app.kubernetes.io/name": "traefik"], in: "kube-system") }
    private var nginx: TrafficEndpoint { pod(["app.kubernetes.io/name": "ingress-nginx"], in: "ingress-nginx") }
    private var solver: TrafficEndpoint {
        .pod(
            "solver", in: "shop", labels: ["acme.cert-manager.io/http01-solver": "true"], address: "10.42.0.7",
            node: "a")
    }

    private static let path = "paths: [{component: web, port: http}]"

    @Test(
        "The controller reaches the pods that answer a challenge, wherever cert-manager is asked for a certificate",
        arguments: [
            ("clusterIssuer: le", true), ("annotations: {cert-manager.io/issuer: le}, tlsSecretName: t", true),
            ("annotations: {cert-manager.io/cluster-issuer: le}, tlsSecretName: t", true),
            ("annotations: {kubernetes.io/tls-acme: 'true'}, tlsSecretName: t", true),
            ("tlsSecretName: own", false), ("annotations: {cert-manager.io/issuer: le}", false),
        ])
    func challenge(entry: String, isOpen: Bool) throws {
        let (network, _) = try network(
            "ingress: [{host: shop.example.com, className: traefik, \(entry), \(Self.path)}]")
        #expect(network.allows(from: traefik, to: solver, port: 8089) == isOpen)
        #expect(!network.allows(from: traefik, to: solver, port: 80), "no other port")
        #expect(!network.allows(from: pod(["app": "x"], in: "kube-system"), to: solver, port: 8089))
        #expect(!network.allows(from: pod([:], in: "cert-manager"), to: solver, port: 8089))
        #expect(!network.allows(from: pod(["app": "x"], in: "shop"), to: solver, port: 8089))
        #expect(!network.allows(from: solver, to: .external("198.51.100.1"), port: 443), "it only answers")
    }

    @Test("Where everybody may come in, nothing is added for challenges")
    func openToAll() throws {
        let (network, environment) = try network(
            "network: {ingress: Allow}\ningress: [{host: shop.example.com, clusterIssuer: le, \(Self.path)}]")
        #expect(network.allows(from: traefik, to: solver, port: 8089))
        #expect(try environment.networkPolicies().map(\.object.name) == ["allow-web", "default-deny"])
    }

    @Test("A component can't take the name of the policy for challenges")
    func names() throws {
        let environment = try ResolvedEnvironment.fixture(
            """
            components: [{name: acme-challenges, image: 'web:1', ports: [{name: http, port: 80}]}]
            ingress: [{host: shop.example.com, clusterIssuer: le, paths: [{component: acme-challenges, port: http}]}]
            """)
        let names = try environment.networkPolicies().map(\.object.name)
        #expect(Set(names).count == names.count && names.count == 3)
    }

    @Test(
        "The controller of the class reaches the component where the spec says nothing of it",
        arguments: [
            ("className: nginx", "", true, "2 hosts"), ("className: nginx-internal", "", true, ""),
            ("className: traefik", "", false, ""),
            ("className: public", "", false, "if public is another controller's class"),
            ("className: nginx", "network: {ingressController: {namespace: edge}}", false, ""),
        ])
    func classes(className: String, more: String, isNginx: Bool, words: String) throws {
        let (network, environment) = try network(
            "ingress: [{host: a.example.com, \(className), clusterIssuer: le, \(Self.path)}]\n\(more)")
        let component = try #require(environment.components.first)
        let web = TrafficEndpoint.pod("w", in: "shop", labels: component.podLabels, address: "10.42.0.8", node: "a")
        #expect(network.allows(from: nginx, to: web, port: 80) == isNginx)
        #expect(network.allows(from: nginx, to: solver, port: 8089) == isNginx)
        #expect(network.allows(from: traefik, to: web, port: 80) == more.isEmpty)
        var conditions = Conditions()
        environment.addIngress(certificates: nil, to: &conditions)
        let message = conditions.assembled(ready: (.ready, "")).last?.message ?? ""
        #expect(
            message.contains("set spec.network.ingressController") == (className == "className: public"), "\(message)")
    }

    @Test("Names are resolved at addresses that are given, over UDP and TCP, and nothing else is there")
    func nodeLocalDNS() throws {
        let (network, environment) = try network("network: {dns: {cidrs: [169.254.20.10/32, 10.96.0.10/32]}}")
        let component = try #require(environment.components.first)
        let web = TrafficEndpoint.pod("w", in: "shop", labels: component.podLabels, address: "10.42.0.8", node: "a")
        for source in [web, pod(["app": "job"], in: "shop")] {
            for address in ["169.254.20.10", "10.96.0.10"] {
                #expect(network.allows(from: source, to: .external(address), port: 53, transport: .udp))
                #expect(network.allows(from: source, to: .external(address), port: 53))
                #expect(!network.allows(from: source, to: .external(address), port: 80))
            }
            #expect(!network.allows(from: source, to: .external("169.254.169.254"), port: 53))
            let dns = pod(["k8s-app": "kube-dns"], in: "kube-system")
            #expect(network.allows(from: source, to: dns, port: 53, transport: .udp), "the pods stay")
        }
    }

    @Test(
        "What NetworkReady says is what the policies hold",
        arguments: [
            ("ingress: Allow, egress: Allow", "hold nothing back"),
            ("ingress: Allow", "let everybody in, and out what"),
            ("egress: Allow", "let everything out, and in what"),
            ("ingress: Deny", "let through what 1 component declared;"),
            ("ingress: Namespace", "pods of the namespace among themselves"),
            ("egress: Internet", "and what goes to public addresses"),
        ])
    func words(network: String, want: String) throws {
        let (_, environment) = try self.network("network: {\(network)}")
        var conditions = Conditions()
        environment.addNetwork(unknown: [], to: &conditions)
        let message = conditions.assembled(ready: (.ready, "")).last?.message ?? ""
        #expect(message.contains(want), "\(message)")
        #expect(!message.contains("nothing else"))
    }

    @Test("A LimitRange that refuses the pods of challenges is told while the certificate is waited for")
    func limitRange() throws {
        let (_, environment) = try network(
            """
            limitRange: {min: {cpu: 50m, memory: 64Mi}}
            ingress: [{host: shop.example.com, clusterIssuer: le, \(Self.path)}]
            """)
        var conditions = Conditions()
        environment.addIngress(certificates: ["shop.example.com": .pending("waiting")], to: &conditions)
        let message = conditions.assembled(ready: (.ready, "")).last?.message ?? ""
        #expect(message.contains("spec.limitRange asks for more cpu than the 10m"), "\(message)")
    }
}
