internal import KubeAPI

/// What an environment depends on and others make: Secrets, hosts, certificates, namespaces.
struct EnvironmentSurroundings: Sendable {
    var secrets: EnvironmentSecrets
    /// Hosts that are somebody else's.
    var lostHosts: [String: HostClaims.Rival]
    /// Hosts that are the environment's, and that an Ingress of somebody else's serves too.
    var sharedHosts: [String: HostClaims.Rival]
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
        hosts = HostClaims(environment, environments: environments)
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
        let (lost, shared) = hosts.look(environment)
        return EnvironmentSurroundings(
            secrets: secrets.look(for: environment, deployments: deployments), lostHosts: lost, sharedHosts: shared,
            certificates: certificates.look(for: environment),
            unknownNamespaces: Set(peers.filter { namespaces.store.get(ObjectKey(name: $0)) == nil }))
    }

    func wake(_ controller: Controller, of environments: Informer) {
        secrets.wake(controller, of: environments)
        hosts.wake(controller)
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
