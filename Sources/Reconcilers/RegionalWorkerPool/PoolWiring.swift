package import KubeAPI

extension RegionalWorkerPool {
    package static func controller(
        in environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        logger: Logger = .disabled, controllerOptions: Controller.Options = Controller.Options()
    ) -> Controller {
        PoolReconciler(environment, now: now).controller(
            in: environment, logger: logger, controllerOptions: controllerOptions)
    }
}

extension PoolReconciler {
    func wake(_ controller: Controller, in environment: ReconcilerEnvironment) {
        let (pools, nodeIndex, gate) = (objects, self.nodeIndex, claims.gate)
        controller.watches(pools) { event in
            Self.changesOwnership(event) ? nodeIndex.rivals(of: event) : []
        }
        controller.watches(environment.nodes) { nodeIndex.pools(concernedBy: $0) + gate.pools(concernedBy: $0) }
        for pods in gate.pods { controller.watches(pods) { _ in gate.refused } }
        controller.watches(priorityClasses.informer) { event in
            pools.store.list().filter { $0.priorityClassNames.contains(event.key.name) }.map(\.key)
        }
        workloads.wake(controller, pools: pools)
        pools.store.add([.namespaceOfPeers])
        namespaceEnvironments.wake(controller) { namespace in
            pools.store.list(index: Indexer.namespaceOfPeers.name, value: namespace).map(\.key)
        }
        // KEDA's autoscalers carry our labels and name a ScaledObject as their controller.
        controller.watches(environment.children(.horizontalPodAutoscaler)) {
            $0.object.labelledOwners(of: RegionalWorkerPool.self, among: pools)
        }
        scalers.wake(controller) { namespace, name in
            pools.store.list(index: Indexer.namespaceOfPeers.name, value: namespace).filter { pool in
                pool.key.namespace == namespace
                    && (pool.value(at: "spec", "regions")?.elements ?? []).contains {
                        ChildName.joined(pool.key.name, $0["name"]?.string ?? "") == name
                    }
            }.map(\.key)
        }
    }

    init(_ environment: ReconcilerEnvironment, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        let pools = environment.objects(of: .regionalWorkerPool)
        let permissions = environment.permissions
        let nodeIndex = NodeIndex(
            nodes: environment.nodes, pools: pools, seal: environment.seal, mayClaimNodes: permissions.mayClaimNodes)
        self.init(
            objects: pools, nodeIndex: nodeIndex,
            claims: NodeClaims(
                nodeIndex: nodeIndex,
                writer: NodeWriter(
                    environment.client, applier: environment.applier(), seal: environment.seal, time: environment.time),
                gate: TaintGate(nodes: environment.nodes, in: environment)),
            children: ChildWriter(environment, kinds: RegionalWorkerPool.childKinds),
            priorityClasses: PriorityClasses(environment),
            workloads: PoolWorkloads(environment), scalers: ScalerHandover(environment), seal: environment.seal,
            finalizers: Finalizers(environment.client),
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
    fileprivate var nodes: Informer { informers.informer(Selection(.node), indexers: NodeIndex.indexers) }
}

extension Indexer {
    /// Pools by the namespaces of the components that their pods are to reach, and by their own.
    fileprivate static let namespaceOfPeers = Indexer("namespaceOfPeers") { pool in
        let peers = pool.value(at: "spec", "network", "connectsTo")?.elements ?? []
        let named = peers.compactMap { $0["namespace"]?.string }.filter { !$0.isEmpty }
        return Array(Set(named + [pool.key.namespace]))
    }
}
