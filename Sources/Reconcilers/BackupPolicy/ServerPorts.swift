internal import KubeAPI

extension ResourceType {
    static let endpointSlice = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")
}

/// The ports that the API servers listen on: a NetworkPolicy is about those, and not about the one of the Service.
struct ServerPorts: Sendable {
    let slices: Informer

    /// The API servers write it themselves.
    static let slice = ObjectKey(namespace: "default", name: "kubernetes")

    init(_ environment: ReconcilerEnvironment) {
        slices = environment.informers.informer(
            Selection(
                .endpointSlice, namespace: Self.slice.namespace, fieldSelector: "metadata.name=\(Self.slice.name)"),
            isOptional: true)
    }

    var current: [Int] { Self.list(slices.store.get(Self.slice)?.value(at: "ports")) }

    static func list(_ ports: JSONValue?) -> [Int] {
        (ports?.elements ?? []).compactMap { port in
            guard port["protocol"]?.string ?? "TCP" == "TCP" else { return nil }
            return port["port"]?.integer.flatMap { (1...65535).contains($0) ? Int($0) : nil }
        }
    }

    static func haveChanged(_ event: InformerEvent) -> Bool {
        guard case .updated(let old, let new) = event else { return true }
        return list(old.value(at: "ports")) != list(new.value(at: "ports"))
    }
}
