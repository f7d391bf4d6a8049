internal import KubeAPI

extension ResolvedPool {
    /// The NetworkPolicy of all pods of the pool: nothing but what is listed, and DNS.
    func networkPolicies() throws -> [DesiredChild] {
        let network = spec.network
        guard network.enabled else { return [] }
        // What is scraped has to be reached; its port need not be listed twice.
        let metrics = metricsPort.map { [$0] } ?? []
        let ingressPorts = network.ingressPorts + metrics.filter { !network.ingressPorts.contains($0) }
        let outside = NetworkPolicyRule(
            [.addresses("0.0.0.0/0", except: network.exceptCIDRs)], ports: network.egressPorts.map { .tcp($0) })
        // The environment lets in these pods alone, and at these ports.
        let components = (network.connectsTo ?? []).map { peer in
            let labels = [LabelKey.environmentComponent: peer.component]
            let target = pool.namespace(of: peer)
            return NetworkPolicyRule(
                [target == namespace ? .pods(labels) : .namespace(target, pods: labels)],
                ports: (peer.ports ?? []).map { .tcp($0) })
        }
        return [
            try .networkPolicy(
                of: pool, named: ChildName.joined(name, "network"),
                NetworkPolicySpec(
                    podLabels: pool.podSelector,
                    // Probes and Prometheus come from everywhere.
                    ingress: ingressPorts.isEmpty ? [] : [NetworkPolicyRule(ports: ingressPorts.map { .tcp($0) })],
                    egress: [.dns()] + (network.egressPorts.isEmpty ? [] : [outside]) + components,
                    extraIngress: network.extraIngress ?? [], extraEgress: network.extraEgress ?? []))
        ]
    }
}
