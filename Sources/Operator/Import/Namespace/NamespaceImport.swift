internal import KubeAPI
internal import Reconcilers

/// An AppEnvironment from what runs in a namespace.
struct NamespaceImport {
    private(set) var environment: ImportedEnvironment
    private let contents: NamespaceContents
    /// Deployments on their way to components.
    private(set) var workloads: [WorkloadComponent] = []

    /// - Throws: `ImportedEnvironment.Failure` where the namespace can't be an environment's.
    init(_ contents: NamespaceContents, name: String?, tier: String) throws {
        let namespace = contents.name
        guard !ImportedName.isOfTheCluster(namespace) else {
            throw ImportedEnvironment.Failure(
                "\(namespace) is a namespace of the cluster itself, which is no environment")
        }
        let kinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Service"]
        guard kinds.contains(where: { !contents.all($0).isEmpty }) else {
            throw ImportedEnvironment.Failure(
                "nothing runs in the namespace \(namespace) that could become an environment")
        }
        self.contents = contents
        environment = ImportedEnvironment(name: name ?? namespace, tier: tier)
        var place: JSONObject = name == nil || name == namespace ? [:] : ["name": .string(namespace)]
        place["adopt"] = "IfUnmanaged"
        environment.fields["namespace"] = .object(place)
        makeWorkloads()
        introduce()
        sayOthers()
        takeLimits()
        connect()
        takeIngresses()
        takePullSecrets()
        environment.components = workloads.map(\.component)
        let adopted = workloads.flatMap(\.adoptable)
        if !adopted.isEmpty { environment.fields["adopt"] = ["objects": .array(adopted)] }
    }

    private mutating func makeWorkloads() {
        for deployment in contents.all("Deployment") {
            let name = ImportedName.label(
                deployment.name, limit: 40, taken: Set(workloads.map(\.component.name)).union(ImportedName.reserved))
            workloads.append(WorkloadComponent(deployment, as: name, in: contents))
        }
    }

    // MARK: What is said above all

    private mutating func introduce() {
        let namespace = contents.name
        environment.note(
            """
            Made from the namespace \(namespace) by quartermaster import. Read the comments, then: quartermaster validate, render, diff, \
            and kubectl apply.
            """)
        if let tracker = NamespaceTracker(of: contents.namespace) {
            environment.leaveOut(
                "The namespace is not adopted: \(tracker.objection). Remove that mark once the tool does not deliver it any more.",
                at: "spec", "namespace")
        }
        sayConflicts()
        sayTrackers()
        let unknown = workloads.filter { $0.component.fields["securityContext"]?["runAsUser"] == nil }.map(
            \.component.name)
        if !unknown.isEmpty {
            environment.note(
                """
                No pod runs as root. For \(unknown.joined(separator: ", ")) the namespace names no user: unless the image has a number as \
                its USER, set securityContext: {runAsUser: …}, and fsGroup with volumes.
                """)
        }
    }

    /// What an apply comes to, in the same namespace.
    private mutating func sayConflicts() {
        let foreign = workloads.filter { !$0.deployment.isOfTheOperator }.map(\.component.name)
        guard !foreign.isEmpty else {
            environment.note(
                "All that runs here is the operator's already: apply it where the environment that made it is gone, or elsewhere."
            )
            return
        }
        let adopted = workloads.filter { !$0.adoptable.isEmpty }.map(\.component.name)
        let takenOver =
            adopted.isEmpty
            ? ""
            : """
            The operator takes over what spec.adopt lists, in place: the pods of \(adopted.joined(separator: ", ")) are replaced once, by new \
            ones before old ones go where no volume forbids it.\u{20}
            """
        let left = workloads.filter { $0.deployment.name == $0.component.name }.map(\.component.name)
            .filter { foreign.contains($0) && !adopted.contains($0) }
        let conflicts =
            left.isEmpty
            ? ""
            : "NameConflict is reported for \(left.joined(separator: ", ")), since objects of these names are there. "
        environment.note(
            """
            Applied to this namespace, nothing that spec.adopt does not list is changed or restarted, and status.adoption says of each \
            object what would be. \(takenOver)\(conflicts)Quota, LimitRange, the Pod Security level and default-deny are written only \
            once every component is available, and apply to everything in the namespace from then on.
            """)
    }

