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
                    let json = region["nodeSelector"],
                    let selector = try? JSONValueDecoder().decode(LabelSelector.self, from: json), !selector.isEmpty
                else { return nil }
                return (name, selector)
            }
        }

        package static func == (left: Contender, right: Contender) -> Bool {
            left.pool == right.pool && left.created == right.created
                && left.regions.elementsEqual(right.regions) { $0 == $1 }
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(pool) }

        /// The first region that the node matches.
        package func region(for labels: [String: String]) -> String? {
            regions.first { $0.selector.matches(labels) }?.name
        }
    }

    /// The oldest first.
    private let contenders: [Contender]

    package init(_ contenders: [Contender]) {
        self.contenders = contenders.sorted { ($0.created, $0.pool.uid) < ($1.created, $1.pool.uid) }
    }

    /// The pool and the region that a node with these labels belongs to; `nil` where no pool wants it.
    package func owner(of labels: [String: String]) -> (pool: NodeClaim.Pool, region: String)? {
        for contender in contenders {
            if let region = contender.region(for: labels) { return (contender.pool, region) }
        }
        return nil
    }

    /// Every pool that the node matches, the oldest first.
    package func poolsMatching(_ labels: [String: String]) -> [NodeClaim.Pool] {
        contenders.filter { $0.region(for: labels) != nil }.map(\.pool)
    }
}
