import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// Every pair of pods, nodes and addresses, at every port that means something to one of them: what the policies let
/// through is what the spec declares, no more and no less.
@Suite("NetworkPolicies of an environment against its declared graph", .onTheBusyThread)
struct DeclaredGraphTests {
    /// Walks all pairs and gives back how many connections are let through, and how many are refused.
    private func walk(_ environment: ResolvedEnvironment) throws -> (allowed: Int, refused: Int) {
        let policies = try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }
        let world = TrafficWorld(environment)
        let network = PolicyNetwork(namespaces: world.namespaces, policies: policies)
        let graph = DeclaredGraph(spec: environment.spec, namespace: environment.namespace)
        let declared = environment.components.flatMap { component in
            component.ports.map(\.containerPort)
                + component.connections.flatMap { $0.ports ?? [] }.map(\.port) + component.outsidePorts
        }
        var (allowed, refused, wrong) = (0, 0, [String]())
        for source in world.sites {
            for destination in world.sites {
                let openings = network.openings(from: source.endpoint, to: destination.endpoint)
                for port in Set(declared + [53, 80, 443, 4318, 9999]) {
                    for transport in Support.TransportProtocol.allCases {
                        let want = graph.allows(source, destination, port: port, transport)
                        let got = openings.verdict(port: port, transport: transport).isAllowed
                        if want { allowed += 1 } else { refused += 1 }
                        if want != got, wrong.count < 10 {
                            wrong.append(
                                "\(source.endpoint) → \(destination.endpoint) \(transport.rawValue) \(port): "
                                    + "declared \(want), the policies say \(got)")
                        }
                    }
                }
            }
        }
        #expect(wrong == [])
        return (allowed, refused)
    }

    static let sampleNames = Repository.cases(in: "config/samples").filter { $0.hasPrefix("appenvironment") }

    @Test("Of every sample", arguments: sampleNames)
    func samples(name: String) throws {
        for document in try Repository.yaml("config/samples/\(name).yaml") {
            let counts = try walk(ResolvedEnvironment(AppEnvironment(defaulting: DynamicObject(document))))
            #expect(counts.allowed > 0 && counts.refused > 0)
        }
    }

    @Test("Of an environment that lets in pods of others, addresses, policies and pools")
    func guests() throws {
        let fixture = try Repository.yaml("Tests/Fixtures/appenvironment/valid/neighbours.yaml")
        let counts = try walk(
            ResolvedEnvironment(AppEnvironment(defaulting: DynamicObject(#require(fixture.first)))))
        #expect(counts.allowed > 0 && counts.refused > 0)
    }

    @Test(
        "Of an environment with databases and caches, beside it and elsewhere, and hosts outside",
        arguments: ["Deny", "Namespace"])
    func services(ingress: String) throws {
        var document = try #require(Repository.yaml("Tests/Fixtures/appenvironment/valid/services.yaml").first)
        document[path: ["spec", "network"]] = ["ingress": .string(ingress)]
        let counts = try walk(ResolvedEnvironment(AppEnvironment(defaulting: DynamicObject(document))))
        #expect(counts.allowed > 0 && counts.refused > 0)
    }

    @Test(
        "In each mode, of each tier",
        arguments: ["Deny", "Namespace", "Allow"], ["", "egress: Declared", "egress: Internet", "egress: Allow"])
    func modes(ingress: String, egress: String) throws {
        for tier in AppEnvironment.Tier.allCases {
            let environment = try ResolvedEnvironment.fixture(
                tier: tier,
                """
                network: {ingress: \(ingress), \(egress)}
                components:
                - name: web
                  image: web:1
                  ports: [{name: http, port: 80, targetPort: 8080}]
                  metrics: {port: 9100}
                  connectsTo: [{component: db}]
                - name: db
                  image: db:1
                  ports: [{name: sql, port: 5432}, {name: peer, port: 7000, protocol: UDP}]
                ingress: [{host: web.example.com, paths: [{component: web, port: http}]}]
                """)
            _ = try walk(environment)
        }
    }

    @Test("Of twenty components that call each other in circles, themselves, and nobody's ports")
    func circles() throws {
        let components = (0..<20).map { index in
            let ports =
                index % 5 == 4
                ? "" : "ports: [{name: http, port: \(8000 + index)}, {name: udp, port: \(9000 + index), protocol: UDP}]"
            // A ring, chords across it, and every third calls itself.
            let peers = [(index + 1) % 20, (index * 7 + 3) % 20] + (index % 3 == 0 ? [index] : [])
            let list = peers.map { "{component: c\($0)\(index % 4 == 0 ? ", ports: [{port: \(8000 + $0)}]" : "")}" }
            return """
                - name: c\(index)
                  image: c:1
                  \(ports)
                  connectsTo: [\(list.joined(separator: ", "))]
                """
        }
        let environment = try ResolvedEnvironment.fixture(
            tier: .production, "components:\n\(components.joined(separator: "\n"))")
        let policies = try environment.networkPolicies()
        #expect(policies.count == 21 && policies.last?.object.name == "default-deny")
        let counts = try walk(environment)
        #expect(counts.allowed > 0 && counts.refused > counts.allowed)
    }

    @Test("No address of the cloud's metadata service, in any tier", arguments: AppEnvironment.Tier.allCases)
    func metadataService(tier: AppEnvironment.Tier) throws {
        let environment = try ResolvedEnvironment.fixture(tier: tier)
        let policies = try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }
        let network = PolicyNetwork(namespaces: [:], policies: policies)
        let component = try #require(environment.components.first)
        let pod = TrafficEndpoint.pod(
            "p", in: environment.namespace, labels: component.podLabels, address: "10.42.0.9", node: "n")
        #expect(!network.allows(from: pod, to: .external("169.254.169.254"), port: 80))
    }

    @Test("No order of the writes leaves a pod without what it is allowed")
    func everyPrefixAllows() throws {
        let documents = try Repository.yaml("config/samples/appenvironment-production.yaml")
        let environment = try ResolvedEnvironment(
            AppEnvironment(defaulting: DynamicObject(try #require(documents.first))))
        let policies = try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }
        let world = TrafficWorld(environment)
        let graph = DeclaredGraph(spec: environment.spec, namespace: environment.namespace)
        for count in 0...policies.count {
            let network = PolicyNetwork(namespaces: world.namespaces, policies: Array(policies.prefix(count)))
            for source in world.sites {
                for destination in world.sites {
                    for port in [53, 443, 3000, 3001, 4318, 5432, 6379, 9090]
                    where graph.allows(source, destination, port: port, .tcp) {
                        #expect(
                            network.allows(from: source.endpoint, to: destination.endpoint, port: port),
                            "\(source.endpoint) → \(destination.endpoint) \(port) after \(count) policies")
                    }
                }
            }
        }
    }
}

@Suite("Where traces go, as a policy sees it")
struct CollectorAddressTests {
    @Test(
        "A Service by its namespace, an address by itself, a name outside as outside",
        arguments: [
            ("http://tempo.monitoring.svc:4318", CollectorAddress.Place.namespace("monitoring"), 4318),
            ("http://tempo.monitoring.svc.cluster.local:4317/v1", .namespace("monitoring"), 4317),
            ("http://tempo.monitoring", .namespace("monitoring"), 80),
            ("https://otel.example.com", .outside, 443), ("https://user:pw@otel.example.com:8443", .outside, 8443),
            ("http://198.51.100.4:4318", .address("198.51.100.4/32"), 4318),
            ("http://[2001:db8::4]:4318/", .address("2001:db8::4/128"), 4318),
        ])
    func places(url: String, place: CollectorAddress.Place, port: Int) throws {
        let address = try #require(CollectorAddress(url))
        #expect(address.place == place && address.port == port)
    }

    @Test("What is no URL is none", arguments: ["tempo:4318", "http://", "http://host:port", "http://host:0"])
    func none(url: String) { #expect(CollectorAddress(url) == nil) }
}
