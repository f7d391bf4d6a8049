internal import KubeAPI

extension ResolvedEnvironment {
    func services() throws -> [DesiredChild] {
        try components.filter { !$0.ports.isEmpty }.map { component in
            try child(
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
    }
}
