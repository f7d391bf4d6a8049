internal import KubeAPI
internal import Reconcilers

/// A workload on its way to a component.
struct WorkloadComponent {
    let object: DynamicObject
    let contents: NamespaceContents
    var component: ImportedComponent
    let kind: AppEnvironment.ComponentSpec.Kind
    let template: JSONValue
    let podLabels: [String: String]
    let pod: JSONObject
    /// The container that the component's fields are about.
    let container: JSONObject
    let services: [DynamicObject]
    /// The Service that gives the pods of a StatefulSet their names, where the component makes none of that name.
    let governingService: String?
    /// What its variables hold, secrets too: to find out whom it connects to.
    var values: [(variable: String, value: String)] = []
    /// Claims that it mounts.
    var claimNames: [String] = []
    /// What volumes of claims are called in the component.
    var volumeNames: [String: String] = [:]
    /// Keys of the Secret that has to take what looks like a secret.
    var secretKeys: [String] = []

    /// - Parameter kind: that of the object.
    init(
        _ object: DynamicObject, _ kind: AppEnvironment.ComponentSpec.Kind, as name: String,
        in contents: NamespaceContents
    ) {
        self.kind = kind
        self.object = object
        self.contents = contents
        component = ImportedComponent(name)
        template = (kind == .cronJob ? object[path: "spec", "jobTemplate", "spec"] : object["spec"])?["template"] ?? [:]
        podLabels = template["metadata"]?["labels"]?.stringMap ?? [:]
        pod = template["spec"]?.object ?? [:]
        let containers = (pod["containers"]?.array ?? []).compactMap(\.object)
        container = containers.first { $0["name"]?.string == object.name } ?? containers.first ?? [:]
        let governing = kind == .statefulSet ? object[path: "spec", "serviceName"]?.string : nil
        governingService = governing == name ? nil : governing
        // Nobody is served by what runs to its end.
        services =
            kind.runsToItsEnd
            ? []
            : contents.services(for: podLabels, named: object.name).filter {
                // That one has no ports, and each StatefulSet of an environment has its own.
                $0.name != "\(name)-pods" || !$0.isOfTheOperator
            }
        component.fields["image"] = container["image"] ?? ""
        takeKind()
        takeCommand()
        if !kind.runsToItsEnd {
            takeReplicas()
            takePorts()
        }
        takeVariables()
        takeContainer()
        takeProbes()
        takeClaimTemplates()
        takeVolumes()
        takeSecurity()
        takePod()
        takeOtherContainers(containers)
        takeSecrets()
        sayName()
    }

    var serviceNames: [String] { services.map(\.name) }

    var pullSecrets: [String] { (pod["imagePullSecrets"]?.array ?? []).compactMap { $0["name"]?.string } }

    private mutating func takeCommand() {
        for field in ["command", "args"] {
            guard let words = container[field]?.array?.compactMap(\.string), !words.isEmpty else { continue }
            let masked = CommandMask.masked(words)
            for variable in masked.variables { needSecret(variable) }
            component.fields[field] = .array(masked.words.map(JSONValue.string))
        }
    }

    mutating func needSecret(_ key: String) {
        if !secretKeys.contains(key) { secretKeys.append(key) }
    }

    var secretName: String { "\(component.name)-secrets" }

    private mutating func takeSecrets() {
        guard !secretKeys.isEmpty else { return }
        component.append(["name": .string(secretName)], to: "secrets")
        component.leaveOut(
            "Values that look like secrets stand in the open in the \(kind.rawValue) or a ConfigMap. They are not written here. Make the Secret:\n"
                + Sensitive.command(secretName, secretKeys, in: contents.name),
            at: "secrets")
    }

    // MARK: Replicas

    private mutating func takeReplicas() {
        component.fields["replicas"] = object[path: "spec", "replicas"] ?? 1
        let scaler = contents.all("HorizontalPodAutoscaler").first {
            $0[path: "spec", "scaleTargetRef", "name"]?.string == object.name
                && $0[path: "spec", "scaleTargetRef", "kind"]?.string == kind.rawValue
        }
        if let scaler { take(scaler) }
        let budget = contents.all("PodDisruptionBudget").first {
            (try? $0[path: "spec", "selector"].map { try JSONValueDecoder().decode(LabelSelector.self, from: $0) })?
                .matches(podLabels) == true
        }
        if let budget, budget[path: "spec", "maxUnavailable"]?.integer != 1 {
            component.note(
                "PodDisruptionBudget \(budget.name) is replaced by one that lets a drain take one pod at a time.")
        }
    }

