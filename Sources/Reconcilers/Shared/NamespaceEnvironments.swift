internal import KubeAPI

/// The environments whose namespaces pools and policies are in, or call: what their default-deny leaves of a way.
struct NamespaceEnvironments: Sendable {
    private let schema: ServedSchema

    init(_ environment: ReconcilerEnvironment) {
        schema = environment.schemas[.appEnvironment]
        schema.objects.store.add([.environmentNamespace])
    }

    /// Whether their specs are as their authors wrote them. Until then nobody can say that there is none.
    var areKnown: Bool { schema.standing == .current }

    /// The environment that has a namespace; `nil` where there is none, or none that can be read.
    func find(in namespace: String) -> ResolvedEnvironment? {
        guard schema.standing == .current else { return nil }
        let all = schema.objects.environments(in: namespace).compactMap(schema.objects.store.get)
        guard let holder = all.first(where: \.hasItsNamespace),
            let environment = try? AppEnvironment.read(holder.dynamic()).get()
        else { return nil }
        return try? ResolvedEnvironment(environment)
    }

    /// - Parameter keys: the objects in a namespace.
    func wake(_ controller: Controller, _ keys: @escaping @Sendable (String) -> [ObjectKey]) {
        controller.watches(schema.objects) { event in
            if case .updated(let old, let new) = event, old.generation == new.generation,
                old.hasItsNamespace == new.hasItsNamespace
            {
                return []
            }
            return Indexer.environmentNamespace.values(event.object).flatMap(keys)
        }
    }
}

extension CachedObject {
    /// Whether the environment has the namespace that it names, by its status.
    fileprivate var hasItsNamespace: Bool {
        value(at: "status", "conditions")?.elements.contains {
            $0["type"]?.string == ConditionType.namespaceReady.rawValue && $0["status"]?.string == "True"
        } == true
    }
}
