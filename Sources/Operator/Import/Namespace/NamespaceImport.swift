internal import KubeAPI
internal import Reconcilers

/// An AppEnvironment from what runs in a namespace.
struct NamespaceImport {
    var environment: ImportedEnvironment
    let contents: NamespaceContents
    /// What runs, on its way to components.
    var workloads: [WorkloadComponent] = []
    /// Components whose workloads are taken over.
    var adopted: Set<String> = []

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
        takeLimits()
        connect()
        takeIngresses()
        takePullSecrets()
        try takeOver()
        let details = environment.remarks
        environment.remarks = []
        introduce()
        sayOthers()
        environment.remarks += details
    }

    private mutating func makeWorkloads() {
        let kinds: [AppEnvironment.ComponentSpec.Kind] = [.deployment, .statefulSet, .cronJob, .job]
        for kind in kinds {
            for object in contents.all(kind.rawValue) where !isOver(object) {
                let name = ImportedName.label(
                    Self.plainName(of: object), limit: 40,
                    taken: Set(workloads.map(\.component.name)).union(ImportedName.reserved))
                workloads.append(WorkloadComponent(object, kind, as: name, in: contents))
            }
        }
    }

    /// A Job has a name of its own for each run.
    private static func plainName(of object: DynamicObject) -> String {
        guard object.kind == "Job" else { return object.name }
        if object.isOfTheOperator, let component = object.labels[LabelKey.environmentComponent] { return component }
        return object[path: "metadata", "generateName"]?.string ?? object.name
    }

    /// Whether it is a Job that has ended, and that no environment keeps.
    private func isOver(_ object: DynamicObject) -> Bool {
        let conditions = object[path: "status", "conditions"]?.array ?? []
        return object.kind == "Job" && !object.isOfTheOperator
            && conditions.contains { ["Complete", "Failed"].contains($0["type"]) && $0["status"] == "True" }
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
        let foreign = workloads.filter { !$0.object.isOfTheOperator }.map(\.component.name)
        guard !foreign.isEmpty else {
            environment.note(
                "All that runs here is the operator's already: apply it where the environment that made it is gone, or elsewhere."
            )
            return
        }
        let left = workloads.filter { $0.object.name == $0.component.name && $0.kind != .job }.map(\.component.name)
            .filter { foreign.contains($0) && !adopted.contains($0) }
        let conflicts =
            left.isEmpty
            ? ""
            : "NameConflict is reported for \(left.joined(separator: ", ")), since objects of these names are there. "
        environment.note(
            """
            Applied to this namespace, nothing that spec.adopt does not list is changed or restarted, and status.adoption says of each \
            object what would be. \(takeover)\(conflicts)Quota, LimitRange, the Pod Security level and default-deny are written only \
            once every component is available, and apply to everything in the namespace from then on.
            """)
    }

    /// What taking over comes to for the pods, by the kind of what runs them.
    private var takeover: String {
        func names(_ kind: AppEnvironment.ComponentSpec.Kind) -> String? {
            let names = workloads.filter { $0.kind == kind }.map(\.component.name).filter(adopted.contains)
            return names.isEmpty ? nil : names.joined(separator: ", ")
        }
        let texts = [
            names(.deployment).map {
                "the pods of \($0) are replaced once, by new ones before old ones go where no volume forbids it"
            },
            names(.statefulSet).map {
                "those of the StatefulSet \($0) are replaced once, one after the other, each on its volumes"
            },
            names(.cronJob).map { "the CronJob \($0) changes with its next run" },
        ].compactMap(\.self)
        guard !texts.isEmpty else { return "" }
        return "The operator takes over what spec.adopt lists, in place: \(texts.joined(separator: "; ")). "
    }

    /// Objects that another tool delivers would come back.
    private mutating func sayTrackers() {
        var byTool: [String: [String]] = [:]
        for workload in workloads where !workload.object.isOfTheOperator {
            guard let tracker = NamespaceTracker(of: workload.object) else { continue }
            byTool[tracker.tool, default: []].append(workload.object.name)
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
        let daemons = contents.all("DaemonSet").map(\.name)
        if !daemons.isEmpty {
            environment.leaveOut(
                """
                Left out, DaemonSet \(daemons.joined(separator: ", ")): no component has a pod on each node. It keeps running, but \
                default-deny cuts it off unless a NetworkPolicy of yours allows its connections.
                """)
        }
        let past = contents.all("Job").filter(isOver).map(\.name)
        if !past.isEmpty {
            environment.note(
                """
                Left out, Job \(past.joined(separator: ", ")): it has ended, and an environment would run it again. What each new image needs \
                once, such as a migration, is a component of kind: Job.
                """)
        }
        let known = Set(workloads.flatMap { $0.serviceNames + [$0.governingService].compactMap(\.self) })
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
        let lasting = Set(workloads.compactMap(\.governingService))
        let newNames = Addresses(components: hosts.filter { !lasting.contains($0.key) })
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
            workloads[index].rename(by: newNames)
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
}
