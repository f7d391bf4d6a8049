internal import KubeAPI

extension RegionalWorkerPool {
    /// A component that the spec names and the pods can't reach; `nil` where there is none.
    ///
    /// - Parameter find: the environment that has a namespace.
    func unknownPeer(_ find: (String) -> ResolvedEnvironment?) -> Finding? {
        let own = find(metadata.namespace ?? "")
        return callers.compactMap { unknownSibling($0, in: own) }.first
            ?? (spec.network.connectsTo ?? []).compactMap { closedPeer($0, find) }.first
    }

    private func unknownSibling(_ caller: ComponentCaller, in environment: ResolvedEnvironment?) -> Finding? {
        let place = "spec.network.connectsTo[\(caller.component)]"
        guard let environment else {
            return Finding(
                .peerUnknown,
                """
                \(place): no AppEnvironment has namespace \(metadata.namespace ?? ""); make it, or take the entry out
                """, .wait)
        }
        guard let component = environment.component(caller.component) else {
            return Finding(
                .peerUnknown,
                "\(place): AppEnvironment \(environment.name) has no such component; correct the name", .wait)
        }
        guard environment.spec.network.ingress == .deny, component.ports(for: caller).isEmpty else { return nil }
        return Finding(
            .peerUnknown,
            "\(place): the component has none of these ports, and nothing else is opened; name ports that it has", .wait
        )
    }

    /// What there is in other namespaces is not for every author of a pool to know: whatever is missing, the words are the same.
    private func closedPeer(_ peer: Network.Peer, _ find: (String) -> ResolvedEnvironment?) -> Finding? {
        let target = namespace(of: peer)
        guard target != metadata.namespace, find(target)?.letsIn(self, by: peer) != true else { return nil }
        return Finding(
            .peerUnknown,
            """
            spec.network.connectsTo[\(peer.component)]: no AppEnvironment with namespace \(target) lets the pods in; \
            allowFrom of its component \(peer.component) has to name pool \(metadata.name ?? "") of namespace \
            \(metadata.namespace ?? "") at these ports
            """, .wait)
    }

    /// What is to be said of a pool without a NetworkPolicy beside an environment; empty where there is nothing.
    func confinement(by environment: ResolvedEnvironment?) -> String {
        guard !spec.network.enabled, let environment,
            environment.egress != .allow || environment.spec.network.ingress == .deny
        else { return "" }
        return """
            ; spec.network.enabled is false, so default-deny of AppEnvironment \(environment.name) says whom the pods reach and \
            who reaches them
            """
    }
}

extension ResolvedEnvironment {
    /// Whether workers of a pool of another namespace reach what an entry of the pool's `connectsTo` names.
    fileprivate func letsIn(_ pool: RegionalWorkerPool, by peer: RegionalWorkerPool.Network.Peer) -> Bool {
        guard let component = component(peer.component) else { return false }
        if spec.network.ingress == .allow { return true }
        let ports =
            peer.ports?.map { NetworkPolicyRule.Port.tcp($0) }
            ?? (component.spec.allowFrom ?? []).flatMap { component.ports(for: $0) }
        return ports.contains { letsIn(pool.podSelector, of: pool.metadata.namespace ?? "", to: component, at: $0) }
    }
}