    /// Objects that another tool delivers would come back.
    private mutating func sayTrackers() {
        var byTool: [String: [String]] = [:]
        for workload in workloads where !workload.deployment.isOfTheOperator {
            guard let tracker = NamespaceTracker(of: workload.deployment) else { continue }
            byTool[tracker.tool, default: []].append(workload.deployment.name)
        }
        for (tool, names) in byTool.sorted(by: { $0.key < $1.key }) {
            environment.note(
                """
                By their labels, \(tool) delivers \(names.joined(separator: ", ")), and would bring back what you delete: take \
                them out there first.
                """
            )
        }
    }

    private mutating func sayOthers() {
        let reasons = [
            (
                "StatefulSet",
                "a component is a Deployment. It keeps running, but default-deny cuts it off unless a NetworkPolicy of yours allows its connections"
            ),
            (
                "DaemonSet",
                "a component is a Deployment. It keeps running, but default-deny cuts it off unless a NetworkPolicy of yours allows its connections"
            ),
            (
                "CronJob",
                "a component runs for ever. It keeps running, but needs a NetworkPolicy of yours once default-deny is written"
            ),
            ("Job", "a component runs for ever"),
        ]
        for (kind, reason) in reasons {
            let names = contents.all(kind).map(\.name)
            if !names.isEmpty { environment.leaveOut("Left out, \(kind) \(names.joined(separator: ", ")): \(reason).") }
        }
        let known = Set(workloads.flatMap { $0.serviceNames })
        let others = contents.all("Service").map(\.name).filter { !known.contains($0) }
        if !others.isEmpty {
            environment.leaveOut(
                "Left out, Service \(others.joined(separator: ", ")): its pods are those of no component.")
        }
        let claims = Set(workloads.flatMap { $0.claimNames })
        let unused = contents.all("PersistentVolumeClaim").map(\.name).filter { !claims.contains($0) }
        if !unused.isEmpty {
            environment.leaveOut(
                "Left out, PersistentVolumeClaim \(unused.joined(separator: ", ")): no component mounts it. It stays.")
        }
    }

    // MARK: Limits

    private mutating func takeLimits() {
        let quotas = contents.all("ResourceQuota")
        if let quota = quotas.first, let hard = quota[path: "spec", "hard"] {
            environment.fields["quota"] = ["mode": "Fixed", "hard": hard]
        }
        for quota in quotas where quota[path: "spec", "scopes"] != nil || quota[path: "spec", "scopeSelector"] != nil {
            environment.leaveOut(
                "Left out, the scopes of ResourceQuota \(quota.name): the environment's quota has none.", at: "spec",
                "quota")
        }
        if quotas.count > 1 {
            let names = quotas.dropFirst().map(\.name).joined(separator: ", ")
            environment.leaveOut(
                "Left out, ResourceQuota \(names): an environment has one. It applies beside it.", at: "spec", "quota")
        }
        let ranges = contents.all("LimitRange")
        let items = ranges.flatMap { $0[path: "spec", "limits"]?.array ?? [] }
        if let item = items.first(where: { $0["type"] == "Container" }) {
            let fields = ["min", "defaultRequest", "default", "max"].compactMap { field -> (String, JSONValue)? in
                let amounts = (item[field]?.object ?? [:]).filter { ["cpu", "memory"].contains($0.key) }
                return amounts.isEmpty ? nil : (field, .object(amounts))
            }
            if !fields.isEmpty { environment.fields["limitRange"] = .object(JSONObject(fields)) }
        }
        if items.count > 1 {
            environment.leaveOut("Left out, all but the first LimitRange for containers.", at: "spec", "limitRange")
        }
    }

