internal import KubeAPI
internal import Synchronization

/// Lets a pool's new taints through, one pool at a time, where they lock nobody out: see `LockOut`.
///
/// What was let through counts as written from then on, so that two pools can't each take what the other one leaves.
/// There is one leader, so one gate.
final class TaintGate: Sendable {
    struct Verdict: Sendable {
        var lockOut: LockOut?
        /// Whether writes of other pools that may yet fail were part of the reckoning.
        var isContested = false
    }

    private struct State {
        /// Taints on their way, by pool and node.
        var underWay: [ObjectKey: [String: [Taint]]] = [:]
        /// Pools that were refused: to be looked at again when the nodes or the pods have changed.
        var refused: Set<ObjectKey> = []
    }

    /// The cluster's DNS: what goes with it is everybody's.
    private static let dns = Selection(
        .pod, namespace: "kube-system", labelSelector: .matching(["k8s-app": "kube-dns"]))

    private let nodes: Informer
    /// Few: those of the DNS and the operator's own.
    let pods: [Informer]
    private let places = ParsedObjects(LockOut.Place.init)
    private let state = Mutex(State())

    init(nodes: Informer, in environment: ReconcilerEnvironment) {
        self.nodes = nodes
        let own = Selection(
            .pod, namespace: environment.permissions.operatorNamespace,
            labelSelector: .matching(LabelKey.operatorPods))
        pods = [Self.dns, own].map { environment.informers.informer($0) }
    }

    /// Whether a pool may write these taints, by the node's name. From a yes to `finish` they count as written.
    func admit(_ taints: [String: [Taint]], of pool: ObjectKey, under policy: RegionalWorkerPool.LockOutPolicy)
        -> Verdict
    {
        state.withLock { state in
            guard policy == .refuse else {
                state.underWay[pool] = taints
                state.refused.remove(pool)
                return Verdict()
            }
            // Read under the lock: what the pool before has written is in the cache, or still under way.
            var places = places.revised(nodes.store.list()).values
            let others = state.underWay.filter { $0.key != pool }.values
            for index in places.indices {
                places[index].taints += others.flatMap { $0[places[index].name] ?? [] }
            }
            let vital = pods.flatMap { $0.store.list() }.compactMap(LockOut.VitalPod.init)
            let lockOut = LockOut.check(places: places, pods: vital, adding: taints)
            if lockOut == nil {
                state.underWay[pool] = taints
                state.refused.remove(pool)
            } else {
                state.refused.insert(pool)
            }
            return Verdict(lockOut: lockOut, isContested: lockOut != nil && !others.isEmpty)
        }
    }

    /// The pool's writes are done: its taints are on the nodes, or have failed.
    func finish(_ pool: ObjectKey) { state.withLock { _ = $0.underWay.removeValue(forKey: pool) } }

    /// The pool has no taints to write.
    func forget(_ pool: ObjectKey) { state.withLock { _ = $0.refused.remove(pool) } }

    /// The pools that a change of any node may let through.
    func pools(concernedBy event: InformerEvent) -> [ObjectKey] {
        let refused = refused
        if refused.isEmpty { return [] }
        if case .updated(let old, let new) = event, LockOut.Place(old) == LockOut.Place(new) { return [] }
        return refused
    }

    /// The pools that a change of the pods may let through.
    var refused: [ObjectKey] { state.withLock { Array($0.refused) } }
}
