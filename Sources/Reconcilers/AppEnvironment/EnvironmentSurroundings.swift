internal import KubeAPI

/// What an environment depends on and others make: Secrets, hosts, certificates, namespaces.
struct EnvironmentSurroundings: Sendable {
    var secrets: EnvironmentSecrets
    /// Hosts that belong to an older environment, with its name.
    var conflicts: [String: String]
    /// By the host; `nil` where cert-manager is not installed.
    var certificates: [String: CertificateState]?
    /// Namespaces that components connect to and that do not exist.
    var unknownNamespaces: Set<String>
}

/// Looks at those, and wakes the environments that they matter to.
struct SurroundingsWatch: Sendable {
    let secrets: SecretCaches
    private let hosts: HostClaims
    private let certificates: Certificates
    private let namespaces: Informer

    init(_ environment: ReconcilerEnvironment, environments: Informer) {
        secrets = SecretCaches(environment)
        hosts = HostClaims(environments: environments)
        certificates = Certificates(environment)
        namespaces = environment.informers.informer(Selection(.namespace))
    }

    /// - Parameter hasRights: whether the operator may read the Secrets of the namespace.
    func look(
        _ environment: ResolvedEnvironment, hasRights: Bool, deployments: Informer
    ) async -> EnvironmentSurroundings {
        if hasRights { secrets.follow(environment) }
        await secrets.settle(environment)
        let peers = environment.components.flatMap { ($0.spec.connectsTo ?? []).compactMap(\.namespace) }
        return EnvironmentSurroundings(
            secrets: secrets.look(for: environment, deployments: deployments),
            conflicts: hosts.conflicts(of: environment.environment),
            certificates: certificates.look(for: environment),
            unknownNamespaces: Set(peers.filter { namespaces.store.get(ObjectKey(name: $0)) == nil }))
    }

    func wake(_ controller: Controller, of environments: Informer) {
        secrets.wake(controller, of: environments)
        controller.watches(environments) { HostClaims.rivals(of: $0, in: environments) }
        controller.watches(certificates.informer) { Certificates.owners(of: $0, among: environments) }
        certificates.informer.addServingHandler { [weak controller] _ in
            for key in environments.store.keys() { controller?.enqueue(key, priority: .initialList) }
        }
        controller.watches(namespaces) { event in
            // Only that it is there matters.
            if case .updated = event { return [] }
            return environments.store.list(index: Indexer.peerNamespace.name, value: event.key.name).map(\.key)
        }
    }
}
