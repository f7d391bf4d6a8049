internal import KubeAPI

/// One rule of a NetworkPolicy, for one direction.
struct NetworkPolicyRule: Sendable, Hashable {
    /// Who is on the other side.
    enum Peer: Sendable, Hashable {
        /// Pods of the policy's namespace; all of them where there are no labels.
        case pods([String: String])
        /// Pods of other namespaces: `nil` for all pods of a namespace with these labels.
        case namespaces([String: String], pods: [String: String]?)
        case addresses(String, except: [String] = [])

        /// Pods of one namespace by its name. Source: the API server labels every namespace with it.
        static func namespace(_ name: String, pods: [String: String]? = nil) -> Peer {
            .namespaces(["kubernetes.io/metadata.name": name], pods: pods)
        }
    }

    enum Port: Sendable, Hashable {
        case tcp(Int)
        case udp(Int)
        /// A TCP port of the pods by its name.
        case named(String)
    }

    /// Empty: everybody.
    var peers: [Peer]
    /// Empty: every port.
    var ports: [Port]

    init(_ peers: [Peer] = [], ports: [Port] = []) {
        self.peers = peers
        self.ports = ports
    }

    /// DNS, over TCP too: long answers come that way.
    static func dns(to peers: [Peer] = []) -> NetworkPolicyRule { .init(peers, ports: [.udp(53), .tcp(53)]) }
}

/// What a NetworkPolicy says of its pods.
struct NetworkPolicySpec: Sendable, Hashable {
    /// The labels of the pods; all pods of the namespace where there are none.
    var podLabels: [String: String]
    /// `nil`: the policy says nothing of this direction. Empty: nothing is let in.
    var ingress: [NetworkPolicyRule]?
    var egress: [NetworkPolicyRule]?
    /// Rules as the user wrote them, added to those above.
    var extraIngress: [JSONObject] = []
    var extraEgress: [JSONObject] = []

    /// The `spec` of the object.
    var json: JSONValue {
        let hasIngress = ingress != nil || !extraIngress.isEmpty
        let hasEgress = egress != nil || !extraEgress.isEmpty
        let types = [hasIngress ? "Ingress" : nil, hasEgress ? "Egress" : nil].compactMap(\.self)
        return .compact([
            "podSelector": .object(selector(podLabels)),
            "policyTypes": .array(types.map(JSONValue.string)),
            "ingress": hasIngress ? rules(ingress, extraIngress, peers: "from") : nil,
            "egress": hasEgress ? rules(egress, extraEgress, peers: "to") : nil,
        ])
    }

    private func rules(_ rules: [NetworkPolicyRule]?, _ extra: [JSONObject], peers: String) -> JSONValue? {
        let all = (rules ?? []).map { $0.json(peers: peers) } + extra.map(JSONValue.object)
        // An empty list is what no list is, and the server does not keep it.
        return all.isEmpty ? nil : .array(all)
    }
}

private func selector(_ labels: [String: String]) -> JSONObject {
    labels.isEmpty ? [:] : ["matchLabels": .strings(labels)]
}

extension NetworkPolicyRule {
    fileprivate func json(peers field: String) -> JSONValue {
        .compact([
            field: peers.isEmpty ? nil : .array(peers.map(\.json)),
            "ports": ports.isEmpty ? nil : .array(ports.map(\.json)),
        ])
    }
}

extension NetworkPolicyRule.Peer {
    fileprivate var json: JSONValue {
        switch self {
        case .pods(let labels): ["podSelector": .object(selector(labels))]
        case .namespaces(let labels, let pods):
            .compact([
                "namespaceSelector": .object(selector(labels)),
                "podSelector": pods.map { .object(selector($0)) },
            ])
        case .addresses(let cidr, let except):
            [
                "ipBlock": .compact([
                    "cidr": .string(cidr), "except": except.isEmpty ? nil : .array(except.map(JSONValue.string)),
                ])
            ]
        }
    }
}

extension NetworkPolicyRule.Port {
    fileprivate var json: JSONValue {
        switch self {
        case .tcp(let port): ["protocol": "TCP", "port": .integer(Int64(port))]
        case .udp(let port): ["protocol": "UDP", "port": .integer(Int64(port))]
        case .named(let name): ["protocol": "TCP", "port": .string(name)]
        }
    }
}

extension DesiredChild {
    /// - Parameters: see `ObjectMeta.child`.
    static func networkPolicy<Owner: ChildOwner>(
        of owner: Owner, named name: String, in scope: ChildScope = .ownersNamespace, labels: [String: String] = [:],
        part: String = "", _ spec: NetworkPolicySpec
    ) throws -> DesiredChild {
        try DesiredChild(
            .networkPolicy, of: owner, named: name, in: scope, labels: labels, part: part, ["spec": spec.json])
    }
}
