package import KubeAPI

extension RegionalWorkerPoolReconciler {
    /// The controller of RegionalWorkerPools, with its informers and what wakes it. Its `run` is the caller's.
    package static func controller(
        in environment: ReconcilerEnvironment, options: Options = Options(), logger: Logger = .disabled,
        controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        let reconciler = RegionalWorkerPoolReconciler(environment, options: options)
        let controller = Controller(
            name: "regionalworkerpool", reconciler: reconciler, options: controllerOptions,
            metrics: environment.metrics, logger: logger, time: environment.time)
        let directory = reconciler.directory
        let pools = reconciler.pools
        controller.reconciles(pools)
        controller.watches(pools) { event in
            changesOwnership(event) ? pools.store.keys().filter { $0 != event.key } : []
        }
        controller.watches(environment.nodes) { directory.pools(concernedBy: $0) }
        for type in PoolChildren.types {
            controller.watches(environment.children(type)) { owners(in: $0) }
        }
        environment.exposeConditions(of: pools, kind: RegionalWorkerPool.resourceType.kind)
        return controller
    }

    init(_ environment: ReconcilerEnvironment, options: Options) {
        let objects = InformerObjects(environment.informers)
        let (api, gate) = (environment.api, environment.gate)
        let applier = Applier(
            api: api, objects: objects, gate: gate, options: .init(hashAnnotation: AnnotationKey.appliedHash),
            metrics: environment.metrics, time: environment.time)
        let pools = environment.informers.informer(Selection(RegionalWorkerPool.resourceType))
        let directory = NodeDirectory(nodes: environment.nodes, pools: pools, mayClaimNodes: options.mayClaimNodes)
        self.init(
            pools: pools, directory: directory,
            claims: NodeClaims(
                directory: directory,
                writer: NodeWriter(api: api, objects: objects, gate: gate, applier: applier, time: environment.time)),
            children: PoolChildren(
                informers: PoolChildren.types.map(environment.children), objects: objects, applier: applier,
                pruner: Pruner(api: api, objects: objects, gate: gate) { apiVersion, kind in
                    PoolChildren.types.first { $0.apiVersion == apiVersion && $0.kind == kind }
                },
                events: environment.events),
            finalizers: Finalizers(api: api, objects: objects, gate: gate),
            statusWriter: StatusWriter(api: api, objects: objects, gate: gate), events: environment.events,
            options: options)
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

    /// The pools that a child belongs to, or did before somebody took its owner away.
    private static func owners(in event: InformerEvent) -> [ObjectKey] {
        var states = [event.object]
        if case .updated(let old, _) = event { states.append(old) }
        let keys = states.flatMap { child in
            child.ownerReferences
                .filter { $0.controller == true && $0.kind == RegionalWorkerPool.resourceType.kind }
                .map { ObjectKey(namespace: child.key.namespace, name: $0.name) }
        }
        return Array(Set(keys))
    }
}

extension ReconcilerEnvironment {
    fileprivate var nodes: Informer { informers.informer(Selection(.node), indexers: [NodeDirectory.claimIndex]) }
}
