internal import KubeAPI

/// Who has a host: of environments the oldest that names it, by the server's time; and what an Ingress of nobody's
/// environment serves is left to it.
///
/// Nothing that others write decides: an Ingress can be old and get a host today, so an environment whose own Ingress
/// serves a host keeps it, and one that does not serve it yet stands back.
struct HostClaims: Sendable {
    /// A host that is somebody else's too.
    struct Rival: Sendable, Hashable {
        /// The name that both have: the host, or one that its annotations add.
        var name: String
        var holder: String
        /// How the holder could give it up.
        var cure: String
    }

    /// With the index `environmentHost`.
    private let environments: Informer
    /// Those with our label, and all others: of these only what is looked at here is kept.
    private let ingresses: [Informer]
    private let seal: Seal

    init(_ environment: ReconcilerEnvironment, environments: Informer) {
        self.environments = environments
        seal = environment.seal
        let ours = environment.children(.ingress)
        ours.store.add([.servedHost])
        let others = LabelSelector(matchExpressions: [
            .init(key: LabelKey.managedBy, operator: .notIn, values: [LabelKey.manager])
        ])
        ingresses = [
            ours,
            environment.informers.informer(
                Selection(.ingress, labelSelector: others), indexers: [.servedHost], trim: ForeignObjects.outline),
        ]
    }

    /// By the host of the environment's ingress: who has it.
    ///
    /// An alias that an annotation adds is one of all hosts of its entry.
    ///
    /// - Returns: the hosts that are lost to others, and of those that an Ingress serves beside the environment what to say.
    func conflicts(of environment: ResolvedEnvironment) -> (lost: [String: Rival], shared: [String: String]) {
        guard let live = environments.store.get(ObjectKey(name: environment.name)) else { return ([:], [:]) }
        var lost: [String: Rival] = [:]
        var shared: [String: String] = [:]
        for entry in environment.spec.ingress ?? [] {
            let own = hostsServed(by: environment, for: entry)
            for host in entry.hosts {
                for name in HostName.all([host], entry.annotations ?? [:]) {
                    if let older = older(than: live, naming: name) {
                        lost[host] = older
                    } else if let other = ingress(serving: name, beside: environment) {
                        if own.contains(name) {
                            shared[host] = "\(other.holder) came later and serves \(other.name) too"
                        } else {
                            lost[host] = other
                        }
                    } else if shared[host] == nil {
                        shared[host] = companion(serving: name, beside: environment)
                    }
                }
            }
        }
        return (lost, shared.filter { lost[$0.key] == nil })
    }

    /// What the environment serves already: by the Ingresses that the entry wants, and by those that it has made, which may have had
    /// the host in another entry. Labels prove nothing: an editor of the namespace writes them.
    private func hostsServed(
        by environment: ResolvedEnvironment, for entry: AppEnvironment.Ingress
    ) -> Set<HostName> {
        let wanted = entry.routes.map { ObjectKey(namespace: environment.namespace, name: $0.name) }
        let made = (environment.environment.status?.inventory ?? []).filter { $0.kind == ResourceType.ingress.kind }
        let own = Set(wanted + made.map(\.key)).compactMap(ingresses[0].store.get).filter {
            environment.owns($0, .ingress, seal)
        }
        return Set(own.flatMap(\.servedHosts))
    }

    private func older(than live: CachedObject, naming name: HostName) -> Rival? {
        let claims = name.overlaps.flatMap { environments.store.list(index: Indexer.environmentHost.name, value: $0) }
        guard let oldest = claims.map(Claim.init).min(), oldest < Claim(live) else { return nil }
        return Rival(
            name: name.text, holder: "the older AppEnvironment \(oldest.name)", cure: "take it from that one")
    }

