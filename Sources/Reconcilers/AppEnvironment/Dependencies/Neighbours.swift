internal import KubeAPI

/// What an environment names outside of itself, as it was found.
struct Neighbours: Sendable {
    /// By the namespaces that are theirs.
    var environments: [String: ResolvedEnvironment] = [:]
    /// `nil` for one that exists and can't be read.
    var policies: [ObjectKey: BackupPolicy?] = [:]
    var pools: [ObjectKey: RegionalWorkerPool?] = [:]
    /// Whether their specs are as their authors wrote them. Until then nobody can say what they lack.
    var areKnown = true
}

/// Finds what environments name outside of themselves, and wakes them when it changes.
struct NeighbourWatch: Sendable {
    private let policies: ServedSchema
    private let pools: ServedSchema
    private let environments: NamespaceEnvironments

    init(_ environment: ReconcilerEnvironment) {
        policies = environment.schemas[.backupPolicy]
        pools = environment.schemas[.regionalWorkerPool]
        environments = NamespaceEnvironments(environment)
    }

    func find(_ environment: ResolvedEnvironment) -> Neighbours {
        var found = Neighbours()
        found.areKnown =
            [policies, pools].allSatisfy { $0.standing == .current } && environments.areKnown
        for namespace in environment.neighbourNamespaces where namespace != environment.namespace {
            found.environments[namespace] = environments.find(in: namespace)
        }
        for guest in environment.components.flatMap({ $0.spec.allowFrom ?? [] }) {
            if let key = guest.backupPolicy?.key(environment.namespace) {
                found.policies[key] = read(key, policies)
            }
            if let key = guest.pool?.key(environment.namespace) { found.pools[key] = read(key, pools) }
        }
        return found
    }

    /// - Returns: `nil` where there is no such object.
    private func read<Kind: OwnResource>(_ key: ObjectKey, _ schema: ServedSchema) -> Kind?? {
        schema.objects.store.get(key).map { try? Kind.read($0.dynamic()).get() }
    }

    func wake(_ controller: Controller, of own: Informer) {
        for (schema, kind) in [
            (policies, BackupPolicy.resourceType.kind), (pools, RegionalWorkerPool.resourceType.kind),
        ] {
            controller.watches(schema.objects) { event in
                if case .updated(let old, let new) = event, old.generation == new.generation, old.uid == new.uid {
                    return []
                }
                return own.store.list(index: Indexer.guest.name, value: Indexer.guest(kind, event.key)).map(\.key)
            }
        }
        environments.wake(controller) { namespace in
            own.store.list(index: Indexer.peerNamespace.name, value: namespace).map(\.key)
        }
    }
}

extension ResolvedEnvironment {
    /// The namespaces that `connectsTo`, `allowFrom` and services that are used name.
    var neighbourNamespaces: Set<String> {
        Set(
            components.flatMap { component in
                component.connections.compactMap(\.namespace)
                    + (component.spec.allowFrom ?? []).compactMap { $0.pods(namespace)?.namespace }
            })
    }
}

extension Indexer {
    /// Environments by the namespaces that `connectsTo`, `allowFrom` and services name.
    static let peerNamespace = Indexer("peerNamespace") { environment in
        let named = entries(of: environment, "connectsTo", "allowFrom").flatMap { entry in
            [entry["namespace"], entry["backupPolicy"]?["namespace"], entry["pool"]?["namespace"]]
        }
        let services = (environment.value(at: "spec", "services")?.elements ?? []).map { $0["ref"]?["namespace"] }
        return Array(Set((named + services).compactMap { $0?.string }))
    }

    /// Environments by the policies and pools that `allowFrom` names.
    static let guest = Indexer("guest") { environment in
        let own = environmentNamespace.values(environment).first ?? ""
        let named = entries(of: environment, "allowFrom").flatMap { entry in
            [("backupPolicy", BackupPolicy.resourceType.kind), ("pool", RegionalWorkerPool.resourceType.kind)]
                .compactMap {
                    field, kind -> String? in
                    guard let reference = entry[field], let name = reference["name"]?.string else { return nil }
                    return guest(kind, ObjectKey(namespace: reference["namespace"]?.string ?? own, name: name))
                }
        }
        return Array(Set(named))
    }

    fileprivate static func guest(_ kind: String, _ key: ObjectKey) -> String { "\(kind) \(key)" }

    private static func entries(of environment: CachedObject, _ lists: String...) -> [JSONValue] {
        (environment.value(at: "spec", "components")?.elements ?? []).flatMap { component in
            lists.flatMap { component[$0]?.elements ?? [] }
        }
    }
}