    private mutating func takePullSecrets() {
        var names: [String] = []
        for name in workloads.flatMap({ $0.pullSecrets }) where !names.contains(name) { names.append(name) }
        if !names.isEmpty {
            environment.fields["imagePullSecrets"] = .array(names.map { ["name": .string($0)] })
        }
    }

    // MARK: Connections

    private mutating func connect() {
        let policies = PolicyConnections(contents.all("NetworkPolicy"), workloads, namespace: contents.name)
        for (field, value) in policies.network {
            environment.fields["network"] = merged(environment.fields["network"], field, value)
        }
        for index in workloads.indices {
            let own = workloads[index].component.name
            for peer in policies.peers[own] ?? [] { workloads[index].component.append(peer, to: "connectsTo") }
            for remark in policies.remarks[own] ?? [] { workloads[index].component.leaveOut(remark) }
        }
        connectByAddresses(policies)
        if policies.isEmpty {
            environment.note(
                """
                The namespace has no NetworkPolicies: connectsTo was found in the addresses that variables name. Everything that is not \
                declared is refused; add what is missing.
                """)
        }
    }

    /// Where no policy says who reaches a component, the addresses in variables do.
    private mutating func connectByAddresses(_ policies: PolicyConnections) {
        var hosts: [String: String] = [:]
        for workload in workloads {
            for service in workload.serviceNames { hosts[service] = workload.component.name }
        }
        let others = contents.all("Service").filter { hosts[$0.name] == nil && $0[path: "spec", "selector"] != nil }
        let otherNames = Addresses(components: Dictionary(uniqueKeysWithValues: others.map { ($0.name, $0.name) }))
        let addresses = Addresses(components: hosts)
        for index in workloads.indices {
            for (variable, value) in workloads[index].values {
                for mention in addresses.read(value, of: variable).mentions
                where !policies.isolated.contains(mention.host) {
                    workloads[index].component.connect(to: mention.host)
                }
                for mention in otherNames.read(value, of: variable).mentions {
                    for service in others where service.name == mention.host { connect(index, to: service) }
                }
            }
            workloads[index].rename(by: addresses)
        }
    }

    /// To pods that are those of no component.
    private mutating func connect(_ index: Int, to service: DynamicObject) {
        let ports = (service[path: "spec", "ports"]?.array ?? []).compactMap { port in
            port["targetPort"]?.integer ?? (port["targetPort"]?.string == nil ? port["port"]?.integer : nil)
        }
        guard !ports.isEmpty, let labels = service[path: "spec", "selector"] else { return }
        let peer: JSONValue = [
            "namespace": .string(contents.name), "podLabels": labels,
            "ports": .array(ports.map { ["port": .integer($0)] }),
        ]
        if !workloads[index].component.list("connectsTo").contains(peer) {
            workloads[index].component.append(peer, to: "connectsTo")
        }
    }

    private func merged(_ fields: JSONValue?, _ field: String, _ value: JSONValue) -> JSONValue {
        var fields = fields?.object ?? [:]
        fields[field] = value
        return .object(fields)
    }

    // MARK: Ingress

    private mutating func takeIngresses() {
        var hosts: [(host: String, entry: JSONObject)] = []
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
                if let known = hosts.firstIndex(where: { $0.host == host }) {
                    hosts[known].entry["paths"] = .array((hosts[known].entry["paths"]?.array ?? []) + paths)
                } else {
                    hosts.append((host, entry(for: host, of: ingress, paths)))
                }
            }
        }
        if !hosts.isEmpty { environment.fields["ingress"] = .array(hosts.map { .object($0.entry) }) }
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
        var entry: JSONObject = ["host": .string(host), "paths": .array(paths)]
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
