package import KubeAPI

extension RegionalWorkerPoolReconciler {
    /// The controller of RegionalWorkerPools, with its informers and what wakes it. Its `run` is the caller's.
    ///
    /// - Parameter now: the wall clock, by which pods have had their time.
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        let reconciler = RegionalWorkerPoolReconciler(environment, now: now)
        let controller = Controller(
            name: "regionalworkerpool",
            reconciler: SchemaGuard(reconciler, of: .regionalWorkerPool, in: environment), options: controllerOptions,
            metrics: environment.metrics, logger: logger, time: environment.time)
        let directory = reconciler.directory
        let pools = reconciler.pools
        controller.reconciles(pools)
        controller.watches(environment.schemas[.regionalWorkerPool])
        controller.watches(pools) { event in
            changesOwnership(event) ? directory.rivals(of: event) : []
        }
        let gate = reconciler.claims.gate
        controller.watches(environment.nodes) { directory.pools(concernedBy: $0) + gate.pools(concernedBy: $0) }
        for pods in gate.pods { controller.watches(pods) { _ in gate.refused } }
        controller.watchesChildren(
            of: RegionalWorkerPool.self, types: RegionalWorkerPool.childTypes, owners: pools, in: environment)
        controller.watches(reconciler.priorityClasses.informer) { event in
            pools.store.list().filter { $0.priorityClassNames.contains(event.key.name) }.map(\.key)
        }
        reconciler.workloads.wake(controller, pools: pools)
        reconciler.endingNamespaces.wake(controller, owners: pools)
        pools.store.add([.namespace])
        reconciler.namespaceEnvironments.wake(controller) { namespace in
            pools.store.list(index: Indexer.namespace.name, value: namespace).map(\.key)
        }
        // KEDA's autoscalers carry our labels and name a ScaledObject as their controller.
        controller.watches(environment.children(.horizontalPodAutoscaler)) {
            $0.object.labelledOwners(of: RegionalWorkerPool.self, among: pools)
        }
        environment.exposeConditions(of: pools, kind: RegionalWorkerPool.resourceType.kind)
        return controller
    }

    init(_ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        let objects = InformerObjects(environment.informers)
        let (api, gate) = (environment.api, environment.gate)
        let applier = Applier(
            api: api, objects: objects, gate: gate, options: .init(hashAnnotation: AnnotationKey.appliedHash),
            metrics: environment.metrics, time: environment.time)
        let pools = environment.objects(of: .regionalWorkerPool)
        let permissions = environment.permissions
        let directory = NodeDirectory(
            nodes: environment.nodes, pools: pools, seal: environment.seal, mayClaimNodes: permissions.mayClaimNodes)
        self.init(
            pools: pools, directory: directory,
            claims: NodeClaims(
                directory: directory,
                writer: NodeWriter(
                    api: api, objects: objects, gate: gate, applier: applier, seal: environment.seal,
                    time: environment.time),
                gate: TaintGate(nodes: environment.nodes, in: environment)),
            children: ChildWriter(environment, types: RegionalWorkerPool.childTypes),
            endingNamespaces: EndingNamespaces(environment),
            priorityClasses: PriorityClasses(environment),
            workloads: PoolWorkloads(environment), scalers: ScalerWatch(environment),
            finalizers: Finalizers(api: api, objects: objects, gate: gate),
            status: StatusReporter(RegionalWorkerPool.resourceType, in: environment), events: environment.events,
            permissions: permissions, now: now, namespaceEnvironments: NamespaceEnvironments(environment))
    }

    /// Whether a change of one pool may give nodes to another or take them away.
    private static func changesOwnership(_ event: InformerEvent) -> Bool {
        switch event {
        // At the start every pool is looked at anyway.
        case .added(_, let isInitialList): !isInitialList
        case .updated(let old, let new):
            old.generation != new.generation || old.isBeingDeleted != new.isBeingDeleted || old.uid != new.uid
        case .deleted: true
        }
    }
}

extension CachedObject {
    /// The PriorityClasses that a pool names. From the raw object: one that breaks a rule still names its class.
    fileprivate var priorityClassNames: [String] {
        [
            value(at: "spec", "placement", "priorityClass", "name"),
            value(at: "spec", "template", "spec", "priorityClassName"),
        ].compactMap { $0?.string }
    }
}

extension ReconcilerEnvironment {
    fileprivate var nodes: Informer { informers.informer(Selection(.node), indexers: NodeDirectory.indexers) }
}
