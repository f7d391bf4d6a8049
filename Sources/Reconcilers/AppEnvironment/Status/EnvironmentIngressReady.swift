internal import KubeAPI

extension EnvironmentObservation {
    static func addIngress(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard let dependencies = observed.dependencies else { return }
        if dependencies.lostHosts.isEmpty, let obstacle = observed.obstacle(to: .ingress) {
            conditions.add(.ingressReady, obstacle, orElse: .applied, "")
            return
        }
        observed.environment.addIngress(
            lost: dependencies.lostHosts, shared: dependencies.sharedHosts, certificates: dependencies.certificates,
            to: &conditions)
    }
}

extension ResolvedEnvironment {
    /// The condition `IngressReady`; none where there is no ingress.
    ///
    /// - Parameters:
    ///   - lost: hosts that are somebody else's.
    ///   - shared: by the host, what to say of an Ingress of somebody else's that serves it too.
    ///   - certificates: by the host of an entry; `nil` where cert-manager is not installed.
    func addIngress(
        lost: [String: HostClaims.Rival] = [:], shared: [String: String] = [:],
        certificates: [String: CertificateState]?, to conditions: inout Conditions
    ) {
        let ingresses = spec.ingress ?? []
        guard !ingresses.isEmpty else { return }
        let hosts = ingresses.flatMap(\.hosts)
        if let rival = hosts.lazy.compactMap({ lost[$0] }).first {
            let words = "host \(rival.name) belongs to \(rival.holder); name another host, or \(rival.cure)"
            conditions.add(.ingressReady, Finding(.hostConflict, words, .edit), orElse: .applied, "")
            return
        }
        var words = hosts.count.counted("host")
        if let other = hosts.lazy.compactMap({ shared[$0] }).first { words += "; \(other)" }
        if !unknownClasses.isEmpty {
            words += """
                ; requests are let in from where Traefik is by default: if \(unknownClasses.listed) is another controller's \
                class, set spec.network.ingressController
                """
        }
        guard let certificates else {
            let signed = ingresses.filter(\.isSigned)
            let note = signed.isEmpty ? "" : "; cert-manager is not installed: nothing makes their certificates"
            conditions.note(.ingressReady, .true, .applied, words + note)
            return
        }
        conditions.add(
            .ingressReady, ingresses.compactMap { pending($0, certificates[$0.host]) }.first, orElse: .applied, words)
    }

    private func pending(_ ingress: AppEnvironment.Ingress, _ state: CertificateState?) -> Finding? {
        let certificate = "Certificate \(namespace)/\(ingress.secretName ?? "")"
        switch state {
        case nil, .ready: return nil
        case .absent:
            return Finding(
                .certificatePending, "\(certificate) for \(ingress.hosts.listed) has not been made by cert-manager yet",
                .wait)
        case .pending(let words):
            return Finding(
                .certificatePending, "\(certificate) for \(ingress.hosts.listed): \(words)\(solverObjection)", .wait)
        }
    }

    /// A challenge whose pod the environment's own LimitRange refuses waits for ever, and cert-manager's words do not say so.
    private var solverObjection: String {
        guard let bounds = containerBounds else { return "" }
        for name in ["cpu", "memory"] {
            let (asks, most) = (ChallengeSolver.requests[name] ?? "", ChallengeSolver.limits[name] ?? "")
            if let least = Amount.quantity(bounds.minimum[name]), let request = Quantity(asks), request < least {
                return """
                    ; spec.limitRange asks for more \(name) than the \(asks) of the pods that answer challenges over HTTP: lower \
                    min, or raise --acme-http01-solver-resource-request-\(name) of cert-manager
                    """
            }
            if let highest = Amount.quantity(bounds.maximum[name]), let limit = Quantity(most), highest < limit {
                return """
                    ; spec.limitRange allows less \(name) than the \(most) of the pods that answer challenges over HTTP: raise \
                    max, or lower --acme-http01-solver-resource-limits-\(name) of cert-manager
                    """
            }
        }
        return ""
    }
}
