internal import KubeAPI

extension ResolvedEnvironment {
    /// What lets through that which the environment declares, and nothing else.
    ///
    /// The policy of a component says all about its pods at once, so that none of their traffic is cut off while the
    /// other policies are on their way. The deny for everything else in the namespace comes last.
    func networkPolicies() throws -> [DesiredChild] {
        let allowing = try components.map { component -> DesiredChild in
            try .networkPolicy(
                of: environment, named: "allow-\(component.name)", labels: component.labels, part: component.name,
                NetworkPolicySpec(
                    podLabels: component.podSelector, ingress: ingressRules(of: component),
                    egress: egressRules(of: component)))
        }
        let denying = try DesiredChild.networkPolicy(
            of: environment, named: Self.denyName,
            NetworkPolicySpec(podLabels: [:], ingress: sharedIngress, egress: sharedEgress))
        return try allowing + servicePolicies() + solverPolicy() + (inputs.isEnforced ? [denying] : [])
    }

    static let denyName = "default-deny"

    // MARK: What every pod may do

    private var sharedIngress: [NetworkPolicyRule] {
        switch spec.network.ingress {
        case .deny: []
        case .namespace: [NetworkPolicyRule([.pods([:])])]
        case .allow: [NetworkPolicyRule()]
        }
    }

    private var sharedEgress: [NetworkPolicyRule] {
        let dns = NetworkPolicyRule.dns(
            to: [.namespace(spec.network.dns.namespace, pods: spec.network.dns.podLabels)]
                + (spec.network.dns.cidrs ?? []).map { .addresses($0) })
        // A pod that lets its neighbours in is of no use where they are not let out.
        let neighbours = spec.network.ingress == .deny ? [] : [NetworkPolicyRule([.pods([:])])]
        return switch egress {
        case .declared: [dns] + neighbours
        case .internet: [dns] + neighbours + [NetworkPolicyRule(PublicAddresses.peers)]
        case .allow: [NetworkPolicyRule()]
        }
    }

    // MARK: What a component may do

    private func ingressRules(of component: Component) -> [NetworkPolicyRule] {
        // Where everybody may come in there is nothing to add. Before the namespace is enforced the pods of before, which have no labels of
        // ours, go in and out as they did.
        if spec.network.ingress == .allow { return sharedIngress }
        if !inputs.isEnforced { return [NetworkPolicyRule()] }
        let callers = components.flatMap { caller in
            (caller.spec.connectsTo ?? []).filter { $0.component == component.name }.compactMap { peer in
                ports(of: peer).map { NetworkPolicyRule([.pods(caller.podSelector)], ports: $0) }
            }
        }
        let siblings = inputs.callers.filter { $0.component == component.name }.compactMap {
            caller -> NetworkPolicyRule? in
            let ports = component.ports(for: caller)
            // A rule without ports would mean all of them.
            return ports.isEmpty ? nil : NetworkPolicyRule([.pods(caller.podLabels)], ports: ports)
        }
        return sharedIngress + callers + outsideRules(of: component) + ingressControllerRules(of: component)
            + prometheusRules(of: component) + siblings + guestRules(of: component)
    }

    private func egressRules(of component: Component) -> [NetworkPolicyRule] {
        if egress == .allow { return sharedEgress }
        if !inputs.isEnforced { return [NetworkPolicyRule()] }
        let declared = component.connections.compactMap { peer -> NetworkPolicyRule? in
            guard let target = target(of: peer), let ports = ports(of: peer) else { return nil }
            return NetworkPolicyRule([target], ports: ports)
        }
        let server = component.usesAPI ? inputs.server.rule : nil
        // A policy knows no names: the port towards every public address is as close as it gets.
        let outside = component.outsidePorts.map { NetworkPolicyRule(PublicAddresses.peers, ports: [.tcp($0)]) }
        return sharedEgress + declared + outside + [server, otlpRule].compactMap(\.self)
    }

