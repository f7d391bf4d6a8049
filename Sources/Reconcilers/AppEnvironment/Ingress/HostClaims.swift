internal import KubeAPI

/// Which environment a host belongs to: the oldest of those that name it.
struct HostClaims: Sendable {
    /// With the index `ingressHost`.
    let environments: Informer

    /// The hosts of an environment that belong to an older one, with that one's name.
    func conflicts(of environment: AppEnvironment) -> [String: String] {
        guard let live = environments.store.get(ObjectKey(name: environment.metadata.name ?? "")) else { return [:] }
        let own = Claim(live)
        return (environment.spec.ingress ?? []).reduce(into: [:]) { conflicts, ingress in
            let claims = environments.store.list(index: Indexer.ingressHost.name, value: ingress.host).map(Claim.init)
            if let oldest = claims.min(), oldest < own { conflicts[ingress.host] = oldest.name }
        }
    }

    /// The environments that name a host of this one: they may win or lose it when this one changes.
    static func rivals(of event: InformerEvent, in environments: Informer) -> [ObjectKey] {
        var hosts = Set(Indexer.ingressHost.values(event.object))
        if case .updated(let old, let new) = event {
            let before = Set(Indexer.ingressHost.values(old))
            // Most changes leave the hosts alone.
            if before == hosts, old.isBeingDeleted == new.isBeingDeleted { return [] }
            hosts.formUnion(before)
        }
        let rivals = hosts.flatMap { environments.store.list(index: Indexer.ingressHost.name, value: $0) }
        return Array(Set(rivals.map(\.key)).subtracting([event.key]))
    }

    /// Ordered by age; of two of one second the smaller UID is taken for older.
    private struct Claim: Comparable {
        var name: String
        private var created: String
        private var uid: String

        init(_ environment: CachedObject) {
            name = environment.key.name
            created = environment.value(at: "metadata", "creationTimestamp")?.string ?? ""
            uid = environment.uid
        }

        static func < (left: Claim, right: Claim) -> Bool { (left.created, left.uid) < (right.created, right.uid) }
    }
}

extension Indexer {
    /// Environments by the hosts of their ingress.
    static let ingressHost = Indexer("ingressHost") { environment in
        (environment.value(at: "spec", "ingress")?.elements ?? []).compactMap { $0["host"]?.string }
    }
}
