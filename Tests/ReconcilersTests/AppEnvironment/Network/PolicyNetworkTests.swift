import KubeAPI
import Support
import Testing

/// The evaluator that judges our policies is judged here, against sentences of the Kubernetes documentation.
@Suite("What NetworkPolicies let through")
struct PolicyNetworkTests {
    private let web = TrafficEndpoint.pod(
        "web", in: "shop", labels: ["app": "web"], address: "10.42.0.2", node: "n1",
        ports: [.init(name: "http", number: 8080), .init(name: "dns", number: 5353, transport: .udp)])
    private let db = TrafficEndpoint.pod(
        "db", in: "shop", labels: ["app": "db"], address: "10.42.0.3", node: "n2")
    private let probe = TrafficEndpoint.pod(
        "probe", in: "monitoring", labels: ["app": "probe"], address: "10.42.1.2", node: "n2")
    private let controller = TrafficEndpoint.hostNetworkPod("lb", in: "kube-system", address: "192.0.2.2", node: "n2")

    private func network(_ policies: String...) throws -> PolicyNetwork {
        let objects = try policies.enumerated().map { index, spec in
            var object = try DynamicObject.fixture(
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p\(index), namespace: shop}")
            object["spec"] = try YAML.parseDocument(Array(spec.utf8))
            return try NetworkPolicyDocument(object)
        }
        return PolicyNetwork(namespaces: ["shop": ["team": "a"], "monitoring": ["team": "b"]], policies: objects)
    }

    @Test("Without a policy everything passes")
    func open() throws {
        #expect(try network().allows(from: probe, to: web, port: 1))
        #expect(try network().allows(from: web, to: .external("198.51.100.1"), port: 443, transport: .udp))
    }

    @Test("A policy isolates only the pods that it selects, and only in its directions")
    func isolation() throws {
        let ingress = try network("{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}")
        #expect(!ingress.allows(from: db, to: web, port: 8080))
        #expect(ingress.allows(from: web, to: db, port: 5432))
        let egress = try network("{podSelector: {}, policyTypes: [Egress]}")
        #expect(egress.verdict(from: db, to: web, port: 8080) == .init(egress: false, ingress: true))
        #expect(egress.allows(from: probe, to: web, port: 8080))
    }

    @Test(
        "Directions that are not named: ingress always, egress where there is a rule for it",
        arguments: [
            ("{podSelector: {}}", true, false), ("{podSelector: {}, egress: []}", true, false),
            ("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}", false, false),
            ("{podSelector: {}, egress: [{}]}", true, false),
            ("{podSelector: {}, ingress: [{}]}", true, true),
            ("{podSelector: {}, ingress: [{}], policyTypes: [Egress]}", false, true),
        ])
    func defaultTypes(spec: String, egress: Bool, ingress: Bool) throws {
        #expect(try network(spec).verdict(from: db, to: web, port: 80) == .init(egress: egress, ingress: ingress))
    }

    @Test("What one policy refuses another may allow: they add up")
    func union() throws {
        let both = try network(
            "{podSelector: {}, policyTypes: [Ingress]}",
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}")
        #expect(both.allows(from: web, to: db, port: 5432))
        #expect(!both.allows(from: probe, to: db, port: 5432))
        #expect(!both.allows(from: db, to: web, port: 8080))
    }

    @Test(
        "Selectors of one peer both hold, those of two peers are alternatives, and without a namespace it is the policy's",
        arguments: [
            ("[{podSelector: {}}]", true, false), ("[{namespaceSelector: {}}]", true, true),
            ("[{namespaceSelector: {matchLabels: {team: b}}}]", false, true),
            ("[{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: db}}}]", false, false),
            ("[{namespaceSelector: {matchLabels: {team: b}}}, {podSelector: {matchLabels: {app: db}}}]", true, true),
            (
                "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}, podSelector: {}}]",
                false, true
            ),
            ("[{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}]", false, false),
            ("[]", true, true),
        ])
    func peers(from: String, db: Bool, probe: Bool) throws {
        let network = try network("{podSelector: {matchLabels: {app: web}}, ingress: [{from: \(from)}]}")
        #expect(network.allows(from: self.db, to: web, port: 8080) == db)
        #expect(network.allows(from: self.probe, to: web, port: 8080) == probe)
    }

