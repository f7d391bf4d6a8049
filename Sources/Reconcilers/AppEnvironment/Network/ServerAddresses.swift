internal import KubeAPI

/// Where the API servers are, as they say themselves in the EndpointSlice `kubernetes`.
struct ServerAddresses: Sendable, Hashable {
    /// More than any control plane has.
    private static let limit = 16

    private(set) var cidrs: [String] = []
    private(set) var ports: [Int] = []

    /// Not known.
    init() {}

    init(addressType: JSONValue?, endpoints: JSONValue?, ports: JSONValue?) {
        guard let bits = ["IPv4": 32, "IPv6": 128][addressType?.string ?? ""] else { return }
        let addresses = (endpoints?.elements ?? []).flatMap { $0["addresses"]?.elements ?? [] }.compactMap(\.string)
        cidrs = Set(addresses).sorted().prefix(Self.limit).map { "\($0)/\(bits)" }
        self.ports = Set(ServerPorts.list(ports)).sorted()
    }

    init(_ slice: CachedObject) {
        self.init(
            addressType: slice.value(at: "addressType"), endpoints: slice.value(at: "endpoints"),
            ports: slice.value(at: "ports"))
    }

    /// What lets pods reach them; `nil` where they are not known: a rule without addresses would mean all of them.
    var rule: NetworkPolicyRule? {
        guard !cidrs.isEmpty, !ports.isEmpty else { return nil }
        return NetworkPolicyRule(cidrs.map { .addresses($0) }, ports: ports.map { .tcp($0) })
    }
}

extension ServerPorts {
    var addresses: ServerAddresses { slices.store.get(Self.slice).map(ServerAddresses.init) ?? ServerAddresses() }

    /// Wakes the environments whose policies name the API servers, where those have moved.
    func wake(_ controller: Controller, of environments: Informer) {
        controller.watches(slices) { event in
            if case .updated(let old, let new) = event, ServerAddresses(old) == ServerAddresses(new) { return [] }
            return environments.store.list().filter(\.hasComponentWithAPIAccess).map(\.key)
        }
    }
}

extension CachedObject {
    fileprivate var hasComponentWithAPIAccess: Bool {
        (value(at: "spec", "components")?.elements ?? []).contains { $0["apiAccess"]?.elements.isEmpty == false }
    }
}
