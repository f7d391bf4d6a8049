internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `NetworkReady`.
    static func addNetwork(_ seen: EnvironmentObservation, to conditions: inout Conditions) {
        guard let around = seen.surroundings else { return }
        if let obstacle = seen.obstacle(to: "NetworkPolicy") {
            conditions.add(.networkReady, obstacle, orElse: .applied, "")
            return
        }
        seen.environment.addNetwork(unknown: around.unknownNamespaces, to: &conditions)
    }
}

extension ResolvedEnvironment {
    func addNetwork(unknown: Set<String>, to conditions: inout Conditions) {
        let peers = components.flatMap { component in
            (component.spec.connectsTo ?? []).compactMap(\.namespace).map { (component.name, $0) }
        }
        let finding = peers.first { unknown.contains($0.1) }.map { component, namespace in
            Finding(
                .peerUnknown,
                "\(component) connects to namespace \(namespace), which does not exist; make it or correct connectsTo",
                .wait)
        }
        conditions.add(
            .networkReady, finding, orElse: .applied,
            "the policies let through what \(components.count.counted("component")) declared; those of others add to it"
        )
    }
}

extension Indexer {
    /// Environments by the namespaces that their components connect to.
    static let peerNamespace = Indexer("peerNamespace") { environment in
        let peers = (environment.value(at: "spec", "components")?.elements ?? []).flatMap {
            $0["connectsTo"]?.elements ?? []
        }
        return Array(Set(peers.compactMap { $0["namespace"]?.string }))
    }
}
