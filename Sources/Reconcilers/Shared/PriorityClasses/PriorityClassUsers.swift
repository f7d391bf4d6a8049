internal import KubeAPI

/// Who names which PriorityClass, among the objects of ours.
struct PriorityClassUsers: Sendable {
    private let pools: Informer
    private let policies: Informer
    private let environments: Informer

    init(_ environment: ReconcilerEnvironment) {
        pools = environment.objects(of: .regionalWorkerPool)
        policies = environment.objects(of: .backupPolicy)
        environments = environment.objects(of: .appEnvironment)
    }

    /// What is being deleted names nothing any more.
    func isNamed(_ name: String, byOthersThan object: DynamicObject) -> Bool {
        let kinds = [
            (pools, Self.namedByPool), (policies, Self.namedByPolicy), (environments, Self.namedByEnvironment),
        ]
        return kinds.contains { informer, names in
            informer.store.list().contains { $0.uid != object.uid && !$0.isBeingDeleted && names($0).contains(name) }
        }
    }

    /// The pools that name a class.
    func pools(naming name: String) -> [ObjectKey] {
        pools.store.list().filter { Self.namedByPool($0).contains(name) }.map(\.key)
    }

    // Read from the raw objects: one that breaks a rule still names its class.
    private static func namedByPool(_ pool: CachedObject) -> [String] {
        [
            pool.value(at: "spec", "placement", "priorityClass", "name"),
            pool.value(at: "spec", "template", "spec", "priorityClassName"),
        ].compactMap { $0?.string }
    }

    private static func namedByPolicy(_ policy: CachedObject) -> [String] {
        [policy.value(at: "spec", "podTemplate", "priorityClassName")].compactMap { $0?.string }
    }

    private static func namedByEnvironment(_ environment: CachedObject) -> [String] {
        (environment.value(at: "spec", "components")?.elements ?? []).compactMap { $0["priorityClassName"]?.string }
    }
}
