import KubeAPI
import Support

@testable import Reconcilers

/// Everything that an environment's traffic may come from or go to, and some that it may not.
struct TrafficWorld {
    /// One place, with what the declared graph says of it.
    struct Site {
        enum Role: Hashable {
            case component(String)
            /// A pod of the environment's namespace that is no component's.
            case stray
            case pod(namespace: String, labels: [String: String])
            case node
            case outside
        }

        var endpoint: TrafficEndpoint
        var role: Role
        var address: String
        var node: String?
    }

    private(set) var sites: [Site] = []
    private(set) var namespaces: [String: [String: String]] = [:]
    let environment: ResolvedEnvironment

    /// Pods have addresses in 10.42.0.0/16, nodes in 192.0.2.0/24.
    init(_ environment: ResolvedEnvironment) {
        self.environment = environment
        let network = environment.spec.network
        for (index, component) in environment.components.enumerated() {
            // The second one is on the node of the next component's first.
            addPod(.component(component.name), environment.namespace, component.podLabels, node: index, component)
            addPod(.component(component.name), environment.namespace, component.podLabels, node: index + 1, component)
        }
        addPod(.stray, environment.namespace, ["app": "debug"], node: 0)
        // Of another environment, whose components have the same names.
        for component in environment.components.prefix(2) {
            let labels = component.podLabels.merging([LabelKey.appEnvironment: "another"]) { $1 }
            addForeignPod("another", labels, node: 1)
        }
        addForeignPod("elsewhere", environment.components.first?.podLabels ?? [:], node: 2)
        for (namespace, labels) in [
            (network.dns.namespace, network.dns.podLabels), (network.dns.namespace, ["app": "other"]),
            (network.ingressController.namespace, network.ingressController.podSelector),
            (network.ingressController.namespace, ["app": "other"]),
            (network.prometheusNamespace, ["app": "prometheus"]),
        ] + peers {
            addForeignPod(namespace, labels, node: 2)
        }
        for index in 0..<3 {
            add(.node("n\(index)", address: nodeAddress(index)), .node, nodeAddress(index), "n\(index)")
        }
        let cidrs = environment.components.flatMap {
            ($0.spec.connectsTo ?? []).compactMap(\.cidr) + ($0.spec.allowFrom ?? []).compactMap(\.cidr)
        }
        let blocks =
            (cidrs + (environment.spec.services ?? []).flatMap { $0.cidrs ?? [] }
            + (network.ingressController.cidrs ?? [])).map { String($0.prefix { $0 != "/" }) }
        for address in Set(
            blocks + [
                "198.51.100.7", "10.200.0.1", "172.20.0.1", "172.32.0.1", "192.168.1.1", "100.64.0.1",
                "169.254.169.254",
                "2001:db8::1", "fd00::1", "fe80::1",
            ]
        ).sorted() {
            add(.external(address), .outside, address, nil)
        }
    }

    /// Pods that match what `connectsTo` and `allowFrom` say of other namespaces, and pods beside them that do not.
    private var peers: [(String, [String: String])] {
        var named: [(String, [String: String])] = []
        for component in environment.components {
            for peer in component.spec.connectsTo ?? [] {
                if let namespace = peer.namespace { named.append((namespace, peer.podLabels ?? [:])) }
            }
            for guest in component.spec.allowFrom ?? [] {
                if let namespace = guest.namespace { named.append((namespace, guest.podLabels ?? [:])) }
                if let policy = guest.backupPolicy {
                    named.append((policy.namespace ?? "", ["quartermaster.dev/backuppolicy": policy.name, "run": "1"]))
                }
                if let pool = guest.pool {
                    named.append((pool.namespace ?? "", ["quartermaster.dev/regionalworkerpool": pool.name]))
                }
            }
        }
        for service in environment.spec.services ?? [] {
            guard let ref = service.ref else { continue }
            let cluster = ["cnpg.io/cluster": ref.name]
            for labels in [
                cluster.merging(["cnpg.io/podRole": "instance"]) { $1 },
                cluster.merging(["cnpg.io/podRole": "pooler", "cnpg.io/poolerName": ref.name]) { $1 },
                ref.podLabels ?? [:],
            ] {
                named.append((ref.namespace ?? environment.namespace, labels))
            }
        }
        // Whom it lets in of its own namespace is looked at beside its siblings.
        return named.filter { !$0.0.isEmpty }.flatMap { [$0, ($0.0, ["app": "other"])] }
    }

