package import KubeAPI

/// The pools and backup policies in the namespaces of environments: whom they call, and what their pods ask for.
struct Siblings: Sendable {
    private let policies: ServedSchema
    private let pools: ServedSchema

    init(_ environment: ReconcilerEnvironment) {
        policies = environment.schemas[.backupPolicy]
        pools = environment.schemas[.regionalWorkerPool]
        for schema in [policies, pools] { schema.objects.store.add([.namespace]) }
    }

    /// Whether their specs are as their authors wrote them. While they are not, what they opened stays as it is.
    var areKnown: Bool { [policies, pools].allSatisfy { $0.standing == .current } }

    /// Whether the namespace has any.
    func exist(in namespace: String) -> Bool {
        [policies, pools].contains {
            !$0.objects.store.list(index: Indexer.namespace.name, value: namespace).isEmpty
        }
    }

    func find(_ environment: ResolvedEnvironment) -> (callers: [ComponentCaller], pods: [SiblingPods]) {
        let namespace = environment.namespace
        return Self.find(Self.read(policies, in: namespace), Self.read(pools, in: namespace), for: environment)
    }

    static func find(
        _ policies: [BackupPolicy], _ pools: [RegionalWorkerPool], for environment: ResolvedEnvironment
    ) -> (callers: [ComponentCaller], pods: [SiblingPods]) {
        // To know its pods each sibling's children are built, and nothing but such a quota asks.
        let counts = environment.spec.quota.mode == .auto
        return (
            policies.flatMap(\.callers) + pools.flatMap(\.callers),
            counts ? policies.flatMap(\.siblingPods) + pools.flatMap(\.siblingPods) : []
        )
    }

    private static func read<Kind: OwnResource>(_ schema: ServedSchema, in namespace: String) -> [Kind] {
        schema.objects.store.list(index: Indexer.namespace.name, value: namespace).sorted { $0.key < $1.key }
            .compactMap { try? Kind.read($0.dynamic()).get() }
    }

    func wake(_ controller: Controller, of environments: Informer) {
        for schema in [policies, pools] {
            controller.watches(schema.objects) { event in
                // Their statuses change with every run, and nothing follows from those.
                if case .updated(let old, let new) = event, old.generation == new.generation, old.uid == new.uid {
                    return []
                }
                return environments.environments(in: event.key.namespace)
            }
            controller.watches(schema.definitions) { _ in environments.store.keys() }
        }
    }
}

/// Pods of others that count against the quota of an environment's namespace.
package struct SiblingPods: Sendable, Hashable {
    /// With its `spec`.
    package var template: JSONObject
    /// How many there are at most at a time.
    package var count: Int
}

extension RegionalWorkerPool {
    /// Each region at its largest, with what a roll-out adds. Source: Kubernetes, "Deployments": a quarter, rounded up.
    fileprivate var siblingPods: [SiblingPods] {
        let pool = ResolvedPool(self)
        return pool.regions.map { region in
            SiblingPods(
                template: pool.podTemplate(of: region),
                count: region.maxReplicas + (region.maxReplicas + 3) / 4)
        }
    }
}

extension BackupPolicy {
    /// Every job once at a time.
    fileprivate var siblingPods: [SiblingPods] {
        let children = (try? ResolvedPolicy(self).children()) ?? []
        return children.compactMap { child in
            let template =
                switch child.type {
                case .cronJob: child.object[path: "spec", "jobTemplate", "spec", "template"]?.object
                case .job: child.object[path: "spec", "template"]?.object
                default: nil as JSONObject?
                }
            return template.map { SiblingPods(template: $0, count: 1) }
        }
    }
}