    @Test(
        "Ports: by number, by range, by the name that the destination gives, and TCP where nothing is said",
        arguments: [
            ("[{port: 8080}]", 8080, TransportProtocol.tcp, true), ("[{port: 8080}]", 8080, .udp, false),
            ("[{port: 8080}]", 8081, .tcp, false), ("[{port: 8000, endPort: 8100}]", 8080, .tcp, true),
            ("[{port: 8000, endPort: 8100}]", 8100, .tcp, true), ("[{port: 8000, endPort: 8100}]", 8101, .tcp, false),
            ("[{port: http}]", 8080, .tcp, true), ("[{port: http}]", 5353, .tcp, false),
            ("[{port: dns, protocol: UDP}]", 5353, .udp, true), ("[{port: dns}]", 5353, .tcp, false),
            ("[{protocol: UDP}]", 9, .udp, true), ("[{protocol: UDP}]", 9, .tcp, false),
            ("[{port: 1}, {port: http}]", 8080, .tcp, true), ("[]", 7, .sctp, true),
        ])
    func ports(ports: String, port: Int, transport: TransportProtocol, isAllowed: Bool) throws {
        let network = try network("{podSelector: {}, ingress: [{ports: \(ports)}]}")
        #expect(network.allows(from: db, to: web, port: port, transport: transport) == isAllowed)
    }

    @Test("A named port means nothing towards an address outside")
    func namedPortOutside() throws {
        let network = try network("{podSelector: {}, egress: [{ports: [{port: http}]}], policyTypes: [Egress]}")
        #expect(network.allows(from: db, to: web, port: 8080))
        #expect(!network.allows(from: db, to: .external("198.51.100.1"), port: 8080))
    }

    @Test(
        "A block has its addresses but for the exceptions, of its own family only",
        arguments: [
            ("198.51.100.1", true), ("10.1.2.3", false), ("10.42.1.2", false), ("172.16.0.1", false),
            ("172.32.0.1", true), ("2001:db8::1", true), ("fd00::1", false),
        ])
    func blocks(address: String, isAllowed: Bool) throws {
        let network = try network(
            """
            podSelector: {}
            policyTypes: [Egress]
            egress:
            - to:
              - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12]}
              - ipBlock: {cidr: "::/0", except: ["fc00::/7"]}
            """)
        #expect(network.allows(from: web, to: .external(address), port: 443) == isAllowed)
    }

    @Test("A pod in its node's network is its node: no selector finds it, a block does, and no policy isolates it")
    func hostNetwork() throws {
        let selected = try network("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}")
        #expect(!selected.allows(from: controller, to: web, port: 8080))
        let block = try network("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}")
        #expect(block.allows(from: controller, to: web, port: 8080))
        let closed = try network("{podSelector: {}, policyTypes: [Ingress]}")
        #expect(closed.allows(from: web, to: controller, port: 80))
    }

    @Test("The node of a pod always reaches it, other nodes do not, and a pod always reaches itself")
    func local() throws {
        let closed = try network("{podSelector: {}, policyTypes: [Ingress, Egress]}")
        #expect(closed.allows(from: .node("n1", address: "192.0.2.1"), to: web, port: 8080))
        #expect(!closed.allows(from: .node("n2", address: "192.0.2.2"), to: web, port: 8080))
        #expect(closed.allows(from: controller, to: db, port: 5432))
        #expect(closed.allows(from: web, to: web, port: 8080))
        #expect(!closed.allows(from: probe, to: db, port: 5432), "two pods of one node are not local to each other")
    }

    @Test(
        "Addresses and blocks are read as they are written",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.2", false), ("::/0", "::1", true),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("0.0.0.0/0", "::1", false),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true), ("10.0.0.0/16", "10.0.0.0/8", false),
        ])
    func addresses(block: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(try #require(AddressBlock(address))) == isIn)
    }

    @Test(
        "What is no address is none",
        arguments: ["", "10.0.0", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/x", "1:2:3", "::1::", "fd00::/129", "x::"])
    func noAddress(text: String) { #expect(AddressBlock(text) == nil) }
}
