internal import KubeAPI

/// Who may connect to whom by the NetworkPolicies of a namespace.
struct PolicyConnections {
    /// `connectsTo` of each component.
    private(set) var peers: [String: [JSONValue]] = [:]
    /// What could not be said, by component.
    private(set) var remarks: [String: [String]] = [:]
    /// Fields of `spec.network`.
    private(set) var network: JSONObject = [:]
    /// Components that only those reach whom a policy names.
    private(set) var isolated: Set<String> = []
    private let workloads: [WorkloadComponent]
    private let namespace: String
    let isEmpty: Bool

    init(_ policies: [DynamicObject], _ workloads: [WorkloadComponent], namespace: String) {
        self.workloads = workloads
        self.namespace = namespace
        isEmpty = policies.isEmpty
        for policy in policies { take(policy) }
    }

    private mutating func take(_ policy: DynamicObject) {
        let selector = policy[path: "spec", "podSelector"] ?? [:]
        let subjects = selected(by: selector)
        let types = policy[path: "spec", "policyTypes"]?.array?.compactMap(\.string) ?? ["Ingress"]
        let isForAll = Self.isEmpty(selector)
        if types.contains("Ingress") { isolated.formUnion(subjects.map(\.component.name)) }
        for rule in policy[path: "spec", "ingress"]?.array ?? [] {
            for peer in rule["from"]?.array ?? [] { takeSource(peer, rule, subjects, policy, isForAll: isForAll) }
            if rule["from"] == nil {
                sayAll(subjects, "Everybody may connect to it by NetworkPolicy \(policy.name)", policy)
            }
        }
        for rule in policy[path: "spec", "egress"]?.array ?? [] where !Self.isDNS(rule) {
            for peer in rule["to"]?.array ?? [] { takeTarget(peer, rule, subjects, policy) }
            if rule["to"] == nil { network["egress"] = "Allow" }
        }
    }

    // MARK: Ingress

    private mutating func takeSource(
        _ peer: JSONValue, _ rule: JSONValue, _ subjects: [WorkloadComponent], _ policy: DynamicObject, isForAll: Bool
    ) {
        guard let selector = ownPods(peer) else {
            sayAll(subjects, "Others than components may connect to it by NetworkPolicy \(policy.name)", policy)
            return
        }
        if isForAll, Self.isEmpty(selector) {
            network["ingress"] = "Namespace"
            return
        }
        for source in selected(by: selector) {
            for subject in subjects { connect(source, subject, rule) }
        }
    }

    private mutating func sayAll(_ subjects: [WorkloadComponent], _ text: String, _ policy: DynamicObject) {
        guard !policy.isOfTheOperator else { return }
        for subject in subjects {
            say(
                "\(text): an ingress and metrics allow that by themselves; for others keep a policy of your own.",
                of: subject)
        }
    }

    private mutating func say(_ text: String, of subject: WorkloadComponent) {
        let name = subject.component.name
        if remarks[name]?.contains(text) != true { remarks[name, default: []].append(text) }
    }

    // MARK: Egress

    private mutating func takeTarget(
        _ peer: JSONValue, _ rule: JSONValue, _ subjects: [WorkloadComponent], _ policy: DynamicObject
    ) {
        if let block = peer["ipBlock"] {
            takeAddresses(block, rule, subjects, policy)
        } else if let selector = ownPods(peer) {
            for target in selected(by: selector) {
                for subject in subjects { connect(subject, target, rule) }
            }
        } else {
            takeNamespace(peer, rule, subjects, policy)
        }
    }

    private mutating func takeAddresses(
        _ block: JSONValue, _ rule: JSONValue, _ subjects: [WorkloadComponent], _ policy: DynamicObject
    ) {
        let range = block["cidr"]?.string ?? ""
        if ["0.0.0.0/0", "::/0"].contains(range), rule["ports"] == nil {
            if network["egress"] == nil { network["egress"] = block["except"] == nil ? "Allow" : "Internet" }
            return
        }
        guard let ports = Self.ports(rule) else {
            for subject in subjects {
                say(
                    "Left out, \(range) of NetworkPolicy \(policy.name): connectsTo wants the numbers of the ports.",
                    of: subject)
            }
            return
        }
        for subject in subjects { add(["cidr": .string(range), "ports": ports], to: subject) }
    }

