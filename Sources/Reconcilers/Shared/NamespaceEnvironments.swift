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

extension BackupPolicy {
    /// What an environment's default-deny leaves closed between the policy's pods and what the spec names; `nil` where nothing
    /// is known to be.
    ///
    /// No finding: somebody may have a NetworkPolicy of their own that opens it.
    func closedWay(_ find: (String) -> ResolvedEnvironment?) -> String? {
        let own = metadata.namespace ?? ""
        if !spec.network.enabled, !ownSources.isEmpty, let environment = find(own), environment.egress != .allow {
            return """
                spec.network.enabled is false, so default-deny of AppEnvironment \(environment.name) says where the pods get \
                to: \(environment.egress == .internet ? "DNS and public addresses" : "DNS alone")
                """
        }
        for call in calls {
            guard let environment = find(call.host.namespace), environment.spec.network.ingress != .allow else {
                continue
            }
            let target = "\(call.host.name) at port \(call.port)"
            if call.host.namespace != own {
                let labels = podLabels(of: call).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return """
                    AppEnvironment \(environment.name) lets nobody of other namespaces in: unless a NetworkPolicy in \
                    \(call.host.namespace) lets pods \(labels.joined(separator: ",")) of namespace \(own) in, they do not \
                    reach \(target)
                    """
            }
            guard environment.spec.network.ingress == .deny else { continue }
            guard let component = environment.component(call.host.name) else {
                return """
                    AppEnvironment \(environment.name) has no component \(call.host.name): unless a NetworkPolicy lets them in, \
                    the pods do not reach \(target)
                    """
            }
            if !component.ports.contains(where: { $0.port == call.port && $0.transport == .tcp }) {
                return """
                    component \(component.name) of AppEnvironment \(environment.name) has no port \(call.port), so nothing lets \
                    the pods in there; name one of its ports
                    """
            }
        }
        return nil
    }
}

extension RegionalWorkerPool {
    /// A component that the spec names and the pods can't reach; `nil` where there is none.
    func unknownPeer(_ environment: ResolvedEnvironment?) -> Finding? {
        let namespace = metadata.namespace ?? ""
        for caller in callers {
            let place = "spec.network.connectsTo[\(caller.component)]"
            guard let environment else {
                return Finding(
                    .peerUnknown,
                    "\(place): no AppEnvironment has namespace \(namespace); make it, or take the entry out",
                    .wait)
            }
            guard let component = environment.component(caller.component) else {
                return Finding(
                    .peerUnknown,
                    "\(place): AppEnvironment \(environment.name) has no such component; correct the name", .wait
                )
            }
            guard environment.spec.network.ingress == .deny else { continue }
            if component.ports(for: caller).isEmpty {
                return Finding(
                    .peerUnknown,
                    "\(place): the component has none of these ports, and nothing else is opened; name ports that it has",
                    .wait)
            }
        }
        return nil
    }

    /// What is to be said of a pool without a NetworkPolicy beside an environment; empty where there is nothing.
    func confinement(by environment: ResolvedEnvironment?) -> String {
        guard !spec.network.enabled, let environment,
            environment.egress != .allow || environment.spec.network.ingress == .deny
        else { return "" }
        return """
            ; spec.network.enabled is false, so default-deny of AppEnvironment \(environment.name) says whom the pods reach and \
            who reaches them
            """
    }
}
