internal import KubeAPI

/// The Secrets that namespaces share, and those of the environments' own namespaces.
///
/// The operator has no right to Secrets across the cluster: each namespace has an informer of its own, which begins when
/// an environment is given the right to read there and ends with it.
struct SecretCaches: Sendable {
    private let time: TimeSource
    private let sources: [String: Informer]
    private let own: FollowedSelections
    private let seal: Seal

    init(_ environment: ReconcilerEnvironment) {
        seal = environment.seal
        own = FollowedSelections(environment.informers, trim: SecretContent.trim(environment.seal))
        time = environment.time
        let selector = LabelSelector.matching([LabelKey.share: "true"])
        sources = environment.permissions.secretSourceNamespaces.reduce(into: [:]) { sources, namespace in
            // Not awaited: a right that is missing here must not stop every environment.
            sources[namespace] = environment.informers.informer(
                Selection(.secret, namespace: namespace, labelSelector: selector), isAwaited: false)
        }
    }

    /// Wakes environments when their Secrets change, or can be read for the first time.
    ///
    /// - Parameter environments: the informer of AppEnvironments, with the index `sharedSecret`.
    func wake(_ controller: Controller, of environments: Informer) {
        own.wake(controller)
        for (namespace, informer) in sources {
            controller.watches(informer) { event in
                environments.store.list(index: Indexer.sharedSecret.name, value: "\(namespace)/\(event.key.name)")
                    .map(\.key)
            }
            informer.addServingHandler { [weak controller] _ in
                for key in environments.store.keys() { controller?.enqueue(key, priority: .initialList) }
            }
        }
    }

    /// Begins to watch the Secrets of an environment's namespace; the right to do so has been given.
    func follow(_ environment: ResolvedEnvironment) {
        let key = ObjectKey(name: environment.name)
        guard environment.usesSecrets else { return forget(key) }
        own.follow([Self.selection(environment.namespace)], for: key)
    }

    /// Ends that: the environment is gone, or has nothing to do with Secrets any more.
    func forget(_ environment: ObjectKey) { own.forget(environment) }

    /// Waits a moment for the first look at what is watched already: after a start of the operator an environment must
    /// not seem to have lost its Secrets.
    func waitUntilSynced(_ environment: ResolvedEnvironment) async {
        let watched = [
            environment.spec.secretsFrom.flatMap { sources[$0.namespace] },
            own.informer(of: ObjectKey(name: environment.name)),
        ]
        await watched.compactMap(\.self).waitUntilSynced(time)
    }

    /// What is known now.
    ///
    /// - Parameter workloads: where the hashes are that the components were rolled out with.
    func find(for environment: ResolvedEnvironment, workloads: [ResourceType: Informer]) -> EnvironmentSecrets {
        var secrets = EnvironmentSecrets()
        if let source = environment.spec.secretsFrom {
            let informer = sources[source.namespace]
            secrets.isSourcePermitted = informer != nil
            for name in source.names {
                secrets.sources[name] = lookup(name, in: source.namespace, informer)
            }
        }
        let own = own.informer(of: ObjectKey(name: environment.name))
        let names =
            environment.components.flatMap { $0.secretUses.map(\.name) }
            + (environment.spec.imagePullSecrets ?? []).map(\.name) + (environment.spec.secretsFrom?.names ?? [])
        for name in Set(names) { secrets.own[name] = lookup(name, in: environment.namespace, own) }
        for component in environment.components {
            let key = ObjectKey(namespace: environment.namespace, name: component.name)
            let live = workloads[component.workloadType]?.store.whole(key)
            secrets.rolledOut[component.name] =
                live?.value(at: "spec", "template", "metadata", "annotations")?[AnnotationKey.secretsHash]?.string
        }
        return secrets
    }

    private func lookup(_ name: String, in namespace: String, _ informer: Informer?)
        -> EnvironmentSecrets.Lookup
    {
        guard let informer, informer.hasSynced else { return .unread(informer?.problem) }
        let secret = informer.store.get(ObjectKey(namespace: namespace, name: name))
        return secret.map { .found(SecretContent($0, seal)) } ?? .missing
    }

    /// Without what Helm keeps of its releases: it is large, and nobody's environment.
    private static func selection(_ namespace: String) -> Selection {
        Selection(.secret, namespace: namespace, fieldSelector: "type!=helm.sh/release.v1")
    }
}

extension Indexer {
    /// Environments by the Secrets that they copy, as `namespace/name`.
    static let sharedSecret = Indexer("sharedSecret") { environment in
        guard let source = environment.value(at: "spec", "secretsFrom"), let namespace = source["namespace"]?.string
        else { return [] }
        return (source["names"]?.elements ?? []).compactMap(\.string).map { "\(namespace)/\($0)" }
    }
}
