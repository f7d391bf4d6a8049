internal import KubeAPI

extension EnvironmentObservation {
    /// The condition `NetworkReady`.
    static func addNetwork(_ observed: EnvironmentObservation, to conditions: inout Conditions) {
        guard let dependencies = observed.dependencies else { return }
        if let obstacle = observed.obstacle(to: .networkPolicy) {
            conditions.add(.networkReady, obstacle, orElse: .applied, "")
            return
        }
        observed.environment.addNetwork(
            unknown: dependencies.unknownNamespaces, neighbours: dependencies.neighbours, callers: observed.callers,
            isEnforced: observed.isEnforced, server: dependencies.server, to: &conditions)
    }
}

extension ResolvedEnvironment {
    /// The condition `NetworkReady`.
    ///
    /// - Parameters:
    ///   - isEnforced: whether the pods of others in the namespace are held to anything.
    ///   - server: where the Kubernetes API is.
    func addNetwork(
        unknown: Set<String>, neighbours: Neighbours = Neighbours(), callers: [ComponentCaller] = [],
        isEnforced: Bool = true, server: ServerAddresses = ServerAddresses(), to conditions: inout Conditions
    ) {
        let later = isEnforced ? [] : ["\(Self.denyName) waits until the components stand"]
        conditions.add(
            .networkReady, unknownNamespace(unknown) ?? unknownGuest(among: neighbours), orElse: .applied,
            ([openness] + siblings(callers) + oneSidedWays(to: neighbours).prefix(3) + closedServer(server) + later)
                .joined(separator: "; "))
    }

    private func closedServer(_ server: ServerAddresses) -> [String] {
        guard egress != .allow, server.rule == nil, let component = components.first(where: \.usesAPI) else {
            return []
        }
        return [
            """
            EndpointSlice \(ServerPorts.slice) does not say where the API server is: \(component.name) reaches it where connectsTo \
            names its addresses
            """
        ]
    }

    private func unknownNamespace(_ unknown: Set<String>) -> Finding? {
        for component in components {
            if let service = component.services.first(where: { unknown.contains($0.namespace ?? "") }) {
                return Finding(
                    .peerUnknown,
                    """
                    \(component.name) uses service \(service.name) of namespace \(service.namespace ?? ""), which does not exist; \
                    make it or correct spec.services
                    """, .wait)
            }
            if let namespace = (component.spec.connectsTo ?? []).compactMap(\.namespace).first(where: unknown.contains)
            {
                return Finding(
                    .peerUnknown,
                    """
                    \(component.name) connects to namespace \(namespace), which does not exist; make it or correct \
                    connectsTo
                    """, .wait)
            }
            let guests = (component.spec.allowFrom ?? []).compactMap { $0.pods(self.namespace)?.namespace }
            if let namespace = guests.first(where: unknown.contains) {
                return Finding(
                    .peerUnknown,
                    "\(component.name) lets in namespace \(namespace), which does not exist; make it or correct allowFrom",
                    .wait)
            }
        }
        return nil
    }

    /// What the policies let through, as a whole.
    private var openness: String {
        let declared = "what \(components.count.counted("component")) declared"
        let others = "those of others add to it"
        return switch (spec.network.ingress, egress) {
        case (.allow, .allow): "the policies hold nothing back: spec.network lets everybody in and everything out"
        case (.allow, _): "the policies let everybody in, and out \(declared)\(inAddition); \(others)"
        case (_, .allow): "the policies let everything out, and in \(declared)\(inAddition); \(others)"
        default: "the policies let through \(declared)\(inAddition); \(others)"
        }
    }

    private var inAddition: String {
        let neighbours = spec.network.ingress == .namespace ? " and pods of the namespace among themselves" : ""
        return neighbours + (egress == .internet ? " and what goes to public addresses" : "")
    }

    /// Who of the namespace is let in beside that, and who names what there is not.
    private func siblings(_ callers: [ComponentCaller]) -> [String] {
        guard spec.network.ingress == .deny else { return [] }
        let (open, closed) = callers.reduce(into: ([String](), [String]())) { words, caller in
            guard let component = component(caller.component) else { return }
            if component.ports(for: caller).isEmpty {
                words.1.append("\(caller.name) names a port that \(component.name) does not have")
            } else if !words.0.contains("\(caller.name) to \(component.name)") {
                words.0.append("\(caller.name) to \(component.name)")
            }
        }
        return (open.isEmpty ? [] : ["let in are also \(open.listed)"]) + closed.prefix(3)
    }
}