    private func nodeAddress(_ index: Int) -> String { "192.0.2.\(index % 3 + 1)" }

    private mutating func addForeignPod(_ namespace: String, _ labels: [String: String], node: Int) {
        addPod(.pod(namespace: namespace, labels: labels), namespace, labels, node: node)
    }

    private mutating func addPod(
        _ role: Site.Role, _ namespace: String, _ labels: [String: String], node: Int, _ component: Component? = nil
    ) {
        namespaces[namespace] = ["team": "any"]
        let address = "10.42.\(sites.count / 250).\(sites.count % 250 + 1)"
        let ports = component?.ports.map { TrafficEndpoint.Port(name: $0.name, number: $0.containerPort) } ?? []
        let name = "\(component?.name ?? "pod")-\(sites.count)"
        add(
            .pod(name, in: namespace, labels: labels, address: address, node: "n\(node % 3)", ports: ports), role,
            address,
            "n\(node % 3)")
    }

    private mutating func add(_ endpoint: TrafficEndpoint, _ role: Site.Role, _ address: String, _ node: String?) {
        sites.append(Site(endpoint: endpoint, role: role, address: address, node: node))
    }
}

/// What the spec of an environment says of one connection, read from the spec and from nothing that the builders use.
struct DeclaredGraph {
    let spec: AppEnvironment.Spec
    let namespace: String

    private var isProduction: Bool { spec.tier == .production }

    func allows(
        _ source: TrafficWorld.Site, _ destination: TrafficWorld.Site, port: Int, _ transport: Support.TransportProtocol
    ) -> Bool {
        if source.endpoint == destination.endpoint { return true }
        // The kubelet's probes.
        let hasNode = [source.role, destination.role].contains(.node)
        if hasNode, source.node == destination.node { return true }
        return mayLeave(source, destination, port, transport) && mayEnter(source, destination, port, transport)
    }

    private func mayEnter(
        _ source: TrafficWorld.Site, _ destination: TrafficWorld.Site, _ port: Int,
        _ transport: Support.TransportProtocol
    ) -> Bool {
        guard isOurs(destination), spec.network.ingress != .allow else { return true }
        if spec.network.ingress == .namespace, isOurs(source) { return true }
        guard let name = componentName(destination), let target = component(name) else {
            return componentName(source).map { uses($0, destination, port, transport) } ?? false
        }
        if let caller = componentName(source), connects(caller, to: name, port, transport) { return true }
        let web = (spec.ingress ?? []).flatMap(\.paths).filter { $0.component == name }.map(\.port)
        let isWeb = (target.ports ?? []).contains {
            web.contains($0.name) && $0.targetPort ?? $0.port == port && $0.protocol.rawValue == transport.rawValue
        }
        let controller = spec.network.ingressController
        if isWeb, isPod(source, of: controller.namespace, with: controller.podSelector) { return true }
        if isWeb, (controller.cidrs ?? []).contains(where: { isIn($0, source) }) { return true }
        if (target.allowFrom ?? []).contains(where: { isGuest(source, $0, of: target, port, transport) }) {
            return true
        }
        guard let metrics = target.metrics, metrics.port == port, transport == .tcp else { return false }
        return spec.observability.serviceMonitor ?? (spec.tier != .preview)
            && isPod(source, of: spec.network.prometheusNamespace, with: [:])
    }

    private func isGuest(
        _ source: TrafficWorld.Site, _ guest: AppEnvironment.Guest, of target: AppEnvironment.ComponentSpec,
        _ port: Int, _ transport: Support.TransportProtocol
    ) -> Bool {
        let isOpen =
            guest.ports.map { names($0, port, transport) }
            ?? (target.ports ?? []).contains {
                $0.targetPort ?? $0.port == port && $0.protocol.rawValue == transport.rawValue
            }
        guard isOpen else { return false }
        if let origin = guest.namespace { return isPod(source, of: origin, with: guest.podLabels ?? [:]) }
        if let policy = guest.backupPolicy {
            return isPod(
                source, of: policy.namespace ?? namespace, with: ["quartermaster.dev/backuppolicy": policy.name])
        }
        if let pool = guest.pool {
            return isPod(
                source, of: pool.namespace ?? namespace, with: ["quartermaster.dev/regionalworkerpool": pool.name])
        }
        return guest.cidr.map { isIn($0, source) } ?? false
    }

