internal import KubeAPI

extension BackupPolicy {
    /// What an environment's default-deny leaves closed between the policy's pods and what the spec names; `nil` where nothing
    /// is known to be.
    ///
    /// No finding: somebody may have a NetworkPolicy of their own that opens it.
    func closedWay(_ find: (String) -> ResolvedEnvironment?) -> String? {
        let own = metadata.namespace ?? ""
        if !spec.network.enabled, !ownSources.isEmpty, let environment = find(own), environment.egress != .allow {
            return """
                spec.network.enabled is false, so default-deny of AppEnvironment \(environment.name) says where the pods get \
                to: \(environment.egress == .internet ? "DNS and public addresses" : "DNS alone")
                """
        }
        for call in calls {
            guard let environment = find(call.host.namespace), environment.spec.network.ingress != .allow else {
                continue
            }
            let target = "\(call.host.name) at port \(call.port)"
            if call.host.namespace != own {
                if environment.letsIn(podLabels(of: call), of: own, to: call.host.name, at: call.port) { continue }
                let labels = podLabels(of: call).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return """
                    AppEnvironment \(environment.name) does not let these pods in: unless allowFrom of its component \
                    \(call.host.name) names the policy, or a NetworkPolicy in \(call.host.namespace) lets pods \
                    \(labels.joined(separator: ",")) of namespace \(own) in, they do not reach \(target)
                    """
            }
            guard environment.spec.network.ingress == .deny else { continue }
            guard let component = environment.component(call.host.name) else {
                return """
                    AppEnvironment \(environment.name) has no component \(call.host.name): unless a NetworkPolicy lets them in, \
                    the pods do not reach \(target)
                    """
            }
            if !component.ports.contains(where: { $0.port == call.port && $0.transport == .tcp }) {
                return """
                    component \(component.name) of AppEnvironment \(environment.name) has no port \(call.port), so nothing lets \
                    the pods in there; name one of its ports
                    """
            }
        }
        return nil
    }
}

extension ResolvedEnvironment {
    /// Whether `allowFrom` lets pods of others reach a component at a port of its Service.
    fileprivate func letsIn(_ podLabels: [String: String], of origin: String, to name: String, at port: Int) -> Bool {
        guard let component = component(name) else { return false }
        return component.ports.contains { own in
            own.port == port && own.transport == .tcp
                && letsIn(podLabels, of: origin, to: component, at: .tcp(own.containerPort))
        }
    }
}
