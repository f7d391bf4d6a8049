internal import KubeAPI

extension EnvironmentObservation {
    static func addIngress(_ seen: EnvironmentObservation, to conditions: inout Conditions) {
        guard let around = seen.surroundings else { return }
        if around.lostHosts.isEmpty, let obstacle = seen.obstacle(to: "Ingress") {
            conditions.add(.ingressReady, obstacle, orElse: .applied, "")
            return
        }
        seen.environment.addIngress(
            lost: around.lostHosts, shared: around.sharedHosts, certificates: around.certificates, to: &conditions)
    }
}

extension ResolvedEnvironment {
    /// The condition `IngressReady`; none where there is no ingress.
    ///
    /// - Parameters:
    ///   - lost: hosts that are somebody else's.
    ///   - shared: hosts that an Ingress of somebody else's serves too.
    ///   - certificates: by the host; `nil` where cert-manager is not installed.
    func addIngress(
        lost: [String: HostClaims.Rival] = [:], shared: [String: HostClaims.Rival] = [:],
        certificates: [String: CertificateState]?, to conditions: inout Conditions
    ) {
        let ingresses = spec.ingress ?? []
        guard !ingresses.isEmpty else { return }
        if let rival = ingresses.lazy.compactMap({ lost[$0.host] }).first {
            let words = "host \(rival.name) belongs to \(rival.holder); name another host, or \(rival.cure)"
            conditions.add(.ingressReady, Finding(.hostConflict, words, .edit), orElse: .applied, "")
            return
        }
        var words = ingresses.count.counted("host")
        if let rival = ingresses.lazy.compactMap({ shared[$0.host] }).first {
            words += "; \(rival.holder) came later and serves \(rival.name) too"
        }
        guard let certificates else {
            let signed = ingresses.filter { $0.clusterIssuer != nil }
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
                .certificatePending, "\(certificate) for \(ingress.host) has not been made by cert-manager yet", .wait)
        case .pending(let words):
            return Finding(.certificatePending, "\(certificate) for \(ingress.host): \(words)", .wait)
        }
    }
}
