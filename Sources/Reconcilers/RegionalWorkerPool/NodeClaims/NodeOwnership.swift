package import KubeAPI

/// Decides which pool, and which of its regions, a node belongs to.
///
/// The older pool wins, ties go by UID; within a pool the first enabled region of the list. The decision looks at specs
/// alone, so every pool comes to the same one, whoever looks first.
package struct NodeOwnership: Sendable {
    /// A pool that may claim nodes, as far as the decision needs it.
    package struct Contender: Sendable, Hashable {
        package var pool: NodeClaim.Pool
        package var created: Timestamp
        /// The enabled ones, in the order of the list.
        package var regions: [(name: String, selector: LabelSelector)]

        /// - Returns: `nil` for a pool that claims nothing: it is being deleted, or its regions cannot be read.
        package init?(_ object: DynamicObject) {
            guard !object.isBeingDeleted, let regions = object[path: "spec", "regions"]?.array else { return nil }
            pool = NodeClaim.Pool(uid: object.uid, namespace: object.namespace, name: object.name)
            let text = object[path: "metadata", "creationTimestamp"]?.string
            created = text.flatMap(Timestamp.init(rfc3339:)) ?? Timestamp(secondsSinceEpoch: 0)
            self.regions = regions.compactMap { region in
                guard region["enabled"]?.bool ?? true, let name = region["name"]?.string,
                    let selector = NodeOwnership.selector(of: region)
                else { return nil }
                return (name, selector)
            }
        }

        package static func == (left: Contender, right: Contender) -> Bool {
            left.pool == right.pool && left.created == right.created
                && left.regions.elementsEqual(right.regions) { $0 == $1 }
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(pool) }
    }

    /// A region of a contender, by its place among all: the lesser wins.
    private struct Place: Comparable {
        var contender: Int
        var region: Int

        static func < (one: Place, other: Place) -> Bool {
            (one.contender, one.region) < (other.contender, other.region)
        }
    }

    private struct Label: Hashable {
        var key: String
        var value: String
    }

    /// The oldest first.
    private let contenders: [Contender]
    /// What ledgers without a seal may name, by the UID of their pool: of pools whose nodes have not all been sealed yet.
    private let unsealed: [String: ClaimKeys]
    /// Where to look for a node that has a label: one of the labels that the selector wants.
    private var places: [Label: [Place]] = [:]
    /// Selectors that want no label with a certain value.
    private var others: [Place] = []

    package init(_ contenders: [Contender], unsealed: [String: ClaimKeys] = [:]) {
        self.unsealed = unsealed
        self.contenders = contenders.sorted { ($0.created, $0.pool.uid) < ($1.created, $1.pool.uid) }
        let selectors = self.contenders.enumerated().flatMap { index, contender in
            contender.regions.enumerated().map { (Place(contender: index, region: $0), $1.selector) }
        }
        var uses: [Label: Int] = [:]
        for (_, selector) in selectors { for label in Self.labels(of: selector) { uses[label, default: 0] += 1 } }
        for (place, selector) in selectors {
            // Under the rarest: what every node has would lead nowhere.
            if let label = Self.labels(of: selector).min(by: { uses[$0, default: 0] < uses[$1, default: 0] }) {
                places[label, default: []].append(place)
            } else {
                others.append(place)
            }
        }
    }

    /// What the regions of a pool select, whether they may claim it or not.
    static func selectors(of pool: DynamicObject) -> [LabelSelector] {
        (pool[path: "spec", "regions"]?.array ?? []).compactMap(selector)
    }

    private static func selector(of region: JSONValue) -> LabelSelector? {
        guard let json = region["nodeSelector"],
            let selector = try? JSONValueDecoder().decode(LabelSelector.self, from: json), !selector.isEmpty
        else { return nil }
        return selector
    }

    private static func labels(of selector: LabelSelector) -> [Label] {
        (selector.matchLabels ?? [:]).map { Label(key: $0.key, value: $0.value) }
    }

    /// A ledger from before there were seals counts for a pool that there is, in what the pool's spec names.
    func trusting(_ node: NodeSnapshot) -> NodeSnapshot {
        guard let unproven = node.unproven, !unproven.hasSeal, let keys = unsealed[unproven.claim.pool.uid] else {
            return node
        }
        var trusted = node
        trusted.claim = keys.bounded(unproven.claim)
        trusted.unproven = nil
        return trusted
    }

    /// The pool and the region that a node with these labels belongs to; `nil` where no pool wants it.
    package func owner(of labels: [String: String]) -> (pool: NodeClaim.Pool, region: String)? {
        matching(labels).min().map { (contenders[$0.contender].pool, contenders[$0.contender].regions[$0.region].name) }
    }

    /// Every pool that the node matches, the oldest first.
    package func poolsMatching(_ labels: [String: String]) -> [NodeClaim.Pool] {
        Set(matching(labels).map(\.contender)).sorted().map { contenders[$0].pool }
    }

    private func matching(_ labels: [String: String]) -> [Place] {
        let candidates = labels.flatMap { places[Label(key: $0.key, value: $0.value)] ?? [] } + others
        return candidates.filter { contenders[$0.contender].regions[$0.region].selector.matches(labels) }
    }
}
