internal import KubeAPI

/// Looks at what environments depend on and others make, and wakes those that it matters to.
struct DependencyWatch: Sendable {
    let secrets: SecretCaches
    private let hosts: HostClaims
    private let certificates: Certificates
    private let namespaces: Informer
    private let neighbours: NeighbourWatch
    private let databases: DatabaseWatch
    /// Objects of other programs, for as long as an environment has a question that they answer.
    private let others: FollowedSelections
    private let time: TimeSource
    private let server: ServerPorts

    init(_ environment: ReconcilerEnvironment, environments: Informer) {
        secrets = SecretCaches(environment)
        hosts = HostClaims(environment, environments: environments)
        certificates = Certificates(environment)
        namespaces = environment.informers.informer(Selection(.namespace))
        neighbours = NeighbourWatch(environment)
        databases = DatabaseWatch(environment)
        others = FollowedSelections(environment.informers, trim: OthersObjects.trim)
        time = environment.time
        server = ServerPorts(environment)
    }

    /// - Parameter hasRights: whether the operator may read the Secrets of the namespace.
    func find(
        _ environment: ResolvedEnvironment, hasRights: Bool, workloads: [ResourceType: Informer]
    ) async -> EnvironmentObservation.Dependencies {
        if hasRights { secrets.follow(environment) }
        await secrets.waitUntilSynced(environment)
        let named = environment.neighbourNamespaces
        let (lost, shared) = hosts.conflicts(of: environment)
        let secrets = secrets.find(for: environment, workloads: workloads)
        let missing = environment.missingSecrets(secrets)
        let key = ObjectKey(name: environment.name)
        others.follow(
            Set(Set(missing.map(\.namespace)).flatMap(SecretMakers.selections) + databases.selections(environment)),
            for: key)
        await others.all(of: key).waitUntilSynced(time)
        return EnvironmentObservation.Dependencies(
            secrets: secrets, makers: SecretMakers(of: missing, in: others.informer), lostHosts: lost,
            sharedHosts: shared,
            certificates: certificates.states(for: environment, without: lost.keys),
            unknownNamespaces: named.filter { namespaces.store.get(ObjectKey(name: $0)) == nil },
            neighbours: neighbours.find(environment),
            databases: databases.find(for: environment, in: others.informer), server: server.addresses)
    }

    /// Lets go of what is kept in memory of an environment.
    func forget(_ environment: ObjectKey) {
        secrets.forget(environment)
        others.forget(environment)
    }

    func wake(_ controller: Controller, of environments: Informer) {
        others.wake(controller)
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
        neighbours.wake(controller, of: environments)
        server.wake(controller, of: environments)
        databases.wake(controller, of: environments)
    }
}
