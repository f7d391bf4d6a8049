package import KubeAPI

/// A NetworkPolicy as the API server would give it to a network plugin, read from the object itself so that a test
/// sees what was written and not what was meant. Source: Kubernetes API reference, NetworkPolicy v1.
package struct NetworkPolicyDocument: Sendable, Hashable {
    struct Peer: Sendable, Hashable, Decodable {
        struct Block: Sendable, Hashable, Decodable {
            var cidr: String
            var except: [String]?
        }

        var podSelector: LabelSelector?
        var namespaceSelector: LabelSelector?
        var ipBlock: Block?
    }

    struct Port: Sendable, Hashable, Decodable {
        var `protocol`: TransportProtocol?
        var port: JSONValue?
        var endPort: Int?
    }

    struct Rule: Sendable, Hashable, Decodable {
        var from: [Peer]?
        var to: [Peer]?
        var ports: [Port]?
    }

    private struct Spec: Decodable {
        var podSelector: LabelSelector?
        var ingress: [Rule]?
        var egress: [Rule]?
        var policyTypes: [String]?
    }

    package let name: String
    let namespace: String
    let podSelector: LabelSelector
    /// `nil` where the policy says nothing about the direction.
    let ingress: [Rule]?
    let egress: [Rule]?

    /// - Throws: what is wrong with the object; a policy that can't be read must not count as one that allows.
    package init(_ object: DynamicObject) throws {
        let spec = try JSONValueDecoder().decode(Spec.self, from: object["spec"] ?? [:])
        name = object.name
        namespace = object.namespace
        podSelector = spec.podSelector ?? LabelSelector()
        // As the API server fills it in: Ingress always, Egress where there are rules for it.
        let types = spec.policyTypes ?? (spec.egress?.isEmpty == false ? ["Ingress", "Egress"] : ["Ingress"])
        ingress = types.contains("Ingress") ? spec.ingress ?? [] : nil
        egress = types.contains("Egress") ? spec.egress ?? [] : nil
    }
}

package enum TransportProtocol: String, Sendable, Hashable, CaseIterable, Decodable {
    case tcp = "TCP"
    case udp = "UDP"
    case sctp = "SCTP"
}
