package import KubeAPI

extension BackupPolicyReconciler {
    /// The controller of BackupPolicies, with its informers and what wakes it. Its `run` is the caller's.
    ///
    /// - Parameter now: the wall clock, by which runs are due and backups get old.
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        let reconciler = BackupPolicyReconciler(environment, now: now)
        let controller = Controller(
            name: "backuppolicy", reconciler: SchemaGuard(reconciler, of: .backupPolicy, in: environment),
            options: controllerOptions, metrics: environment.metrics, logger: logger, time: environment.time)
        controller.reconciles(reconciler.policies)
        controller.watches(environment.schemas[.backupPolicy])
        let policies = reconciler.policies
        controller.watchesChildren(
            of: BackupPolicy.self, types: BackupPolicy.childTypes, owners: policies, in: environment)
        for informer in [reconciler.runs.jobs, reconciler.runs.pods] {
            // Their controller is another object; the label says whose they are.
            controller.watches(informer) { event in
                event.object.labelledOwners(of: BackupPolicy.self, among: policies).filter {
                    $0.namespace == event.key.namespace
                }
            }
        }
        let velero = reconciler.velero
        controller.watches(velero.backups) { velero.policies(of: $0, among: policies) }
        controller.watches(reconciler.servers) { Self.policies(concernedByNode: $0, among: policies) }
        controller.watches(reconciler.namespaces) { event in
            guard event.key == clusterNamespace, case .added = event else { return [] }
            return policies.store.list().map(\.key)
        }
        controller.watches(reconciler.namespaces) { Self.policies(concernedByNamespace: $0, among: policies) }
        reconciler.endingNamespaces.wake(controller, owners: policies)
        controller.watches(reconciler.serverPorts.slices) { event in
            ServerPorts.haveChanged(event) ? policies.store.list().map(\.key) : []
        }
        policies.store.add([.calledNamespace])
        reconciler.namespaceEnvironments.wake(controller) { namespace in
            policies.store.list(index: Indexer.calledNamespace.name, value: namespace).map(\.key)
        }
        environment.exposeConditions(of: policies, kind: BackupPolicy.resourceType.kind)
        environment.exposeBackups(of: policies)
        return controller
    }

    init(_ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp) {
        self.init(
            policies: environment.objects(of: .backupPolicy),
            servers: environment.informers.informer(Selection(.node)),
            namespaces: environment.informers.informer(Selection(.namespace)),
            serverPorts: ServerPorts(environment), runs: BackupRuns(environment),
            velero: VeleroRuns(environment),
            children: ChildWriter(environment, types: BackupPolicy.childTypes),
            endingNamespaces: EndingNamespaces(environment),
            priorityClasses: PriorityClasses(environment),
            finalizers: Finalizers(
                api: environment.api, objects: InformerObjects(environment.informers), gate: environment.gate),
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
