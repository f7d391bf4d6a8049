internal import KubeAPI

/// Gives services their cluster addresses out of 10.96.0.0/16, and their node ports out of 30000-32767.
struct ServiceAdmission {
    let core: APICore

    func admit(_ service: JSONValue) throws -> JSONValue {
        var service = try NodePorts(core: core).assigned(service, live: nil)
        let type = service[path: ["spec", "type"]]?.string ?? "ClusterIP"
        guard type != "ExternalName" else { return service }
        let given = service[path: ["spec", "clusterIP"]]?.string ?? ""
        let address = given.isEmpty ? freeAddress() : given
        service[path: ["spec", "clusterIP"]] = .string(address)
        service[path: ["spec", "clusterIPs"]] = [.string(address)]
        let defaults: [(String, JSONValue)] = [
            ("ipFamilies", ["IPv4"]), ("ipFamilyPolicy", "SingleStack"), ("internalTrafficPolicy", "Cluster"),
        ]
        for (field, value) in defaults where service[path: ["spec", field]] == nil {
            service[path: ["spec", field]] = value
        }
        return service
    }

    func admit(_ service: JSONValue, live: JSONValue) throws -> JSONValue {
        try NodePorts(core: core).assigned(try keepAddresses(of: live, in: service), live: live)
    }

    /// An update that leaves the address out keeps it; none may change it.
    ///
    /// - Throws: `APIFailure` 422.
    private func keepAddresses(of live: JSONValue, in service: JSONValue) throws -> JSONValue {
        var service = service
        let type = service[path: ["spec", "type"]]?.string ?? "ClusterIP"
        let current = live[path: ["spec", "clusterIP"]]?.string ?? ""
        let wanted = service[path: ["spec", "clusterIP"]]?.string ?? ""
        guard type != "ExternalName", !current.isEmpty, wanted != current else { return service }
        guard wanted.isEmpty else {
            throw APIFailure.invalid(
                .service, service[path: ["metadata", "name"]]?.string ?? "",
                [.invalid(PathText("spec.clusterIPs[0]"), [.string(wanted)], "may not change once set")])
        }
        for field in ["clusterIP", "clusterIPs"] { service[path: ["spec", field]] = live[path: ["spec", field]] }
        return service
    }

    private func freeAddress() -> String {
        let taken = Set(
            core.store.all(GroupResource(.service)).compactMap { $0.json[path: ["spec", "clusterIP"]]?.string })
        while true {
            // The network's own, the first and the broadcast address are left alone.
            let number = core.random.next() % 65_532 + 2
            let address = "10.96.\(number >> 8).\(number & 255)"
            if !taken.contains(address) { return address }
        }
    }
}