    private mutating func takeNamespace(
        _ peer: JSONValue, _ rule: JSONValue, _ subjects: [WorkloadComponent], _ policy: DynamicObject
    ) {
        let name = peer["namespaceSelector"]?["matchLabels"]?["kubernetes.io/metadata.name"]
        let labels = peer["podSelector"]?["matchLabels"]
        let isPlain =
            peer["podSelector"]?["matchExpressions"] == nil && peer["namespaceSelector"]?["matchExpressions"] == nil
        guard let name, isPlain, let ports = Self.ports(rule) else {
            for subject in subjects {
                say(
                    "Left out, a namespace of NetworkPolicy \(policy.name): connectsTo wants its name, labels, and the numbers of the ports.",
                    of: subject)
            }
            return
        }
        var entry: JSONObject = ["namespace": name]
        if let labels, labels.object?.isEmpty == false { entry["podLabels"] = labels }
        entry["ports"] = ports
        for subject in subjects { add(.object(entry), to: subject) }
    }

    // MARK: Both

    /// The selector of a peer in the same namespace.
    private func ownPods(_ peer: JSONValue) -> JSONValue? {
        guard let space = peer["namespaceSelector"] else { return peer["podSelector"] }
        let isOwn =
            space["matchLabels"]?.stringMap == ["kubernetes.io/metadata.name": namespace]
            && space["matchExpressions"] == nil
        return isOwn ? peer["podSelector"] ?? [:] : nil
    }

    private func selected(by selector: JSONValue) -> [WorkloadComponent] {
        guard let selector = try? JSONValueDecoder().decode(LabelSelector.self, from: selector) else { return [] }
        return workloads.filter { selector.matches($0.podLabels) }
    }

    private static func isEmpty(_ selector: JSONValue) -> Bool {
        selector["matchLabels"]?.object?.isEmpty != false && selector["matchExpressions"]?.array?.isEmpty != false
    }

    private static func isDNS(_ rule: JSONValue) -> Bool {
        let ports = rule["ports"]?.array ?? []
        return !ports.isEmpty && ports.allSatisfy { $0["port"] == 53 }
    }

    /// `nil` where one of them is no number.
    private static func ports(_ rule: JSONValue) -> JSONValue? {
        let ports = rule["ports"]?.array ?? []
        guard !ports.isEmpty, ports.allSatisfy({ $0["port"]?.integer != nil && $0["endPort"] == nil }) else {
            return nil
        }
        return .array(ports.map(Self.entry))
    }

    private static func entry(_ port: JSONValue) -> JSONValue {
        let number = port["port"] ?? 0
        return port["protocol"] == "UDP" ? ["port": number, "protocol": "UDP"] : ["port": number]
    }

    /// All ports of a component need not be named.
    private mutating func connect(_ source: WorkloadComponent, _ target: WorkloadComponent, _ rule: JSONValue) {
        var entry: JSONObject = ["component": .string(target.component.name)]
        let given = (rule["ports"]?.array ?? []).compactMap { target.containerPort($0["port"]) }
        let own = target.component.list("ports").compactMap { ($0["targetPort"] ?? $0["port"])?.integer }
        let isUDP = rule["ports"]?.array?.contains { $0["protocol"] == "UDP" } == true
        if !given.isEmpty, !isUDP, Set(given) != Set(own) {
            entry["ports"] = .array(given.map { ["port": .integer($0)] })
        }
        add(.object(entry), to: source)
    }

    private mutating func add(_ peer: JSONValue, to subject: WorkloadComponent) {
        let name = subject.component.name
        if peers[name]?.contains(peer) != true { peers[name, default: []].append(peer) }
    }
}