    private mutating func take(_ scaler: DynamicObject) {
        if let owner = scaler.ownerReferences.first(where: { $0.controller == true && $0.kind == "ScaledObject" }) {
            return component.note(
                """
                ScaledObject \(owner.name) scales it, and goes on to: the number of pods is left to it. Or write its triggers into \
                autoscaling.keda, and delete it.
                """)
        }
        guard kind != .statefulSet || (object[path: "spec", "volumeClaimTemplates"]?.array ?? []).isEmpty else {
            return component.leaveOut(
                """
                HorizontalPodAutoscaler \(scaler.name) scales it, and goes on to, but is not the environment's: a StatefulSet with volumes \
                is not autoscaled, since each new pod makes claims that stay.
                """)
        }
        var fields: JSONObject = [:]
        var metrics: [JSONValue] = []
        fields["min"] = .integer(max(scaler[path: "spec", "minReplicas"]?.integer ?? 1, 1))
        fields["max"] = scaler[path: "spec", "maxReplicas"]
        for metric in scaler[path: "spec", "metrics"]?.array ?? [] {
            let name = metric["resource"]?["name"]?.string ?? ""
            if let percent = metric["resource"]?["target"]?["averageUtilization"], ["cpu", "memory"].contains(name) {
                fields[name] = percent
            } else {
                metrics.append(metric)
            }
        }
        if !metrics.isEmpty { fields["metrics"] = .array(metrics) }
        fields["behavior"] = scaler[path: "spec", "behavior"]
        component.fields["replicas"] = nil
        component.fields["autoscaling"] = .object(fields)
    }

    // MARK: Ports

    private mutating func takePorts() {
        let declared = (container["ports"]?.array ?? []).compactMap(\.object)
        for service in services {
            takeType(of: service)
            for port in service[path: "spec", "ports"]?.array ?? [] { takePort(port, declared) }
        }
        for port in declared { takeContainerPort(port) }
    }

    private mutating func takeType(of service: DynamicObject) {
        let isHeadless = service[path: "spec", "clusterIP"] == "None"
        let type = isHeadless ? "Headless" : service[path: "spec", "type"]?.string ?? "ClusterIP"
        if service.name == component.name {
            if type != "ClusterIP" { component.fields["service"] = ["type": .string(type)] }
        } else if service.name == governingService {
            component.note(
                "Service \(service.name) gives the pods their names. It stays as it is.", at: "ports")
        } else {
            component.leaveOut(
                "Service \(service.name) is not made: its clients have to name \(component.name).", at: "ports")
            guard type != "ClusterIP" else { return }
            component.leaveOut(
                "Service \(service.name) is of the type \(type), that of the component of ClusterIP: keep a Service of your own for that.",
                at: "ports")
        }
    }

    private mutating func takePort(_ port: JSONValue, _ declared: [JSONObject]) {
        guard let number = port["port"]?.integer else { return }
        let target = port["targetPort"]
        let named = target?.string.flatMap { name in declared.first { $0["name"]?.string == name } }
        let containerPort = named?["containerPort"]?.integer ?? target?.integer ?? number
        let isUDP = port["protocol"] == "UDP"
        if port["protocol"] == "SCTP" {
            return component.leaveOut("Left out, port \(number): a component has TCP and UDP.", at: "ports")
        }
        addPort(port["name"]?.string ?? named?["name"]?.string, number, containerPort, isUDP: isUDP)
    }

    private mutating func takeContainerPort(_ port: JSONObject) {
        guard let number = port["containerPort"]?.integer else { return }
        if port["hostPort"] != nil {
            component.leaveOut(
                "Left out, hostPort of port \(number): the Pod Security level of the tier refuses it.", at: "ports")
        }
        let isUDP = port["protocol"] == "UDP"
        let isKnown = component.list("ports").contains {
            ($0["targetPort"] ?? $0["port"])?.integer == number && ($0["protocol"] == "UDP") == isUDP
        }
        if !isKnown { addPort(port["name"]?.string, number, number, isUDP: isUDP) }
    }

    private mutating func addPort(_ name: String?, _ number: Int64, _ containerPort: Int64, isUDP: Bool) {
        let ports = component.list("ports")
        let isThere = ports.contains { $0["port"]?.integer == number && ($0["protocol"] == "UDP") == isUDP }
        guard !isThere else { return }
        let taken = Set(ports.compactMap { $0["name"]?.string })
        let own = name.flatMap { !taken.contains($0) && $0.utf8.count <= 15 ? $0 : nil }
        var entry: JSONObject = [
            "name": .string(own ?? ImportedName.port(Int(number), isUDP: isUDP, isWeb: true, taken: taken)),
            "port": .integer(number),
        ]
        if containerPort != number { entry["targetPort"] = .integer(containerPort) }
        if isUDP { entry["protocol"] = "UDP" }
        component.append(.object(entry), to: "ports")
    }

    /// The name in the component of a port of one of its Services.
    func portName(service: String, _ name: String?, _ number: Int64?) -> String? {
        let ports = services.first { $0.name == service }?[path: "spec", "ports"]?.array ?? []
        let port = ports.first { name != nil ? $0["name"]?.string == name : $0["port"]?.integer == number }
        guard let number = port?["port"]?.integer ?? number else { return nil }
        return component.list("ports").first { $0["port"]?.integer == number && $0["protocol"] == nil }?["name"]?.string
    }

    /// The number of a port of the container by its name or number.
    func containerPort(_ port: JSONValue?) -> Int64? {
        guard let name = port?.string else { return port?.integer }
        let declared = container["ports"]?.array?.first { $0["name"]?.string == name }?["containerPort"]?.integer
        let own = component.list("ports").first { $0["name"]?.string == name }
        return declared ?? own.flatMap { ($0["targetPort"] ?? $0["port"])?.integer }
    }
}
