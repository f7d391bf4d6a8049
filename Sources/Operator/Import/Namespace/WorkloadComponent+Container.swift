internal import KubeAPI
internal import Reconcilers

extension WorkloadComponent {
    // MARK: Variables

    /// ConfigMaps first, then Secrets, then the rest: that is the order in which a component takes them, and of two variables
    /// of one name the later one counts. What stands in another order is kept as it is.
    mutating func takeVariables() {
        var sources = (container["envFrom"]?.array ?? [])[...]
        var config: [(key: String, value: String)] = []
        while let source = sources.first, let values = plainConfig(source), config.count + values.count <= 128 {
            for (key, value) in values {
                config.removeAll { $0.key == key }
                config.append((key, value))
            }
            sources = sources.dropFirst()
        }
        for (key, value) in config { takeConfig(key, value) }
        while let source = sources.first, let reference = source["secretRef"]?.object, source["prefix"] == nil {
            component.append(.object(reference), to: "secrets")
            sources = sources.dropFirst()
        }
        for source in sources { component.append(source, to: "envFrom") }
        for variable in container["env"]?.array ?? [] { takeVariable(variable) }
    }

    /// What a ConfigMap brings; `nil` where it has to stay as it is.
    private func plainConfig(_ source: JSONValue) -> [(key: String, value: String)]? {
        guard source["prefix"] == nil, source["configMapRef"]?["optional"]?.bool != true,
            let name = source["configMapRef"]?["name"]?.string, let map = contents.find("ConfigMap", name)
        else { return nil }
        return (map["data"]?.stringMap ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private mutating func takeConfig(_ key: String, _ value: String) {
        values.append((key, value))
        guard ImportedName.isVariable(key) else {
            return component.leaveOut("Left out, \(key): it is no name of a variable.", at: "config")
        }
        guard !Sensitive.isSecret(key, value) else { return needSecret(key) }
        var config = component.fields["config"]?.object ?? [:]
        config[key] = .string(value)
        component.fields["config"] = .object(config)
    }

    private mutating func takeVariable(_ variable: JSONValue) {
        let name = variable["name"]?.string ?? ""
        guard let value = variable["value"]?.string else { return component.append(variable, to: "env") }
        values.append((name, value))
        // A value that is made of other variables holds none itself.
        if Sensitive.isSecret(name, value), !value.contains("$(") {
            needSecret(name)
        } else {
            component.append(variable, to: "env")
        }
    }

    /// Gives Services that are not made the names of the components that take their place.
    mutating func rename(by addresses: Addresses) {
        if let config = component.fields["config"]?.object {
            let renamed = config.map { key, value in
                (key, JSONValue.string(addresses.read(value.string ?? "", of: key).text))
            }
            component.fields["config"] = .object(JSONObject(renamed))
        }
        guard component.fields["env"] != nil else { return }
        component.fields["env"] = .array(
            component.list("env").map { variable in
                guard var fields = variable.object, let value = fields["value"]?.string else { return variable }
                fields["value"] = .string(addresses.read(value, of: fields["name"]?.string ?? "").text)
                return .object(fields)
            })
    }

    // MARK: Fields

    private static let ownContainerFields: Set = [
        "name", "image", "command", "args", "ports", "env", "envFrom", "resources", "startupProbe", "readinessProbe",
        "livenessProbe", "securityContext", "volumeMounts",
    ]

    mutating func takeContainer() {
        for (key, value) in withoutDefaults(container) where !Self.ownContainerFields.contains(key) {
            component.containerFields[key] = value
        }
        let resources = (container["resources"]?.object ?? [:]).filter { ["requests", "limits"].contains($0.key) }
        if !resources.isEmpty { component.fields["resources"] = .object(resources) }
    }

    /// What a server writes where nobody has said anything.
    private func withoutDefaults(_ container: JSONObject) -> JSONObject {
        let image = container["image"]?.string ?? ""
        let isLatest =
            image.hasSuffix(":latest")
            || !image.contains("@") && image.split(separator: "/").last?.contains(":") != true
        return container.filter { key, value in
            switch key {
            case "terminationMessagePath": value != "/dev/termination-log"
            case "terminationMessagePolicy":
                value != "File" && !(kind.runsToItsEnd && value == "FallbackToLogsOnError")
            case "imagePullPolicy": value.string != (isLatest ? "Always" : "IfNotPresent")
            default: true
            }
        }
    }

    mutating func takeProbes() {
        var probes: JSONObject = [:]
        for (field, name) in [
            ("readinessProbe", "readiness"), ("livenessProbe", "liveness"), ("startupProbe", "startup"),
        ] {
            if let probe = openProbe(field, of: container) { probes[name] = .object(plain(probe)) }
        }
        let hasPort = component.list("ports").contains { $0["protocol"] == nil }
        // Where not all three are there, the environment would add what there was not.
        if probes.count < 3, hasPort || probes["liveness"] != nil { probes["defaults"] = "Off" }
        if !probes.isEmpty { component.fields["probes"] = .object(probes) }
    }

    /// A probe whose command has no secret in it: Kubernetes fills variables into none.
    private mutating func openProbe(_ field: String, of container: JSONObject) -> JSONObject? {
        let probe = container[field]?.object
        let words = probe?["exec"]?["command"]?.array?.compactMap(\.string) ?? []
        guard CommandMask.masked(words).variables.isEmpty else {
            component.leaveOut(
                "Left out, the \(field) of the container \(container["name"]?.string ?? ""): its command holds a secret. Give one that needs none.",
                at: "probes")
            return nil
        }
        return probe
    }

    /// A probe without what a server adds, with numbers for ports whose names are not those of the component.
    private mutating func plain(_ probe: JSONObject) -> JSONObject {
        var probe = probe.filter {
            !($0.key == "timeoutSeconds" && $0.value == 1 || $0.key == "successThreshold" && $0.value == 1)
        }
        for kind in ["httpGet", "tcpSocket"] {
            guard var handler = probe[kind]?.object else { continue }
            if handler["scheme"] == "HTTP" { handler["scheme"] = nil }
            if let number = containerPort(handler["port"]) { handler["port"] = .integer(number) }
            let headers = handler["httpHeaders"]?.array ?? []
            let open = headers.filter { $0["name"]?.string?.lowercased() != "authorization" }
            if open.count < headers.count {
                handler["httpHeaders"] = open.isEmpty ? nil : .array(open)
                component.leaveOut("Left out, the header Authorization of a probe.", at: "probes")
            }
            probe[kind] = .object(handler)
        }
        return probe
    }

    // MARK: Other containers

    mutating func takeOtherContainers(_ containers: [JSONObject]) {
        for other in containers where other["name"] != container["name"] {
            component.otherContainers.append(masked(other))
        }
        let initial = (pod["initContainers"]?.array ?? []).compactMap(\.object)
        if !initial.isEmpty { component.podFields["initContainers"] = .array(initial.map { masked($0) }) }
    }

    /// A variable of another container, which takes no others of the Secret.
    private mutating func ofSecret(_ name: String) -> JSONValue {
        needSecret(name)
        return [
            "name": .string(name),
            "valueFrom": ["secretKeyRef": ["name": .string(secretName), "key": .string(name)]],
        ]
    }

    /// The container with references where secrets stand in the open.
    private mutating func masked(_ container: JSONObject) -> JSONValue {
        var container = withoutDefaults(container)
        var variables = (container["env"]?.array ?? []).map { variable -> JSONValue in
            guard let name = variable["name"]?.string, let value = variable["value"]?.string, !value.contains("$("),
                Sensitive.isSecret(name, value)
            else { return variable }
            return ofSecret(name)
        }
        for field in ["command", "args"] {
            guard let words = container[field]?.array?.compactMap(\.string), !words.isEmpty else { continue }
            let masked = CommandMask.masked(words)
            container[field] = .array(masked.words.map(JSONValue.string))
            for name in masked.variables where !variables.contains(where: { $0["name"]?.string == name }) {
                variables.append(ofSecret(name))
            }
        }
        for field in ["startupProbe", "readinessProbe", "livenessProbe"] {
            container[field] = openProbe(field, of: container).map(JSONValue.object)
        }
        if !variables.isEmpty { container["env"] = .array(variables) }
        let refused = Self.refused(container["securityContext"]?.object ?? [:])
        if !refused.isEmpty {
            let kept = (container["securityContext"]?.object ?? [:]).filter { !refused.contains($0.key) }
            container["securityContext"] = kept.isEmpty ? nil : .object(kept)
            component.leaveOut(
                """
                Left out of the container \(container["name"]?.string ?? ""), \(refused.joined(separator: ", ")): the Pod \
                Security level of the tier refuses it.
                """
            )
        }
        let mounts = (container["volumeMounts"]?.array ?? []).filter { !isOfTheHost(volume: $0["name"]?.string ?? "") }
        container["volumeMounts"] = mounts.isEmpty ? nil : .array(mounts.map { renamed($0) })
        return .object(container)
    }
}
