package import KubeAPI

extension BackupPolicy {
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        PolicyReconciler(environment, now: now).controller(
            in: environment, logger: logger, controllerOptions: controllerOptions)
    }
}

extension PolicyReconciler {
    func wake(_ controller: Controller, in environment: ReconcilerEnvironment) {
        let (policies, velero) = (objects, self.velero)
        for informer in [runs.jobs, runs.pods] {
            // Their controller is another object; the label says whose they are.
            controller.watches(informer) { event in
                event.object.labelledOwners(of: BackupPolicy.self, among: policies).filter {
                    $0.namespace == event.key.namespace
                }
            }
        }
        controller.watches(velero.backups) { velero.policies(of: $0, among: policies) }
        controller.watches(servers) { Self.policies(concernedByNode: $0, among: policies) }
        controller.watches(namespaces) { event in
            guard event.key == PolicyInputs.clusterNamespace, case .added = event else { return [] }
            return policies.store.list().map(\.key)
        }
        controller.watches(namespaces) { Self.policies(concernedByNamespace: $0, among: policies) }
        controller.watches(serverPorts.slices) { event in
            ServerPorts.haveChanged(event) ? policies.store.list().map(\.key) : []
        }
        policies.store.add([.calledNamespace])
        namespaceEnvironments.wake(controller) { namespace in
            policies.store.list(index: Indexer.calledNamespace.name, value: namespace).map(\.key)
        }
        environment.exposeBackups(of: policies)
    }

    init(_ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp) {
        self.init(
            objects: environment.objects(of: .backupPolicy),
            servers: environment.informers.informer(Selection(.node)),
            namespaces: environment.informers.informer(Selection(.namespace)),
            serverPorts: ServerPorts(environment), runs: BackupRuns(environment),
            velero: VeleroRuns(environment),
            children: ChildWriter(environment, kinds: BackupPolicy.childKinds),
            priorityClasses: PriorityClasses(environment),
            finalizers: Finalizers(environment.client),
            status: StatusReporter(BackupPolicy.resourceType, in: environment, wallClock: now),
            permissions: environment.permissions, namespaceEnvironments: NamespaceEnvironments(environment), now: now)
    }

    /// A namespace concerns its policies where it enforces another level of Pod Security.
    private static func policies(concernedByNamespace event: InformerEvent, among policies: Informer) -> [ObjectKey] {
        guard case .updated(let old, let new) = event,
            PodSecurityStandard(enforcedBy: old.labels) != PodSecurityStandard(enforcedBy: new.labels)
        else { return [] }
        return policies.store.keys().filter { $0.namespace == event.key.name }
    }

    /// Nodes concern policies with a source of etcd, and only when they come, go, or get other labels.
    private static func policies(concernedByNode event: InformerEvent, among policies: Informer) -> [ObjectKey] {
        if case .updated(let old, let new) = event, old.labels == new.labels { return [] }
        return policies.store.list().filter { policy in
            policy.value(at: "spec", "sources")?.elements.contains { $0["etcd"] != nil } ?? false
        }.map(\.key)
    }
}

extension Indexer {
    /// Policies by the namespaces that their pods have to get to, and by their own.
    static let calledNamespace = Indexer("calledNamespace") { policy in
        let calls = (try? BackupPolicy.read(policy.dynamic()).get())?.calls ?? []
        return Array(Set(calls.map(\.host.namespace) + [policy.key.namespace]))
    }
}