    private func target(of peer: AppEnvironment.Peer) -> NetworkPolicyRule.Peer? {
        if let name = peer.component { return component(name).map { .pods($0.podSelector) } }
        if let namespace = peer.namespace { return .namespace(namespace, pods: peer.podLabels) }
        return peer.cidr.map { .addresses($0) }
    }

    /// - Returns: `nil` where there is no port to reach: a rule without ports would mean all of them.
    private func ports(of peer: AppEnvironment.Peer) -> [NetworkPolicyRule.Port]? {
        let given = peer.ports?.map { NetworkPolicyRule.Port($0.port, $0.protocol) }
        let own = peer.component.flatMap(component)?.spec.ports?.map {
            NetworkPolicyRule.Port($0.targetPort ?? $0.port, $0.protocol)
        }
        let ports = given ?? own ?? []
        return ports.isEmpty ? nil : ports
    }

    /// One rule for all ingresses whose requests come from the same place.
    private func ingressControllerRules(of component: Component) -> [NetworkPolicyRule] {
        var rules: [NetworkPolicyRule] = []
        for ingress in spec.ingress ?? [] {
            let names = Set(ingress.paths.filter { $0.component == component.name }.map(\.port))
            let ports = component.ports.filter { names.contains($0.name) }
                .map { NetworkPolicyRule.Port($0.containerPort, $0.transport) }
            guard !ports.isEmpty else { continue }
            let peers = controllerPeers(of: ingress)
            if let index = rules.firstIndex(where: { $0.peers == peers }) {
                rules[index].ports += ports.filter { !rules[index].ports.contains($0) }
            } else {
                rules.append(NetworkPolicyRule(peers, ports: ports))
            }
        }
        return rules
    }

    /// Everybody, where the Service is made to be reached from outside: what comes through a node or a load balancer has the
    /// node's address.
    private func outsideRules(of component: Component) -> [NetworkPolicyRule] {
        let ports = (component.spec.ports ?? []).map { NetworkPolicyRule.Port($0.targetPort ?? $0.port, $0.protocol) }
        return component.isExposed && !ports.isEmpty ? [NetworkPolicyRule(ports: ports)] : []
    }

    private func prometheusRules(of component: Component) -> [NetworkPolicyRule] {
        guard hasServiceMonitors, let metrics = component.spec.metrics else { return [] }
        return [
            NetworkPolicyRule([.namespace(spec.network.prometheusNamespace)], ports: [.tcp(metrics.port)])
        ]
    }

    /// Traces would be refused otherwise, in every tier.
    private var otlpRule: NetworkPolicyRule? {
        guard let collector = spec.observability.otlpEndpoint.flatMap(CollectorAddress.init) else { return nil }
        switch collector.place {
        case .namespace(let name): return NetworkPolicyRule([.namespace(name)], ports: [.tcp(collector.port)])
        case .address(let address):
            return NetworkPolicyRule([.addresses(address)], ports: [.tcp(collector.port)])
        // A policy knows no names: the port towards every public address is as close as it gets.
        case .outside: return NetworkPolicyRule(PublicAddresses.peers, ports: [.tcp(collector.port)])
        }
    }
}

extension NetworkPolicyRule.Port {
    init(_ number: Int, _ transport: AppEnvironment.TransportProtocol) {
        switch transport {
        case .tcp: self = .tcp(number)
        case .udp: self = .udp(number)
        }
    }
}

/// Every address that is not private to the cluster, its nodes or their provider.
enum PublicAddresses {
    /// Source: RFC 1918, 6598 (shared address space), 3927 (link-local: the metadata services of clouds are there).
    static let privateIPv4 = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
    /// Source: RFC 4193 (unique local), 4291 (link-local).
    static let privateIPv6 = ["fc00::/7", "fe80::/10"]

    static let peers: [NetworkPolicyRule.Peer] = [
        .addresses("0.0.0.0/0", except: privateIPv4), .addresses("::/0", except: privateIPv6),
    ]
}
