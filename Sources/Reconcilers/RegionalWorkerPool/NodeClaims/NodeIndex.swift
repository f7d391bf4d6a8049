internal import KubeAPI
internal import Synchronization

/// The nodes and pools of the cluster as claiming sees them, out of the caches.
struct NodeIndex: Sendable {
    /// Finds nodes by the pool that holds them: `namespace/name`, whatever became of the pool.
    static let claimIndex = Indexer("claim") { object in
        ledger(of: object).map { ["\($0.pool.key)"] } ?? []
    }

    /// Finds nodes by each of their labels, and by what a claim has replaced: `key=value`.
    static let labelIndex = Indexer("label") { object in
        let replaced = ledger(of: object)?.labels.compactMap { key, entry in entry.previous.map { label(key, $0) } }
        return object.labels.map { label($0.key, $0.value) } + (replaced ?? [])
    }

    /// Whoever wrote it: an index only leads to nodes that are looked at then.
    private static func ledger(of object: CachedObject) -> NodeClaim? {
        object.annotations[AnnotationKey.claim].flatMap(SealedClaim.init(annotation:))?.claim
    }

    private static func label(_ key: String, _ value: String) -> String { "\(key)=\(value)" }

    /// What the informer of nodes has to be indexed by.
    static let indexers = [claimIndex, labelIndex]

    private let nodes: Informer
    private let pools: Informer
    private let snapshots: ParsedObjects<NodeSnapshot>
    private let claimingPools: ParsedObjects<ClaimingPool>
    private let latest = LatestOwnership()

    init(
        nodes: Informer, pools: Informer, seal: Seal,
        mayClaimNodes: @escaping @Sendable (_ namespace: String) -> Bool
    ) {
        self.nodes = nodes
        self.pools = pools
        snapshots = ParsedObjects { NodeSnapshot($0.dynamic(), sealedBy: seal) }
        claimingPools = ParsedObjects { ClaimingPool($0, mayClaim: mayClaimNodes($0.key.namespace)) }
    }

    /// The nodes that the pool holds or one of the selectors may match, in the order of their names: some that none
    /// matches may be among them.
    func candidates(for pool: ObjectKey, selectors: [LabelSelector]) -> [NodeSnapshot] {
        let held = nodes.store.list(index: Self.claimIndex.name, value: "\(pool)")
        return parsed(selectors.flatMap(candidates) + held)
    }

    /// A node by its name; `nil` where there is none.
    func node(_ name: String) -> NodeSnapshot? { nodes.store.get(ObjectKey(name: name)).map(snapshots.value) }

    private func parsed(_ found: [CachedObject]) -> [NodeSnapshot] {
        let byName = Dictionary(found.map { ($0.key.name, $0) }) { first, _ in first }
        return byName.sorted { $0.key < $1.key }.map { snapshots.value(of: $0.value) }
    }

    private func candidates(for selector: LabelSelector) -> [CachedObject] {
        let byLabel = (selector.matchLabels ?? [:]).map { key, value in
            nodes.store.list(index: Self.labelIndex.name, value: Self.label(key, value))
        }
        // A selector of expressions alone has no label to look under.
        return byLabel.min { $0.count < $1.count } ?? nodes.store.list()
    }

    func ownership() -> NodeOwnership {
        let (pools, revision) = claimingPools.revised(pools.store.list())
        return latest.ownership(of: revision) {
            let unsealed = pools.compactMap { pool in pool.unsealed.map { (pool.uid, $0) } }
            return NodeOwnership(
                pools.compactMap(\.contender), unsealed: Dictionary(unsealed) { first, _ in first })
        }
    }

    /// The pools that a change of a node matters to: those that it matches or did, and those that hold it or did.
    func pools(concernedBy event: InformerEvent) -> [ObjectKey] {
        let states: [NodeSnapshot]
        switch event {
        case .added(let node, _): states = [snapshots.value(of: node)]
        case .updated(let old, let new):
            // The old one first: it is known already, and the new one takes its place.
            states = [snapshots.value(of: old), snapshots.value(of: new)]
            // A report of the kubelet that changes nothing for us.
            if states[0].isSame(as: states[1]) { return [] }
        case .deleted(let node):
            states = [snapshots.value(of: node)]
            snapshots.forget(node.key)
        }
        let ownership = ownership()
        let keys = states.flatMap { node in
            ownership.poolsMatching(node.baseLabels).map(\.key) + node.poolsNamed
        }
        return Array(Set(keys))
    }

    /// The other pools that want, or hold, a node that a changed pool matches or did.
    func rivals(of event: InformerEvent) -> [ObjectKey] {
        var states = [event.object]
        if case .updated(let old, _) = event { states.append(old) }
        let selectors = states.flatMap { NodeOwnership.selectors(of: $0.dynamic()) }
        let ownership = ownership()
        let matched = parsed(selectors.flatMap(candidates)).filter { node in
            selectors.contains { $0.matches(node.baseLabels) }
        }
        let keys = matched.flatMap { node in
            ownership.poolsMatching(node.baseLabels).map(\.key) + node.poolsNamed
        }
        return Array(Set(keys).subtracting([event.key]))
    }
}

extension NodeSnapshot {
    /// The pool whose ledger the node carries, whether it counts or not.
    fileprivate var poolsNamed: [ObjectKey] { [claim?.pool.key, unproven?.claim.pool.key].compactMap(\.self) }
}

/// A pool as far as the claims of nodes need it.
private struct ClaimingPool: Sendable, Equatable {
    let uid: String
    /// `nil` where it may or can claim nothing.
    let contender: NodeOwnership.Contender?
    /// What its ledgers without a seal may name; `nil` once all of its nodes have been sealed.
    let unsealed: ClaimKeys?

    init(_ object: CachedObject, mayClaim: Bool) {
        uid = object.uid
        let pool = object.dynamic()
        contender = mayClaim ? NodeOwnership.Contender(pool) : nil
        // A pool without a status is younger than seals: nobody may keep it from being sealed.
        let isOlder = pool[path: "status", "observedGeneration"]?.integer ?? 0 > 0
        let isSealed = !isOlder || pool[path: "status", "ledgersSealed"]?.bool == true
        unsealed = isSealed ? nil : (try? RegionalWorkerPool.read(pool).get()).map(ClaimKeys.init)
    }
}

/// The ownership that follows from the specs of the pools as they are: their statuses change all the time.
private final class LatestOwnership: Sendable {
    private let latest = Mutex<(revision: Int, ownership: NodeOwnership)?>(nil)

    func ownership(of revision: Int, _ make: () -> NodeOwnership) -> NodeOwnership {
        latest.withLock { latest in
            if let latest, latest.revision == revision { return latest.ownership }
            let ownership = make()
            latest = (revision, ownership)
            return ownership
        }
    }
}
