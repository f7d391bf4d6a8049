internal import KubeAPI

/// The ports of nodes that services of type `NodePort` and `LoadBalancer` get.
///
/// Source: Kubernetes documentation, "Service", "type: NodePort".
struct NodePorts {
    let core: APICore

    private static let range: ClosedRange<Int64> = 30_000...32_767

    /// The service with a port of its own for each of its ports that needs one. An update that leaves a port out keeps it
    /// under the name of the service's port.
    ///
    /// - Throws: `APIFailure` 422 for a port that another service has.
    func assigned(_ service: JSONValue, live: JSONValue?) throws -> JSONValue {
        var service = service
        let before = ports(of: live)
        guard Self.needsPorts(service) else {
            // What the type before needed goes with it.
            let ports = service[path: ["spec", "ports"]]?.array?.map { port -> JSONValue in
                guard let number = port["nodePort"], before.values.contains(number) else { return port }
                var port = port
                port["nodePort"] = nil
                return port
            }
            if let ports { service[path: ["spec", "ports"]] = .array(ports) }
            return service
        }
        let name = service[path: ["metadata", "name"]]?.string ?? ""
        let others = taken(except: live?[path: ["metadata", "uid"]]?.string)
        var used = others.union((service[path: ["spec", "ports"]]?.array ?? []).compactMap(Self.number))
        var result: [JSONValue] = []
        for (index, port) in (service[path: ["spec", "ports"]]?.array ?? []).enumerated() {
            var port = port
            if let number = Self.number(port) {
                try check(number, isTaken: others.contains(number), name, index)
            } else {
                let kept = before[port["name"]?.string ?? ""]?.integer
                let number = kept.flatMap { used.contains($0) ? nil : $0 } ?? free(used)
                used.insert(number)
                port["nodePort"] = .integer(number)
            }
            result.append(port)
        }
        service[path: ["spec", "ports"]] = .array(result)
        return service
    }

    private func check(_ number: Int64, isTaken: Bool, _ name: String, _ index: Int) throws {
        let words =
            Self.range.contains(number)
            ? "provided port is already allocated"
            : "provided port is not in the valid range. The range of valid ports is 30000-32767"
        guard isTaken || !Self.range.contains(number) else { return }
        let path = PathText("spec").child("ports").index(index).child("nodePort")
        throw APIFailure.invalid(.service, name, [.invalid(path, .integer(number), words)])
    }

    private static func needsPorts(_ service: JSONValue) -> Bool {
        switch service[path: ["spec", "type"]]?.string {
        case "NodePort": true
        case "LoadBalancer": service[path: ["spec", "allocateLoadBalancerNodePorts"]]?.bool ?? true
        default: false
        }
    }

    private static func number(_ port: JSONValue) -> Int64? { port["nodePort"]?.integer.flatMap { $0 == 0 ? nil : $0 } }

    /// Node ports by the names of the service's ports.
    private func ports(of service: JSONValue?) -> [String: JSONValue] {
        (service?[path: ["spec", "ports"]]?.array ?? []).reduce(into: [:]) { result, port in
            result[port["name"]?.string ?? ""] = port["nodePort"]
        }
    }

    private func taken(except uid: String?) -> Set<Int64> {
        Set(
            core.store.all(GroupResource(.service)).filter { $0.uid != uid }
                .flatMap { $0.json[path: ["spec", "ports"]]?.array ?? [] }.compactMap(Self.number))
    }

    private func free(_ used: Set<Int64>) -> Int64 {
        while true {
            let number = Self.range.lowerBound + Int64(core.random.next() % UInt64(Self.range.count))
            if !used.contains(number) { return number }
        }
    }
}
