internal import KubeAPI

/// The Deployments and pods of pools as the cluster shows them.
struct PoolWorkloads: Sendable {
    private let deployments: Informer
    private let pods: Informer
    private let nodes: NodeReadiness
    private let places = PodPlaces()

    init(_ environment: ReconcilerEnvironment) {
        deployments = environment.children(.deployment)
        let ours = LabelSelector(matchExpressions: [.init(key: LabelKey.regionalWorkerPool, operator: .exists)])
        pods = environment.informers.informer(
            Selection(.pod, labelSelector: ours), indexers: [UnsteadyPods.indexer(LabelKey.regionalWorkerPool)],
            trim: UnsteadyPods.trim)
        nodes = NodeReadiness(environment)
    }

    /// Wakes the pools whose pods have something to say for themselves, or leave nodes where they should not be.
    func wake(_ controller: Controller, pools: Informer) {
        controller.watches(pods) { [places] event in
            let isRelief = places.note(event)
            return isRelief || UnsteadyPods.haveNews(event)
                ? event.object.labelledOwners(of: RegionalWorkerPool.self, among: pools) : []
        }
    }

    /// The live Deployment of a region; `nil` where there is none that is the pool's.
    func deployment(of region: Region, of pool: ResolvedPool) throws -> Deployment? {
        let key = ObjectKey(namespace: pool.namespace, name: region.childName)
        guard let deployment = try deployments.store.whole(key)?.dynamic().decode(Deployment.self),
            deployment.metadata.controller?.uid == pool.pool.metadata.uid
        else { return nil }
        return deployment
    }

    /// The pods that the live Deployment of a region wants; `nil` where there is none that is the pool's: another's of its name is
    /// neither scaled nor taken for the pool's.
    func replicas(of target: ScaleTarget, of pool: RegionalWorkerPool) -> Int? {
        let key = ObjectKey(namespace: pool.metadata.namespace ?? "", name: target.name)
        guard let deployment = deployments.store.whole(key),
            deployment.ownerReferences.contains(where: { $0.uid == pool.metadata.uid })
        else { return nil }
        return deployment.value(at: "spec", "replicas")?.integer.map(Int.init)
    }

    /// Adds the Deployments and what their pods say to the observation.
    ///
    /// - Returns: when to requeue although nothing may have changed.
    func observe(into observed: inout PoolObservation, _ nodeIndex: NodeIndex, at now: Timestamp) throws -> Duration? {
        let pool = observed.pool
        let ownership = nodeIndex.ownership()
        let unsteady = UnsteadyPods.of(
            pool.name, in: pool.namespace, by: LabelKey.regionalWorkerPool, from: pods)
        for index in observed.regions.indices {
            let region = observed.regions[index].region
            observed.regions[index].now = now
            observed.regions[index].deployment = try deployment(of: region, of: pool)
            let own = unsteady.filter { isMade($0, for: region) }
            observed.regions[index].pods = own
            observed.regions[index].nodeProblems = nodes.problems(ofNodesOf: own)
            observed.regions[index].misplaced = misplaced(of: region, of: pool, nodeIndex, ownership)
            if let node = observed.regions[index].unready?.name, let problem = nodes.problem(with: node) {
                observed.regions[index].unready?.problem = problem
            }
        }
        return observed.regions.compactMap { $0.health?.requeueAfter }.min()
    }

    /// A node that is gone has no labels that could be wrong: its pods go with it.
    private func misplaced(
        of region: Region, of pool: ResolvedPool, _ nodeIndex: NodeIndex, _ ownership: NodeOwnership
    ) -> [RegionObservation.Misplaced] {
        func labels(of node: String) -> [String: String]? {
            nodeIndex.node(node).map(ownership.trusting)?.baseLabels
        }
        let deployment = ObjectKey(namespace: pool.namespace, name: region.childName)
        return places.misplaced(of: deployment) { node in
            labels(of: node).map { !region.nodeSelector.matches($0) } ?? false
        }.map { node, pods in
            let owner = labels(of: node).flatMap(ownership.owner)
            let holder = owner.map { owner in
                owner.pool.key == pool.pool.key
                    ? RegionObservation.Holder.region(owner.region) : .pool(owner.pool.key)
            }
            return RegionObservation.Misplaced(node: node, pods: pods, holder: holder)
        }
    }

    private func isMade(_ pod: Pod, for region: Region) -> Bool {
        pod.metadata.labels?[LabelKey.region] == region.name && pod.isMade(for: region.childName)
    }
}
