internal import KubeAPI

extension RegionalWorkerPool {
    /// A component that the spec names and the pods can't reach; `nil` where there is none.
    func unknownPeer(_ environment: ResolvedEnvironment?) -> Finding? {
        let namespace = metadata.namespace ?? ""
        for caller in callers {
            let place = "spec.network.connectsTo[\(caller.component)]"
            guard let environment else {
                return Finding(
                    .peerUnknown,
                    "\(place): no AppEnvironment has namespace \(namespace); make it, or take the entry out",
                    .wait)
            }
            guard let component = environment.component(caller.component) else {
                return Finding(
                    .peerUnknown,
                    "\(place): AppEnvironment \(environment.name) has no such component; correct the name", .wait
                )
            }
            guard environment.spec.network.ingress == .deny else { continue }
            if component.ports(for: caller).isEmpty {
                return Finding(
                    .peerUnknown,
                    "\(place): the component has none of these ports, and nothing else is opened; name ports that it has",
                    .wait)
            }
        }
        return nil
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
