internal import KubeAPI

extension BackupPolicy {
    /// One NetworkPolicy for all pods of the policy: nobody connects to them, and they reach DNS, the destinations and the
    /// webhook. Another for each source that is reached over the network: policies add up.
    func networkPolicies() throws -> [DesiredChild] {
        guard spec.network.enabled else { return [] }
        let own = [LabelKey.backupPolicy: ChildName.labelValue(metadata.name ?? "")]
        let everywhere = destinationReach
        let shared = try DesiredChild.networkPolicy(
            of: self, named: sharedName,
            NetworkPolicySpec(
                podLabels: own, ingress: [], egress: [.dns()] + rules(everywhere) + givenPorts,
                extraEgress: everywhere.contains(.unknown) && givenPorts.isEmpty ? [Self.anyTCP] : []))
        return try [shared]
            + spec.sources.compactMap { source in
                let reach = sourceReach(of: source).subtracting(everywhere)
                guard !reach.isEmpty else { return nil }
                return try .networkPolicy(
                    of: self, named: reachName(source.name), labels: [LabelKey.backupSource: source.name],
                    part: source.name,
                    NetworkPolicySpec(
                        podLabels: own.merging([LabelKey.backupSource: source.name]) { $1 }, egress: rules(reach)))
            }
    }

    /// No name of a source begins with a dash: so it is never that of the policy for all pods, which is `POLICY-backup`.
    func reachName(_ source: String) -> String {
        ChildName.joined(metadata.name ?? "", "-\(source)-reach", limit: 52)
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
