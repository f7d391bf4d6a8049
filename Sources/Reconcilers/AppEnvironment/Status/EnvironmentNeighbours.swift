internal import KubeAPI

// A way between two objects is open where both name it. What only one of them names is said, but is no finding: somebody may
// have a NetworkPolicy of their own that opens the other side.
extension ResolvedEnvironment {
    /// A policy or a pool that `allowFrom` names and that does not exist.
    func unknownGuest(among neighbours: Neighbours) -> Finding? {
        guard neighbours.areKnown else { return nil }
        for component in components {
            for guest in component.spec.allowFrom ?? [] {
                if let key = guest.backupPolicy?.key(namespace), neighbours.policies[key] == nil {
                    return unknown("BackupPolicy \(key)", to: component)
                }
                if let key = guest.pool?.key(namespace), neighbours.pools[key] == nil {
                    return unknown("RegionalWorkerPool \(key)", to: component)
                }
            }
        }
        return nil
    }

    private func unknown(_ guest: String, to component: Component) -> Finding {
        Finding(
            .peerUnknown, "\(component.name) lets in \(guest), which does not exist; make it or correct allowFrom",
            .wait)
    }

    /// Ways that one side alone names, in the order of the spec.
    func oneSidedWays(to neighbours: Neighbours) -> [String] {
        guard neighbours.areKnown else { return [] }
        return components.flatMap { component in
            (component.spec.connectsTo ?? []).compactMap { oneSided($0, from: component, neighbours) }
                + component.services.compactMap { oneSided($0, from: component, neighbours) }
                + (component.spec.allowFrom ?? []).compactMap { oneSided($0, to: component, neighbours) }
        }
    }

    private func oneSided(
        _ peer: AppEnvironment.Peer, from component: Component, _ neighbours: Neighbours
    ) -> String? {
        guard let target = peer.namespace, let other = neighbours.environments[target],
            other.spec.network.ingress != .allow
        else { return nil }
        let candidates = other.components.filter { $0.isSelected(by: peer.podLabels) }
        let closed = (peer.ports ?? []).filter { port in
            !candidates.contains {
                other.letsIn(
                    component.allPodLabels, of: namespace, to: $0, at: NetworkPolicyRule.Port(port.port, port.protocol))
            }
        }
        guard !closed.isEmpty else { return nil }
        return """
            \(component.name) connects to namespace \(target), where no such component of AppEnvironment \(other.name) lets it \
            in at port \(closed.map { "\($0.port)" }.listed): allowFrom there has to name namespace \(namespace)
            """
    }

    private func oneSided(_ service: BoundService, from component: Component, _ neighbours: Neighbours) -> String? {
        guard service.spec.kind == .postgres else {
            return service.peers.lazy.compactMap { self.oneSided($0, from: component, neighbours) }.first
        }
        // Pods of a database are no component's.
        guard let target = service.namespace, let other = neighbours.environments[target],
            other.spec.network.ingress != .allow
        else { return nil }
        return """
            \(component.name) uses \(service.title), whose namespace is that of AppEnvironment \(other.name): a NetworkPolicy of \
            yours there has to let pods of namespace \(namespace) in at port \(service.port)
            """
    }

    private func oneSided(
        _ guest: AppEnvironment.Guest, to component: Component, _ neighbours: Neighbours
    ) -> String? {
        if let key = guest.backupPolicy?.key(namespace), let policy = neighbours.policies[key] ?? nil {
            return oneSided(policy, key, guest, to: component)
        }
        if let key = guest.pool?.key(namespace), let pool = neighbours.pools[key] ?? nil {
            return oneSided(pool, key, guest, to: component)
        }
        guard let origin = guest.namespace, let other = neighbours.environments[origin], other.egress != .allow else {
            return nil
        }
        let callers = other.components.filter { $0.isSelected(by: guest.podLabels) }
        if callers.isEmpty {
            return """
                \(component.name) lets in pods of namespace \(origin), of which AppEnvironment \(other.name) has no such \
                component: they get out only by a NetworkPolicy of your own
                """
        }
        let ports = component.ports(for: guest)
        let connects = callers.flatMap { $0.spec.connectsTo ?? [] }.contains { peer in
            peer.namespace == namespace && component.isSelected(by: peer.podLabels)
                && (peer.ports ?? []).contains { ports.contains(NetworkPolicyRule.Port($0.port, $0.protocol)) }
        }
        if connects { return nil }
        return """
            \(component.name) lets in namespace \(origin), where no such component of AppEnvironment \(other.name) connects to \
            it: connectsTo there has to name namespace \(namespace) and these ports
            """
    }

    private func oneSided(
        _ pool: RegionalWorkerPool, _ key: ObjectKey, _ guest: AppEnvironment.Guest, to component: Component
    ) -> String? {
        let network = pool.spec.network
        let ports = component.ports(for: guest)
        let connects = (network.connectsTo ?? []).contains { peer in
            peer.component == component.name && pool.namespace(of: peer) == namespace
                && peer.ports?.contains { ports.contains(.tcp($0)) } ?? true
        }
        // Rules that the pool's author wrote are not interpreted.
        if !network.enabled || connects || network.extraEgress?.isEmpty == false { return nil }
        return """
            \(component.name) lets in RegionalWorkerPool \(key), which does not let its pods out to it: its \
            network.connectsTo has to name the component, and namespace \(namespace)
            """
    }

    private func oneSided(
        _ policy: BackupPolicy, _ key: ObjectKey, _ guest: AppEnvironment.Guest, to component: Component
    ) -> String? {
        // An address in a Secret is not known.
        if policy.destinationEndpoints.contains(.unknown) || policy.spec.network.egressPorts?.isEmpty == false {
            return nil
        }
        let calls = policy.calls.filter { $0.host.namespace == namespace && $0.host.name == component.name }
        if calls.isEmpty {
            return
                "\(component.name) lets in BackupPolicy \(key), which does not name \(component.name).\(namespace).svc"
        }
        // One of its own namespace is let in by what it names itself.
        if key.namespace == namespace { return nil }
        let open = component.ports(for: guest)
        let closed = calls.filter { call in
            !component.ports.contains { $0.port == call.port && open.contains(.tcp($0.containerPort)) }
        }
        guard let first = closed.first else { return nil }
        return
            "BackupPolicy \(key) calls \(component.name) at port \(first.port), at which allowFrom does not let it in"
    }
}
