internal import KubeAPI

/// What is known of the object that a Postgres service names.
struct DatabaseState: Sendable, Hashable {
    enum Standing: Sendable, Hashable {
        case ready
        /// It is there and not ready, in its own words.
        case starting(String)
        case missing
        /// CloudNativePG is not installed.
        case notServed
        /// Nothing is known, and why where that is known.
        case unread(String?)
    }

    var standing: Standing
    /// What somebody should think about although nothing is wrong.
    var hints: [String] = []

    /// What the first roll-out of a component waits for; `nil` where nothing is to be waited for, or nobody can say.
    ///
    /// One instance that answers is enough: a replica that does not come up is no reason. And who can't be asked does not
    /// hold up anything.
    var wait: String? {
        switch standing {
        case .starting(let words): words
        case .missing: "it does not exist"
        case .unread(nil): "it has not been looked at yet"
        case .ready, .notServed, .unread: nil
        }
    }
}

/// Looks at the databases that services name: whether they are ready, and whether somebody backs them up.
struct DatabaseWatch: Sendable {
    private let policies: ServedSchema

    init(_ environment: ReconcilerEnvironment) {
        policies = environment.schemas[.backupPolicy]
        policies.objects.store.add([.namespace])
    }

    /// What has to be watched.
    func selections(_ environment: ResolvedEnvironment) -> [Selection] {
        environment.databases.flatMap { service in
            let types: [ResourceType] =
                service.spec.ref?.kind == .pooler ? [.postgresPooler, .postgresCluster] : [.postgresCluster]
            return types.map { Selection($0, namespace: service.namespace) }
        }
    }

    /// - Parameter informers: by what they select.
    /// - Returns: by the name of the service.
    func find(for environment: ResolvedEnvironment, in informers: (Selection) -> Informer?) -> [String: DatabaseState] {
        environment.databases.reduce(into: [:]) { states, service in
            guard let namespace = service.namespace, let ref = service.spec.ref else { return }
            var database = ObjectKey(namespace: namespace, name: ref.name)
            var hints: [String] = []
            if ref.kind == .pooler {
                let pooler = look(database, .postgresPooler, informers)
                guard case .success(let found) = pooler else {
                    states[service.name] = pooler.failed
                    return
                }
                if let waits = found.poolerWaits {
                    states[service.name] = DatabaseState(standing: .starting(waits))
                    return
                }
                if found.value(at: "spec", "pgbouncer", "poolMode")?.string == "transaction" {
                    hints.append(
                        """
                        \(service.title) pools by transaction: what outlives one, such as SET, LISTEN and prepared statements, \
                        is lost, and dumps need the Cluster
                        """)
                }
                database.name = found.value(at: "spec", "cluster", "name")?.string ?? ""
            }
            let cluster = look(database, .postgresCluster, informers)
            guard case .success(let found) = cluster else {
                states[service.name] = cluster.failed
                if ref.kind == .pooler, cluster.failed?.standing == .missing {
                    states[service.name] = DatabaseState(standing: .starting("Cluster \(database) does not exist"))
                }
                return
            }
            if let hint = backupHint(found, service, environment) { hints.append(hint) }
            var standing = found.clusterStanding
            if ref.kind == .pooler, case .starting(let words) = standing {
                standing = .starting("Cluster \(database): \(words)")
            }
            states[service.name] = DatabaseState(standing: standing, hints: hints)
        }
    }

    private func look(
        _ key: ObjectKey, _ type: ResourceType, _ informers: (Selection) -> Informer?
    ) -> Result<CachedObject, Absence> {
        guard let informer = informers(Selection(type, namespace: key.namespace)) else {
            return .failure(Absence(standing: .unread(nil)))
        }
        if informer.phase == .absent { return .failure(Absence(standing: .notServed)) }
        guard informer.isServed else {
            if case .syncing(let problem) = informer.phase { return .failure(Absence(standing: .unread(problem))) }
            return .failure(Absence(standing: .unread(informer.problem)))
        }
        return informer.store.get(key).map { .success($0) } ?? .failure(Absence(standing: .missing))
    }