    private func mayLeave(
        _ source: TrafficWorld.Site, _ destination: TrafficWorld.Site, _ port: Int,
        _ transport: Support.TransportProtocol
    ) -> Bool {
        let mode = spec.network.egress ?? (isProduction ? .declared : .internet)
        guard isOurs(source), mode != .allow else { return true }
        if port == 53, transport != .sctp,
            isPod(destination, of: spec.network.dns.namespace, with: spec.network.dns.podLabels)
        {
            return true
        }
        if mode == .internet, isPublic(destination) { return true }
        if spec.network.ingress != .deny, isOurs(destination) { return true }
        guard let caller = componentName(source) else { return false }
        if uses(caller, destination, port, transport) { return true }
        if let name = componentName(destination), connects(caller, to: name, port, transport) { return true }
        for peer in component(caller)?.connectsTo ?? [] where names(peer.ports ?? [], port, transport) {
            if let namespace = peer.namespace, isPod(destination, of: namespace, with: peer.podLabels ?? [:]) {
                return true
            }
            if let cidr = peer.cidr, isIn(cidr, destination) { return true }
        }
        return isCollector(destination, port, transport)
    }

    /// Whether a component uses a service that is there.
    private func uses(
        _ caller: String, _ destination: TrafficWorld.Site, _ port: Int, _ transport: Support.TransportProtocol
    ) -> Bool {
        let used = component(caller)?.uses ?? []
        return (spec.services ?? []).contains { service in
            guard used.contains(service.name), transport == .tcp,
                port == service.port ?? (service.kind == .redis ? 6379 : 5432)
            else { return false }
            guard let ref = service.ref else {
                return service.cidrs.map { $0.contains { isIn($0, destination) } } ?? isPublic(destination)
            }
            let labels =
                switch ref.kind {
                case .cluster: ["cnpg.io/cluster": ref.name, "cnpg.io/podRole": "instance"]
                case .pooler: ["cnpg.io/poolerName": ref.name]
                case .service: ref.podLabels ?? [:]
                }
            return isPod(destination, of: ref.namespace ?? namespace, with: labels)
        }
    }

    /// Whether `default-deny` covers it.
    private func isOurs(_ site: TrafficWorld.Site) -> Bool {
        if case .pod(namespace, _) = site.role { return true }
        return site.role == .stray || componentName(site) != nil
    }

    /// Only the form that the samples have: `http://service.namespace.svc:port`.
    private func isCollector(
        _ destination: TrafficWorld.Site, _ port: Int, _ transport: Support.TransportProtocol
    ) -> Bool {
        guard let endpoint = spec.observability.otlpEndpoint else { return false }
        let parts = endpoint.split(whereSeparator: { ":/.".contains($0) }).map(String.init)
        return parts.count == 5 && parts[4] == "\(port)" && transport == .tcp
            && isPod(destination, of: parts[2], with: [:])
    }

    private func connects(_ caller: String, to name: String, _ port: Int, _ transport: Support.TransportProtocol)
        -> Bool
    {
        (component(caller)?.connectsTo ?? []).contains { peer in
            guard peer.component == name else { return false }
            if let ports = peer.ports { return names(ports, port, transport) }
            return (component(name)?.ports ?? []).contains {
                $0.targetPort ?? $0.port == port && $0.protocol.rawValue == transport.rawValue
            }
        }
    }

    private func names(
        _ ports: [AppEnvironment.Peer.Port], _ port: Int, _ transport: Support.TransportProtocol
    ) -> Bool { ports.contains { $0.port == port && $0.protocol.rawValue == transport.rawValue } }

    private func component(_ name: String) -> AppEnvironment.ComponentSpec? {
        spec.components.first { $0.name == name }
    }

    private func componentName(_ site: TrafficWorld.Site) -> String? {
        if case .component(let name) = site.role { name } else { nil }
    }

    private func isPod(_ site: TrafficWorld.Site, of namespace: String, with labels: [String: String]) -> Bool {
        guard case .pod(namespace, let own) = site.role else { return false }
        return labels.allSatisfy { own[$0.key] == $0.value }
    }

    private func isIn(_ cidr: String, _ site: TrafficWorld.Site) -> Bool {
        guard let block = AddressBlock(cidr), let address = AddressBlock(site.address) else { return false }
        return block.contains(address)
    }

    private func isPublic(_ site: TrafficWorld.Site) -> Bool {
        ![
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
        ].contains { isIn($0, site) }
    }
}
