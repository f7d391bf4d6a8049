internal import KubeAPI
internal import Reconcilers

extension NamespaceImport {
    private struct Host {
        var name: String
        /// The first Ingress that has it.
        var ingress: String
        var entry: JSONObject
    }

    mutating func takeIngresses() {
        var hosts: [Host] = []
        for ingress in contents.all("Ingress") {
            if ingress[path: "spec", "defaultBackend"] != nil {
                environment.leaveOut(
                    "Left out, the default backend of Ingress \(ingress.name): an environment names hosts.")
            }
            for rule in ingress[path: "spec", "rules"]?.array ?? [] {
                guard let host = rule["host"]?.string else {
                    environment.leaveOut(
                        "Left out, the rule without a host of Ingress \(ingress.name): an environment names hosts.")
                    continue
                }
                let paths = (rule["http"]?["paths"]?.array ?? []).compactMap { path(of: $0, host, ingress.name) }
                guard !paths.isEmpty else { continue }
                if let known = hosts.firstIndex(where: { $0.name == host }) {
                    hosts[known].entry["paths"] = .array((hosts[known].entry["paths"]?.array ?? []) + paths)
                } else {
                    hosts.append(Host(name: host, ingress: ingress.name, entry: entry(for: host, of: ingress, paths)))
                }
            }
        }
        if !hosts.isEmpty { environment.fields["ingress"] = .array(Self.joined(hosts).map(JSONValue.object)) }
    }

    /// One entry of the hosts of an Ingress that differ in nothing else. That by whose name the Ingress goes is the first: the
    /// environment's is called so, too.
    private static func joined(_ hosts: [Host]) -> [JSONObject] {
        var groups: [[Host]] = []
        for host in hosts {
            let known = groups.firstIndex {
                $0[0].ingress == host.ingress && $0[0].entry == host.entry && $0.count <= mostAdditionalHosts
            }
            if let known { groups[known].append(host) } else { groups.append([host]) }
        }
        return groups.map { group in
            let first = group.firstIndex { $0.ingress == $0.name.replacing("*", with: "wildcard") } ?? 0
            let names = [group[first].name] + group.map(\.name).filter { $0 != group[first].name }
            var entry: JSONObject = ["host": .string(names[0])]
            if names.count > 1 { entry["additionalHosts"] = .array(names.dropFirst().map(JSONValue.string)) }
            for (key, value) in group[first].entry { entry[key] = value }
            return entry
        }
    }

    /// As the definition has it.
    private static let mostAdditionalHosts = 7

    /// Whether every path of an Ingress leads where it led.
    static func leadsOn(_ forecast: AdoptionForecast) -> Bool {
        func routes(_ ingress: DynamicObject) -> Set<[JSONValue?]> {
            let routes = (ingress[path: "spec", "rules"]?.array ?? []).flatMap { rule in
                (rule["http"]?["paths"]?.array ?? []).map {
                    [rule["host"], $0["path"] ?? "/", $0["backend"]?["service"]?["name"]]
                }
            }
            return Set(routes)
        }
        return forecast.live[path: "spec", "defaultBackend"] == nil
            && routes(forecast.live).isSubset(of: routes(forecast.child))
    }

    private mutating func path(of path: JSONValue, _ host: String, _ ingress: String) -> JSONValue? {
        let service = path["backend"]?["service"]
        let name = service?["name"]?.string ?? ""
        let port = service?["port"]
        guard let workload = workloads.first(where: { $0.serviceNames.contains(name) }),
            let portName = workload.portName(service: name, port?["name"]?.string, port?["number"]?.integer)
        else {
            environment.leaveOut(
                "Left out, \(host)\(path["path"]?.string ?? "/") of Ingress \(ingress): Service \(name) is that of no component."
            )
            return nil
        }
        let fields: [(String, JSONValue?)] = [
            ("path", path["path"] ?? "/"), ("pathType", path["pathType"] == "Prefix" ? nil : path["pathType"]),
            ("component", .string(workload.component.name)), ("port", .string(portName)),
        ]
        return .object(JSONObject(fields.compactMap { key, value in value.map { (key, $0) } }))
    }

    private func entry(for host: String, of ingress: DynamicObject, _ paths: [JSONValue]) -> JSONObject {
        var annotations = ingress.annotations
        let issuer = annotations.removeValue(forKey: "cert-manager.io/cluster-issuer")
        let classAnnotation = annotations.removeValue(forKey: "kubernetes.io/ingress.class")
        var entry: JSONObject = ["paths": .array(paths)]
        entry["className"] = ingress[path: "spec", "ingressClassName"] ?? classAnnotation.map(JSONValue.string)
        entry["clusterIssuer"] = issuer.map(JSONValue.string)
        entry["tlsSecretName"] =
            ingress[path: "spec", "tls"]?.array?.first {
                ($0["hosts"]?.array ?? []).isEmpty || $0["hosts"]?.array?.contains(.string(host)) == true
            }?["secretName"]
        let kept = annotations.filter { WorkloadComponent.isWorthKeeping(annotation: $0.key) }.sorted {
            $0.key < $1.key
        }
        if !kept.isEmpty { entry["annotations"] = .object(JSONObject(kept.map { ($0.key, .string($0.value)) })) }
        return entry
    }
}
