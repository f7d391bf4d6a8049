/// One end of a connection in a `PolicyNetwork`.
package struct TrafficEndpoint: Sendable, Hashable, CustomStringConvertible {
    package struct Port: Sendable, Hashable {
        package var name: String?
        package var number: Int
        package var transport: TransportProtocol

        package init(name: String? = nil, number: Int, transport: TransportProtocol = .tcp) {
            self.name = name
            self.number = number
            self.transport = transport
        }
    }

    /// What policies know a pod by.
    struct Identity: Sendable, Hashable {
        var namespace: String
        var labels: [String: String]
        var ports: [Port]
    }

    package let description: String
    let address: AddressBlock?
    /// The node that it is, or runs on.
    let node: String?
    /// `nil` for nodes, addresses outside, and pods in their node's network: no selector finds those, and no policy
    /// isolates them. Source: Kubernetes concepts, Network Policies, "hostNetwork pods".
    let identity: Identity?

    /// A pod with an address of its own.
    ///
    /// - Parameter ports: those that its containers name; a policy may refer to them by name.
    package static func pod(
        _ name: String, in namespace: String, labels: [String: String], address: String, node: String,
        ports: [Port] = []
    ) -> TrafficEndpoint {
        TrafficEndpoint(
            description: "\(namespace)/\(name)", address: AddressBlock(address), node: node,
            identity: Identity(namespace: namespace, labels: labels, ports: ports))
    }

    /// A pod in its node's network: to policies it is the node.
    package static func hostNetworkPod(_ name: String, in namespace: String, address: String, node: String)
        -> TrafficEndpoint
    {
        TrafficEndpoint(
            description: "\(namespace)/\(name) (host network)", address: AddressBlock(address), node: node,
            identity: nil)
    }

    package static func node(_ name: String, address: String) -> TrafficEndpoint {
        TrafficEndpoint(description: "node \(name)", address: AddressBlock(address), node: name, identity: nil)
    }

    package static func external(_ address: String) -> TrafficEndpoint {
        TrafficEndpoint(description: address, address: AddressBlock(address), node: nil, identity: nil)
    }
}
