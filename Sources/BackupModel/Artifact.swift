/// What is wrong with an artifact that is stored all the same.
package enum Flaw: String, Sendable, Hashable, CaseIterable {
    /// It does not hold all that it should.
    case partial
    /// It is smaller than can be believed.
    case suspect
}

/// An artifact as a store lists it: committed, so that it was whole when it was stored.
package struct Artifact: Sendable, Hashable {
    package var stamp: Stamp
    package var sizeBytes: Int64
    /// Empty where nothing is wrong with it.
    package var flaws: Set<Flaw>
    /// The UID of the cluster that made it; `nil` of those from before clusters were named.
    package var cluster: String?
    /// The name under which the store knows it: a snapshot's, an archive's.
    package var id: String

    package init(stamp: Stamp, sizeBytes: Int64, flaws: Set<Flaw> = [], cluster: String? = nil, id: String) {
        self.stamp = stamp
        self.sizeBytes = sizeBytes
        self.flaws = flaws
        self.cluster = cluster
        self.id = id
    }

    package var isComplete: Bool { flaws.isEmpty }
}

/// Whose artifacts of one source a store holds.
package struct Series: Sendable, Hashable {
    package var namespace: String
    package var policy: String
    package var source: String
    /// The UID of the cluster's namespace `kube-system`: it is the same as long as the cluster lives.
    package var cluster: String
    /// The cluster whose artifacts are taken over, where an administrator said so.
    package var predecessor: String?

    package init(namespace: String, policy: String, source: String, cluster: String, predecessor: String? = nil) {
        self.namespace = namespace
        self.policy = policy
        self.source = source
        self.cluster = cluster
        self.predecessor = predecessor
    }

    /// Whether the cluster of a mark is this one, or the one that this one follows.
    package func isOwn(_ owner: String?) -> Bool {
        guard let owner else { return true }
        return owner == cluster || owner == predecessor
    }
}