    /// A preview's data goes with it.
    private func backupHint(
        _ cluster: CachedObject, _ service: BoundService, _ environment: ResolvedEnvironment
    ) -> String? {
        guard environment.spec.tier != .preview, policies.standing == .current,
            cluster.value(at: "spec", "backup") == nil
        else { return nil }
        let hosts = Set(["-rw", "-ro", "-r"].map { cluster.key.name + $0 } + [service.spec.ref?.name ?? ""])
        // Whoever else has policies has no say in this.
        let namespaces = Set([environment.namespace, cluster.key.namespace])
        let isCovered = namespaces.contains { namespace in
            policies.objects.store.list(index: Indexer.namespace.name, value: namespace).contains { policy in
                (policy.value(at: "spec", "sources")?.elements ?? []).contains { source in
                    guard let text = source["postgres"]?["host"]?.string,
                        let host = ServiceHost(text, from: namespace)
                    else { return false }
                    return host.namespace == cluster.key.namespace && hosts.contains(host.name)
                }
            }
        }
        return isCovered
            ? nil
            : """
            Cluster \(cluster.key) has no backups of its own, and no BackupPolicy of \(namespaces.sorted().listed) has it as a \
            source
            """
    }

    /// Policies that come and go decide whether there is a hint.
    func wake(_ controller: Controller, of environments: Informer) {
        controller.watches(policies.objects) { event in
            if case .updated(let old, let new) = event, old.generation == new.generation, old.uid == new.uid {
                return []
            }
            return environments.store.list(index: Indexer.databaseNamespace.name, value: event.key.namespace)
                .map(\.key)
        }
    }
}

/// Why an object can't be looked at.
private struct Absence: Error {
    var standing: DatabaseState.Standing
}

extension Result<CachedObject, Absence> {
    fileprivate var failed: DatabaseState? {
        if case .failure(let absence) = self { DatabaseState(standing: absence.standing) } else { nil }
    }
}

extension CachedObject {
    /// What a Pooler waits for. Its status has the number of its pods and no more.
    fileprivate var poolerWaits: String? {
        if value(at: "spec", "pgbouncer", "paused")?.bool == true { return "it is paused" }
        return (value(at: "status", "instances")?.integer ?? 0) > 0 ? nil : "it has no pods yet"
    }

    fileprivate var clusterStanding: DatabaseState.Standing {
        if (value(at: "status", "readyInstances")?.integer ?? 0) > 0 { return .ready }
        let conditions = value(at: "status", "conditions")?.elements ?? []
        let ready = conditions.first { $0["type"]?.string == "Ready" }
        if ready?["status"]?.string == "True" { return .ready }
        let phase = value(at: "status", "phase")?.string.map { $0.cut(to: 200) }
        let words = [phase, ready?.conditionWords].compactMap(\.self).filter { !$0.isEmpty }
        return .starting(words.isEmpty ? "it says nothing yet" : words.joined(separator: ": "))
    }
}

extension ResolvedEnvironment {
    var databases: [BoundService] { boundServices.filter { $0.spec.kind == .postgres } }

    /// Why a component is not made yet: a database that it uses has never been there for it.
    ///
    /// Only what is not there at all waits. Once it runs, a database that is down holds up nothing: the next roll-out may be
    /// what helps.
    func databaseWait(of component: Component, _ states: [String: DatabaseState]) -> String? {
        let isThere =
            component.kind == .job
            ? (inputs.jobs[component.name] ?? []).contains { $0.name == component.jobName }
            : inputs.images[component.name] != nil
        guard !isThere, component.kind != .cronJob else { return nil }
        return component.services.lazy.compactMap { service in
            states[service.name]?.wait.map { "\(service.title) is ready: \($0)" }
        }.first
    }
}

extension Indexer {
    /// Environments by the namespaces in which a BackupPolicy may cover a database of theirs.
    static let databaseNamespace = Indexer("databaseNamespace") { environment in
        let own = environmentNamespace.values(environment).first ?? ""
        let named = (environment.value(at: "spec", "services")?.elements ?? [])
            .filter { $0["kind"]?.string == AppEnvironment.BackingService.Kind.postgres.rawValue }
            .map { $0["ref"]?["namespace"]?.string ?? own }
        return named.isEmpty ? [] : Array(Set(named + [own]))
    }
}
