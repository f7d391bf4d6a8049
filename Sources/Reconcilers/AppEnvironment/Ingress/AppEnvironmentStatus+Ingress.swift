internal import KubeAPI

extension EnvironmentObservation {
    static func addIngress(_ seen: EnvironmentObservation, to conditions: inout Conditions) {
        guard let around = seen.surroundings else { return }
        seen.environment.addIngress(
            conflicts: around.conflicts, certificates: around.certificates, to: &conditions)
    }
}

extension ResolvedEnvironment {
    /// The condition `IngressReady`; none where there is no ingress.
    ///
    /// - Parameters:
    ///   - conflicts: hosts that belong to an older environment, with its name.
    ///   - certificates: by the host; `nil` where cert-manager is not installed.
    func addIngress(
        conflicts: [String: String], certificates: [String: CertificateState]?, to conditions: inout Conditions
    ) {
        let ingresses = spec.ingress ?? []
        guard !ingresses.isEmpty else { return }
        if let lost = ingresses.first(where: { conflicts[$0.host] != nil }) {
            conditions.add(
                .ingressReady,
                Finding(
                    .hostConflict,
                    """
                    host \(lost.host) belongs to the older AppEnvironment \(conflicts[lost.host] ?? ""); name another host, \
                    or take it from that one
                    """, .edit), orElse: .applied, "")
            return
        }
        guard let certificates else {
            let signed = ingresses.filter { $0.clusterIssuer != nil }
            let note = signed.isEmpty ? "" : "; cert-manager is not installed: nothing makes their certificates"
            conditions.note(.ingressReady, .true, .applied, "\(ingresses.count.counted("host"))\(note)")
            return
        }
        conditions.add(
            .ingressReady, ingresses.compactMap { pending($0, certificates[$0.host]) }.first, orElse: .applied,
            ingresses.count.counted("host"))
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
