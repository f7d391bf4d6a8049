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

    /// By the host of an entry; `nil` where cert-manager is not installed.
    ///
    /// - Parameter lost: hosts that somebody else has: no certificate is asked for them.
    func states(
        for environment: ResolvedEnvironment, without lost: some Sequence<String>
    ) -> [String: CertificateState]? {
        guard informer.isServed else { return nil }
        let lost = Set(lost)
        return (environment.spec.ingress ?? []).reduce(into: [:]) { states, ingress in
            guard ingress.isSigned, let name = ingress.secretName else { return }
            let key = ObjectKey(namespace: environment.namespace, name: name)
            let hosts = ingress.hosts.filter { !lost.contains($0) }
            states[ingress.host] =
                informer.store.get(key).map { CertificateState($0, for: hosts) } ?? .absent
        }
    }
}

enum CertificateState: Sendable, Hashable {
    /// cert-manager has not made it yet.
    case absent
    case ready
    /// In cert-manager's own words.
    case pending(String)

    /// - Parameter hosts: what it is to be about. cert-manager learns of a host that is added a moment later, and never where the
    ///   Certificate is not its own work.
    init(_ certificate: CachedObject, for hosts: [String]) {
        let conditions = certificate.value(at: "status", "conditions")?.elements ?? []
        guard let ready = conditions.first(where: { $0["type"]?.string == "Ready" }) else {
            self = .pending("cert-manager has not looked at it yet")
            return
        }
        guard ready["status"]?.string == "True" else {
            self = .pending(ready["message"]?.string ?? "not ready")
            return
        }
        let names = Set((certificate.value(at: "spec", "dnsNames")?.elements ?? []).compactMap { $0.string })
        let missing = hosts.first { host in
            !names.isEmpty && HostName(host).map { names.isDisjoint(with: $0.overlaps) } == true
        }
        self = missing.map { .pending("it is not for \($0) yet") } ?? .ready
    }
}