    /// An Ingress of no environment that serves the name.
    private func ingress(serving name: HostName, beside environment: ResolvedEnvironment) -> Rival? {
        let others = serving(name).filter { ingress in
            !environment.owns(ingress) && !environment.adopts(ingress) && !Self.consents(ingress)
                && !isOfAnEnvironment(ingress, naming: name)
        }
        return others.map(\.key).min().map { key in
            // Elsewhere a list of ours is nobody's consent.
            let listing = key.namespace == environment.namespace ? " list it in spec.adopt.objects," : ""
            return Rival(
                name: name.text, holder: "Ingress \(key)",
                cure: "delete that Ingress,\(listing) or label it \(LabelKey.share)=true so that both serve it")
        }
    }

    /// What to say of an Ingress that may serve the name beside the environment's: the spec lists it, or its owner consents. Not of
    /// what cert-manager makes, which is gone in a moment.
    private func companion(serving name: HostName, beside environment: ResolvedEnvironment) -> String? {
        let wanted = Set((environment.spec.ingress ?? []).flatMap(\.routes).map(\.name))
        let others = serving(name).filter { ingress in
            let isWanted = ingress.key.namespace == environment.namespace && wanted.contains(ingress.key.name)
            return !isWanted && !environment.owns(ingress)
                && (environment.adopts(ingress) || ingress.labels[LabelKey.share] == "true")
        }
        guard let ingress = others.min(by: { $0.key < $1.key }) else { return nil }
        let words = "Ingress \(ingress.key) serves \(name.text), too"
        return environment.adopts(ingress) ? "\(words): once the environment's own answers, delete it" : words
    }

    private func serving(_ name: HostName) -> [CachedObject] {
        ingresses.flatMap { informer in
            name.overlaps.flatMap { informer.store.list(index: Indexer.servedHost.name, value: $0) }
        }
    }

    /// Whether its owner lets environments serve its hosts too. cert-manager does, while it proves that a host is the
    /// environment's.
    private static func consents(_ ingress: CachedObject) -> Bool {
        let labels = ingress.labels
        return labels[LabelKey.share] == "true" || labels[LabelKey.challengeSolver] == "true"
    }

    /// Whether an environment speaks for the Ingress: then its age counts, not what stands here.
    private func isOfAnEnvironment(_ ingress: CachedObject, naming name: HostName) -> Bool {
        guard let owner = ingress.labels[LabelKey.appEnvironment] else { return false }
        return environments.environments(in: ingress.key.namespace).contains { key in
            guard ChildName.labelValue(key.name) == owner, let live = environments.store.get(key) else { return false }
            return !Set(Indexer.environmentHost.values(live)).isDisjoint(with: name.overlaps)
        }
    }

    func wake(_ controller: Controller) {
        controller.watches(environments) { event in rivals(of: event, on: \.environmentHosts) }
        for informer in ingresses {
            controller.watches(informer) { event in rivals(of: event, on: \.servedHosts) }
        }
    }

    /// The environments that name a host of this object: they may win or lose it when it changes.
    private func rivals(of event: InformerEvent, on hosts: (CachedObject) -> [HostName]) -> [ObjectKey] {
        var changed = Set(hosts(event.object))
        if case .updated(let old, let new) = event {
            let before = Set(hosts(old))
            // Most changes leave the hosts alone.
            if before == changed, old.isBeingDeleted == new.isBeingDeleted, old.labels == new.labels { return [] }
            changed.formUnion(before)
        }
        let rivals = changed.flatMap(\.overlaps).flatMap {
            environments.store.list(index: Indexer.environmentHost.name, value: $0)
        }
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

extension ResolvedEnvironment {
    /// Whether an Ingress is one of the environment's own, those that it does not want any more included.
    fileprivate func owns(_ ingress: CachedObject) -> Bool {
        let labels = ingress.labels
        return ingress.key.namespace == namespace && ownerLabels.allSatisfy { labels[$0.key] == $0.value }
    }

    /// Whether it is about to be taken over. Under another name than that of a host it is listed to serve beside the environment's.
    fileprivate func adopts(_ ingress: CachedObject) -> Bool {
        ingress.key.namespace == namespace && mayAdopt(.ingress, ingress.key.name)
    }
}
