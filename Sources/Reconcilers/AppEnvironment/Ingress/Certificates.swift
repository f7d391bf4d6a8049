internal import KubeAPI

/// What cert-manager says of the certificates that it was asked for.
struct Certificates: Sendable {
    let informer: Informer

    init(_ environment: ReconcilerEnvironment) {
        // cert-manager makes them, not we: no label of ours can be counted on.
        informer = environment.informers.informer(Selection(.certificate), isOptional: true)
    }

    /// The environments of the namespace that the certificate is in.
    static func owners(of event: InformerEvent, among environments: Informer) -> [ObjectKey] {
        environments.environments(in: event.key.namespace)
    }

    /// By the host; `nil` where cert-manager is not installed.
    func states(for environment: ResolvedEnvironment) -> [String: CertificateState]? {
        guard informer.isServed else { return nil }
        return (environment.spec.ingress ?? []).reduce(into: [:]) { states, ingress in
            guard ingress.isSigned, let name = ingress.secretName else { return }
            let key = ObjectKey(namespace: environment.namespace, name: name)
            states[ingress.host] = informer.store.get(key).map(CertificateState.init) ?? .absent
        }
    }
}

enum CertificateState: Sendable, Hashable {
    /// cert-manager has not made it yet.
    case absent
    case ready
    /// In cert-manager's own words.
    case pending(String)

    init(_ certificate: CachedObject) {
        let conditions = certificate.value(at: "status", "conditions")?.elements ?? []
        guard let ready = conditions.first(where: { $0["type"]?.string == "Ready" }) else {
            self = .pending("cert-manager has not looked at it yet")
            return
        }
        self = ready["status"]?.string == "True" ? .ready : .pending(ready["message"]?.string ?? "not ready")
    }
}
