internal import KubeAPI

extension ResolvedEnvironment {
    func services() throws -> [DesiredChild] {
        try components.flatMap { component in
            [try service(of: component), try governingService(of: component)].compactMap(\.self)
        }
    }

    private func service(of component: Component) throws -> DesiredChild? {
        guard !component.ports.isEmpty else { return nil }
        return try child(
            .service, named: component.name, of: component,
            [
                "spec": .compact([
                    "type": component.serviceType == .headless
                        ? "ClusterIP" : .string(component.serviceType.rawValue),
                    "clusterIP": component.serviceType == .headless ? "None" : nil,
                    "selector": .strings(component.podSelector),
                    "ports": .array(
                        component.ports.map { port in
                            [
                                "name": .string(port.name), "port": .integer(Int64(port.port)),
                                "targetPort": .integer(Int64(port.containerPort)),
                                "protocol": .string(port.transport.rawValue),
                            ]
                        }),
                ])
            ])
    }

    /// Gives each pod of a StatefulSet a name, before it is ready too: they look for one another when they start. Without ports, so
    /// that nobody scrapes them twice.
    private func governingService(of component: Component) throws -> DesiredChild? {
        guard component.kind == .statefulSet else { return nil }
        return try child(
            .service, named: component.governingServiceName, of: component,
            [
                "spec": [
                    "type": "ClusterIP", "clusterIP": "None", "publishNotReadyAddresses": true,
                    "selector": .strings(component.podSelector),
                ]
            ])
    }
}
