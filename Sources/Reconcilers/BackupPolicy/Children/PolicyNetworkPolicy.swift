internal import KubeAPI

extension ResolvedPolicy {
    /// One NetworkPolicy for all pods of the policy: nobody connects to them, and they reach DNS, the destinations and the
    /// webhook. Another for each source that is reached over the network: policies add up.
    func networkPolicies() throws -> [DesiredChild] {
        guard hasPods, spec.network.enabled else { return [] }
        let own = BackupPolicy.podSelector(ofPolicy: name)
        let everywhere = destinationReach
        let shared = try DesiredChild.networkPolicy(
            of: policy, named: policy.sharedName,
            NetworkPolicySpec(
                podLabels: own, ingress: [], egress: [.dns()] + rules(everywhere) + givenPorts,
                extraEgress: everywhere.contains(.unknown) && givenPorts.isEmpty ? [Self.anyTCP] : []))
        return try [shared]
            + spec.sources.compactMap { source in
                let reach = sourceReach(of: source).subtracting(everywhere)
                guard !reach.isEmpty else { return nil }
                return try .networkPolicy(
                    of: policy, named: policy.reachName(source.name), labels: [LabelKey.backupSource: source.name],
                    part: source.name,
                    NetworkPolicySpec(
                        podLabels: own.merging([LabelKey.backupSource: source.name]) { $1 }, egress: rules(reach)))
            }
    }

    private var givenPorts: [NetworkPolicyRule] {
        let ports = (spec.network.egressPorts ?? []).sorted()
        return ports.isEmpty ? [] : [NetworkPolicyRule(ports: ports.map(NetworkPolicyRule.Port.tcp))]
    }

    private static let anyTCP: JSONObject = ["ports": [["protocol": "TCP"]]]

    /// In an order that is always the same.
    private func rules(_ reach: Set<Reach>) -> [NetworkPolicyRule] {
        var ports: [Int] = []
        var namespaces: [String] = []
        for one in reach {
            switch one {
            case .port(let port): ports.append(port)
            case .namespace(let namespace): namespaces.append(namespace)
            case .unknown: break
            }
        }
        // The port of a Service is not the one of its pods, and theirs is what counts.
        return namespaces.sorted().map { NetworkPolicyRule([.namespace($0)]) }
            + (ports.isEmpty ? [] : [NetworkPolicyRule(ports: ports.sorted().map(NetworkPolicyRule.Port.tcp))])
    }
}
