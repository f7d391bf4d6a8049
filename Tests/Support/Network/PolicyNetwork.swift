internal import KubeAPI

/// Decides which connections a set of NetworkPolicies lets through, as the API's documentation has it.
///
/// What the documentation leaves to the plugin is taken from what K3s runs: a block of addresses is compared with the
/// addresses of pods too. Replies always pass. Services are not part of it: policies see the pod behind them.
/// Source: Kubernetes concepts, "Network Policies".
package struct PolicyNetwork: Sendable {
    package struct Verdict: Sendable, Hashable {
        package var egress: Bool
        package var ingress: Bool

        package init(egress: Bool, ingress: Bool) {
            self.egress = egress
            self.ingress = ingress
        }

        package var isAllowed: Bool { egress && ingress }
    }

    private let namespaces: [String: [String: String]]
    private let policies: [String: [NetworkPolicyDocument]]

    /// - Parameter namespaces: the labels of each namespace by its name; the label that the API server sets is added.
    package init(namespaces: [String: [String: String]], policies: [NetworkPolicyDocument]) {
        self.namespaces = Dictionary(
            uniqueKeysWithValues: namespaces.map { name, labels in
                (name, labels.merging(["kubernetes.io/metadata.name": name]) { $1 })
            })
        self.policies = Dictionary(grouping: policies, by: \.namespace)
    }

    /// What two endpoints may do, at whichever port.
    package struct Openings: Sendable {
        fileprivate var destination: TrafficEndpoint
        /// `nil`: nothing stands in the way. Otherwise the ports of each rule that matches, all where there are none.
        fileprivate var egress: [[NetworkPolicyDocument.Port]]?
        fileprivate var ingress: [[NetworkPolicyDocument.Port]]?

        /// - Parameter port: the port of the destination's pod.
        package func verdict(port: Int, transport: TransportProtocol = .tcp) -> Verdict {
            let target = TrafficEndpoint.Port(number: port, transport: transport)
            func opens(_ rules: [[NetworkPolicyDocument.Port]]?) -> Bool {
                guard let rules else { return true }
                return rules.contains { ports in ports.isEmpty || ports.contains { $0.matches(target, at: destination) }
                }
            }
            return Verdict(egress: opens(egress), ingress: opens(ingress))
        }
    }

    package func openings(from source: TrafficEndpoint, to destination: TrafficEndpoint) -> Openings {
        // A pod can't be kept from itself, nor from its own node: that is how the kubelet's probes come in.
        if source == destination || isLocal(source, destination) { return Openings(destination: destination) }
        return Openings(
            destination: destination, egress: openings(source, peer: destination, rules: \.egress, peers: \.to),
            ingress: openings(destination, peer: source, rules: \.ingress, peers: \.from))
    }

    package func verdict(
        from source: TrafficEndpoint, to destination: TrafficEndpoint, port: Int, transport: TransportProtocol = .tcp
    ) -> Verdict { openings(from: source, to: destination).verdict(port: port, transport: transport) }

    package func allows(
        from source: TrafficEndpoint, to destination: TrafficEndpoint, port: Int, transport: TransportProtocol = .tcp
    ) -> Bool {
        verdict(from: source, to: destination, port: port, transport: transport).isAllowed
    }

    /// One is the node, or in the network of the node, on which the other runs.
    private func isLocal(_ a: TrafficEndpoint, _ b: TrafficEndpoint) -> Bool {
        a.node != nil && a.node == b.node && (a.identity == nil || b.identity == nil)
    }

    /// The ports of the rules by which the policies of `subject` let its traffic with `peer` pass in one direction.
    private func openings(
        _ subject: TrafficEndpoint, peer: TrafficEndpoint,
        rules: KeyPath<NetworkPolicyDocument, [NetworkPolicyDocument.Rule]?>,
        peers: KeyPath<NetworkPolicyDocument.Rule, [NetworkPolicyDocument.Peer]?>
    ) -> [[NetworkPolicyDocument.Port]]? {
        guard let identity = subject.identity else { return nil }
        let isolating = (policies[identity.namespace] ?? [])
            .filter { $0.podSelector.matches(identity.labels) && $0[keyPath: rules] != nil }
        guard !isolating.isEmpty else { return nil }
        return isolating.flatMap { policy in
            (policy[keyPath: rules] ?? []).filter { rule in
                let named = rule[keyPath: peers] ?? []
                return named.isEmpty || named.contains { matches($0, peer, in: policy.namespace) }
            }.map { $0.ports ?? [] }
        }
    }

    private func matches(
        _ peer: NetworkPolicyDocument.Peer, _ endpoint: TrafficEndpoint, in namespace: String
    ) -> Bool {
        if let block = peer.ipBlock { return matches(block, endpoint) }
        guard let identity = endpoint.identity, peer.podSelector != nil || peer.namespaceSelector != nil else {
            return false
        }
        let isInNamespace =
            peer.namespaceSelector.map { $0.matches(namespaces[identity.namespace] ?? [:]) }
            ?? (identity.namespace == namespace)
        return isInNamespace && peer.podSelector?.matches(identity.labels) ?? true
    }

    private func matches(_ block: NetworkPolicyDocument.Peer.Block, _ endpoint: TrafficEndpoint) -> Bool {
        guard let address = endpoint.address, let whole = AddressBlock(block.cidr), whole.contains(address) else {
            return false
        }
        return !(block.except ?? []).compactMap(AddressBlock.init).contains { $0.contains(address) }
    }
}

extension NetworkPolicyDocument.Port {
    fileprivate func matches(_ port: TrafficEndpoint.Port, at destination: TrafficEndpoint) -> Bool {
        guard self.protocol ?? .tcp == port.transport else { return false }
        switch self.port {
        case nil, .null: return true
        case .string(let name):
            // A name means what the destination's own containers call so: outside of pods it means nothing.
            return destination.identity?.ports.contains {
                $0.name == name && $0.number == port.number && $0.transport == port.transport
            } ?? false
        case .some(let number):
            guard let first = number.integer.map({ Int($0) }) else { return false }
            return (first...max(first, endPort ?? first)).contains(port.number)
        }
    }
}
