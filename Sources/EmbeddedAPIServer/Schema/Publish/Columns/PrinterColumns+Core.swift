import KubeAPI

extension PrinterColumns {
    static let service: [TableColumn] = [
        name, text("Type", "How the service is reached.") { $0[path: ["spec", "type"]]?.string ?? "" },
        text("Cluster-IP", "The address inside of the cluster.") {
            orNone($0[path: ["spec", "clusterIPs"]]?[0]?.string)
        },
        text("External-IP", "The address from outside.", externalAddress),
        text("Port(s)", "The ports of the service.") { object in
            let ports = (object[path: ["spec", "ports"]]?.array ?? []).map { port in
                let number = port["port"]?.integer ?? 0
                let node = port["nodePort"]?.integer.map { $0 > 0 ? ":\($0)" : "" } ?? ""
                return "\(number)\(node)/\(port["protocol"]?.string ?? "TCP")"
            }
            return orNone(ports.joined(separator: ","))
        },
        age, text("Selector", "Which pods serve it.", wide: true) { labels($0[path: ["spec", "selector"]]) },
    ]

    static let endpoints: [TableColumn] = [
        name,
        text("Endpoints", "The addresses that serve.") { object in
            let all = (object["subsets"]?.array ?? []).flatMap { subset -> [String] in
                let addresses = (subset["addresses"]?.array ?? []).compactMap { $0["ip"]?.string }
                let ports = (subset["ports"]?.array ?? []).compactMap { $0["port"]?.integer }
                guard !ports.isEmpty else { return addresses }
                return ports.flatMap { port in addresses.map { "\($0):\(port)" } }
            }
            let more = all.count > 3 ? " + \(all.count - 3) more..." : ""
            return orNone(all.prefix(3).joined(separator: ",") + more)
        },
        age,
    ]

    static let configMap: [TableColumn] = [name, entries("Data", "data", "binaryData"), age]

    static let secret: [TableColumn] = [
        name, text("Type", "What the secret holds.") { $0["type"]?.string ?? "" }, entries("Data", "data"), age,
    ]

    static let volumeClaim: [TableColumn] = [
        name,
        text("Status", "The phase of the claim.") { object in
            let isGoing = object[path: ["metadata", "deletionTimestamp"]] != nil
            return isGoing ? "Terminating" : object[path: ["status", "phase"]]?.string ?? ""
        },
        text("Volume", "The volume that is bound.") { $0[path: ["spec", "volumeName"]]?.string ?? "" },
        text("Capacity", "The size of the volume.") { object in
            guard object[path: ["spec", "volumeName"]] != nil else { return "" }
            return object[path: ["status", "capacity", "storage"]]?.string ?? ""
        },
        text("Access Modes", "How the volume can be mounted.") { object in
            guard object[path: ["spec", "volumeName"]] != nil else { return "" }
            return accessModes(object[path: ["status", "accessModes"]])
        },
        text("StorageClass", "The storage class.") { $0[path: ["spec", "storageClassName"]]?.string ?? "" },
        text("VolumeAttributesClass", "The class of the volume's attributes.") {
            $0[path: ["spec", "volumeAttributesClassName"]]?.string ?? "<unset>"
        },
        age,
        text("VolumeMode", "A file system or a block device.", wide: true) {
            $0[path: ["spec", "volumeMode"]]?.string ?? "<unset>"
        },
    ]

    static let resourceQuota: [TableColumn] = [
        name, text("Request", "Requests used, of how much.") { quota($0) { !$0.hasPrefix("limits.") } },
        text("Limit", "Limits used, of how much.") { quota($0) { $0.hasPrefix("limits.") } }, age,
    ]

    static let ingress: [TableColumn] = [
        name, text("Class", "The class of the ingress.") { orNone($0[path: ["spec", "ingressClassName"]]?.string) },
        text("Hosts", "The hosts that are served.") { object in
            let hosts = (object[path: ["spec", "rules"]]?.array ?? []).compactMap { $0["host"]?.string }
            return hosts.isEmpty ? "*" : hosts.joined(separator: ",")
        },
        text("Address", "Where the ingress is reached.") { object in
            (object[path: ["status", "loadBalancer", "ingress"]]?.array ?? [])
                .compactMap { ($0["ip"] ?? $0["hostname"])?.string }.joined(separator: ",")
        },
        text("Ports", "The ports that are open.") {
            ($0[path: ["spec", "tls"]]?.array ?? []).isEmpty ? "80" : "80, 443"
        },
        age,
    ]

    static let networkPolicy: [TableColumn] = [
        name,
        text("Pod-Selector", "Which pods the policy is for.") { labelSelector($0[path: ["spec", "podSelector"]]) },
        age,
    ]

    private static func entries(_ name: String, _ fields: String...) -> TableColumn {
        TableColumn(name: name, type: "string", text: "How many entries there are.") { object, _ in
            .integer(Int64(fields.reduce(0) { $0 + (object[$1]?.object?.count ?? 0) }))
        }
    }

    private static func accessModes(_ modes: JSONValue?) -> String {
        let short = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
        ]
        let present = Set((modes?.array ?? []).compactMap(\.string))
        return ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
            .filter(present.contains).compactMap { short[$0] }.joined(separator: ",")
    }

    private static func quota(_ object: JSONValue, _ isIncluded: (String) -> Bool) -> String {
        let used = object[path: ["status", "used"]]?.object ?? [:]
        return (object[path: ["status", "hard"]]?.object ?? [:]).filter { isIncluded($0.key) }
            .sorted { $0.key < $1.key }
            .map { "\($0.key): \(used[$0.key]?.string ?? "0")/\($0.value.string ?? "")" }.joined(separator: ", ")
    }

    private static func externalAddress(_ service: JSONValue) -> String {
        let external = (service[path: ["spec", "externalIPs"]]?.array ?? []).compactMap(\.string)
        switch service[path: ["spec", "type"]]?.string {
        case "ExternalName": return service[path: ["spec", "externalName"]]?.string ?? ""
        case "LoadBalancer":
            let balancer = (service[path: ["status", "loadBalancer", "ingress"]]?.array ?? [])
                .compactMap { ($0["ip"] ?? $0["hostname"])?.string }
            let all = balancer + external
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        default: return orNone(external.joined(separator: ","))
        }
    }
}
