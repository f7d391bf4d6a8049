internal import KubeAPI

extension ComposeService {
    // MARK: Health

    mutating func takeHealthCheck() {
        guard var check = fields["healthcheck"]?.object else { return }
        let test = check.removeValue(forKey: "test")
        guard var check = filledWhole(.object(check), "probes") else { return }
        check["test"] = test
        let words = check["test"]?.array == nil ? nil : ComposeValue.texts(check["test"])
        let shell =
            check["test"]?.string ?? (words?.first == "CMD-SHELL" ? words?.dropFirst().joined(separator: " ") : nil)
        let isOff = ComposeValue.flag(check["disable"]) == true || words?.first == "NONE"
        guard !isOff else {
            component.fields["probes"] = ["defaults": "Off"]
            return
        }
        let command = shell.map { ["/bin/sh", "-c", $0] } ?? words.map { Array($0.dropFirst()) } ?? []
        guard !command.isEmpty else {
            guard ["interval", "timeout", "retries", "start_period"].contains(where: { check[$0] != nil }) else {
                return
            }
            component.leaveOut(
                "Left out, the times of the image's own health check, which Kubernetes does not run: give probes.")
            return
        }
        guard let command = withoutSecrets(command, isShell: shell != nil) else {
            component.leaveOut("Left out, the health check: its command holds a secret. Give probes that need none.")
            return
        }
        var probe: JSONObject = request(in: command) ?? ["exec": ["command": .array(command.map(JSONValue.string))]]
        for (source, field) in [("interval", "periodSeconds"), ("timeout", "timeoutSeconds")] {
            if let seconds = ComposeValue.seconds(check[source]) { probe[field] = .integer(seconds) }
        }
        if let retries = ComposeValue.text(check["retries"]).flatMap(Int64.init), retries > 0 {
            probe["failureThreshold"] = .integer(retries)
        }
        component.fields["probes"] = ["readiness": .object(probe)]
    }

    /// A check with its variables filled in. A shell takes secrets from the variables of the container; Kubernetes fills
    /// them into no probe.
    ///
    /// - Returns: `nil` where a secret would have to be written.
    private mutating func withoutSecrets(_ command: [String], isShell: Bool) -> [String]? {
        var filled: [String] = []
        for word in command {
            var text = reference(word)
            for name in context.file.interpolation.references(in: word) {
                guard isShell else { return nil }
                text = text.replacing("$(\(name))", with: "${\(name)}")
            }
            filled.append(text)
        }
        return CommandMask.masked(filled).variables.isEmpty ? filled : nil
    }

    /// A check that asks the program itself by HTTP needs no program in the container.
    private func request(in command: [String]) -> JSONObject? {
        let text = command.joined(separator: " ")
        guard text.contains("curl") || text.contains("wget"), !text.contains("|grep"), !text.contains("| grep") else {
            return nil
        }
        for scheme in ["http://", "https://"] {
            guard let start = text.firstRange(of: scheme) else { continue }
            let address = text[start.upperBound...].prefix { !" '\"|;&)".contains($0) }
            let authority = address.prefix { $0 != "/" }
            let parts = authority.split(separator: ":")
            guard let host = parts.first, ["localhost", "127.0.0.1"].contains(host) else { return nil }
            let path = address.dropFirst(authority.count)
            var request: JSONObject = ["path": .string(path.isEmpty ? "/" : String(path))]
            request["port"] = .integer(
                parts.dropFirst().first.flatMap { Int64($0) } ?? (scheme == "http://" ? 80 : 443))
            if scheme == "https://" { request["scheme"] = "HTTPS" }
            return ["httpGet": .object(request)]
        }
        return nil
    }

    // MARK: Resources and replicas

    mutating func takeResources() {
        let deploy = filledWhole(fields["deploy"]?["resources"], "resources")
        let (limits, reservations) = (deploy?["limits"], deploy?["reservations"])
        var amounts: [String: [String: String]] = [:]
        func set(_ kind: String, _ name: String, _ amount: String?) {
            if let amount { amounts[kind, default: [:]][name] = amount }
        }
        set("limits", "cpu", ComposeValue.cpus(filledWhole(limits?["cpus"] ?? fields["cpus"], "resources")))
        set("limits", "memory", ComposeValue.bytes(filledWhole(limits?["memory"] ?? fields["mem_limit"], "resources")))
        set("requests", "cpu", ComposeValue.cpus(reservations?["cpus"]))
        set(
            "requests", "memory",
            ComposeValue.bytes(filledWhole(reservations?["memory"] ?? fields["mem_reservation"], "resources")))
        if !amounts.isEmpty {
            let kinds = ["requests", "limits"].compactMap { kind in
                amounts[kind].map {
                    (
                        kind,
                        JSONValue.object(JSONObject($0.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
                    )
                }
            }
            component.fields["resources"] = .object(JSONObject(kinds))
        }
        if reservations?["devices"] != nil || fields["gpus"] != nil {
            component.leaveOut(
                "Left out, the devices (GPUs): give resources.limits with the name of the device, such as nvidia.com/gpu."
            )
        }
    }

    mutating func takeReplicas() {
        let deploy = fields["deploy"]
        let given = filled(deploy?["replicas"] ?? fields["scale"], "replicas").flatMap { Int64($0) }
        if let given, (0...500).contains(given) { component.fields["replicas"] = .integer(given) }
        if deploy?["mode"]?.string == "global" {
            component.leaveOut(
                "Left out, one pod on each node (mode: global): that is a DaemonSet, which no component is.")
        }
        if deploy?["placement"] != nil {
            component.leaveOut("Left out, deploy.placement: name labels of nodes in placement.nodeSelector.")
        }
        if let profiles = fields["profiles"], !ComposeValue.texts(profiles).isEmpty {
            component.fields["replicas"] = 0
            component.note(
                "Compose begins it only with the profile \(ComposeValue.texts(profiles).joined(separator: ", ")): without replicas: 0 it runs.",
                at: "replicas")
        }
        if ComposeValue.flag(fields["restart"]) == false {
            component.leaveOut(
                "The file does not restart it when it ends (restart: \"no\"): a component is always restarted. If it ends, make it a Job."
            )
        }
    }

    // MARK: Security

    mutating func takeSecurity() {
        takeUser()
        if ComposeValue.flag(fields["read_only"]) == true { component.setSecurity("readOnlyRootFilesystem", true) }
        let groups = ComposeValue.texts(filledWhole(fields["group_add"], "securityContext"))
        let numbers = groups.compactMap { Int64($0) }
        if !numbers.isEmpty { component.setSecurity("supplementalGroups", .array(numbers.map(JSONValue.integer))) }
        if numbers.count < groups.count {
            component.leaveOut("Left out of group_add: groups without a number.", at: "securityContext")
        }
        let added = ComposeValue.texts(fields["cap_add"]).map {
            $0.uppercased().hasPrefix("CAP_") ? String($0.dropFirst(4)) : $0
        }
        if added.contains("NET_BIND_SERVICE") { component.setSecurity("capabilities", ["add": ["NET_BIND_SERVICE"]]) }
        let refused = added.filter { $0 != "NET_BIND_SERVICE" }
        if !refused.isEmpty {
            component.leaveOut(
                "Left out, cap_add \(refused.joined(separator: ", ")): the Pod Security level of the tier refuses it.")
        }
        for (name, value) in ComposeValue.pairs(filledWhole(fields["sysctls"], "securityContext")) {
            if Self.safeSysctls.contains(name) {
                component.addSysctl(name, ComposeValue.text(value) ?? "")
            } else {
                component.leaveOut("Left out, the sysctl \(name): nodes do not allow it to pods; set it on the node.")
            }
        }
    }

    /// Source: Kubernetes, "Using sysctls in a Kubernetes Cluster", the safe set that Pod Security allows.
    private static let safeSysctls: Set = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    ]

    private mutating func takeUser() {
        if let text = filled(fields["user"], "securityContext"), !text.isEmpty {
            let parts = text.split(separator: ":").map { Int64($0) }
            guard let user = parts.first ?? nil, user > 0 else {
                component.leaveOut(
                    "Left out, user \(text): no pod runs as root, and Kubernetes wants a number above 0.",
                    at: "securityContext")
                return
            }
            component.setSecurity("runAsUser", .integer(user))
            if let group = parts.dropFirst().first ?? nil { component.setSecurity("runAsGroup", .integer(group)) }
        } else if !image.contains("bitnami"), let user = KnownImage(image)?.user {
            component.setSecurity("runAsUser", .integer(Int64(user)))
            component.setSecurity("runAsGroup", .integer(Int64(user)))
            component.note("The user that this image is made for.", at: "securityContext")
        }
    }

    // MARK: The pod

    mutating func takePodFields() {
        if let folder = filled(fields["working_dir"], "template") {
            component.containerFields["workingDir"] = .string(folder)
        }
        for (source, field) in [("tty", "tty"), ("stdin_open", "stdin")]
        where ComposeValue.flag(fields[source]) == true {
            component.containerFields[field] = true
        }
        if let seconds = ComposeValue.seconds(filledWhole(fields["stop_grace_period"], "template")) {
            component.podFields["terminationGracePeriodSeconds"] = .integer(seconds)
        }
        if let size = ComposeValue.bytes(filledWhole(fields["shm_size"], "template")) {
            component.mount(
                ["name": "shm", "mountPath": "/dev/shm"],
                of: ["name": "shm", "emptyDir": ["medium": "Memory", "sizeLimit": .string(size)]])
        }
        takeHosts()
    }

    private mutating func takeHosts() {
        let pairs = fields["extra_hosts"]?.object?.map { ($0.key, ComposeValue.text($0.value) ?? "") }
        let entries =
            pairs
            ?? ComposeValue.texts(fields["extra_hosts"]).compactMap { text -> (String, String)? in
                guard let mark = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
                return (String(text[..<mark]), String(text[text.index(after: mark)...]))
            }
        for (host, address) in entries {
            guard Self.isIPv4(address) else {
                component.leaveOut(
                    "Left out, the host \(host): \(address) is no address that a pod could have in its hosts file.")
                continue
            }
            let aliases = component.podFields["hostAliases"]?.array ?? []
            component.podFields["hostAliases"] = .array(
                aliases + [["ip": .string(address), "hostnames": [.string(host)]]])
        }
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    // MARK: What is left

    /// Fields that nothing of an environment is like, and what to do about them.
    private static let leftovers: [(field: String, reason: String)] = [
        ("privileged", "the Pod Security level of the tier refuses it"),
        ("devices", "the Pod Security level of the tier refuses devices of the node"),
        ("device_cgroup_rules", "the Pod Security level of the tier refuses devices of the node"),
        ("pid", "the Pod Security level of the tier refuses namespaces of the node"),
        ("ipc", "the Pod Security level of the tier refuses namespaces of the node"),
        ("userns_mode", "the Pod Security level of the tier refuses namespaces of the node"),
        ("volumes_from", "name the volumes one by one"),
        ("external_links", "let it connect to the other namespace with connectsTo"),
        ("dns", "give template.spec.dnsConfig"), ("dns_search", "give template.spec.dnsConfig"),
        ("dns_opt", "give template.spec.dnsConfig"), ("ulimits", "set them for the container runtime of the node"),
        ("runtime", "name a RuntimeClass in template.spec.runtimeClassName"),
        ("oom_score_adj", "Kubernetes sets it by requests and limits"),
        ("stop_signal", "give the image another STOPSIGNAL"),
        ("platform", "name the architecture in placement.nodeSelector, kubernetes.io/arch"),
        ("post_start", "give template a lifecycle of the container"),
        ("pre_stop", "give template a lifecycle of the container"),
        ("mac_address", "a pod has none of its own choice"), ("cgroup_parent", "the kubelet chooses it"),
        ("provider", "what it provides has to be made in another way"),
        ("models", "what serves them has to be a component"),
    ]

    mutating func sayLeftovers() {
        for (field, reason) in Self.leftovers where fields[field] != nil {
            if ComposeValue.flag(fields[field]) == false { continue }
            component.leaveOut("Left out, \(field): \(reason).")
        }
        if let mode = ComposeValue.text(fields["network_mode"]), mode != "bridge", mode != "default", mode != "none" {
            component.leaveOut(
                "Left out, network_mode \(mode): a pod has a network of its own, and the Pod Security level refuses that of the node."
            )
        }
        let options = ComposeValue.texts(fields["security_opt"]).filter { !$0.hasPrefix("no-new-privileges") }
        if !options.isEmpty {
            component.leaveOut(
                "Left out, security_opt \(options.joined(separator: ", ")): the Pod Security level of the tier decides."
            )
        }
        let networks = fields["networks"]?.object ?? [:]
        if networks.contains(where: { $0.value["ipv4_address"] != nil || $0.value["ipv6_address"] != nil }) {
            component.leaveOut("Left out, its fixed address: others reach it as \(component.name).")
        }
    }
}

extension ImportedComponent {
    mutating func setSecurity(_ field: String, _ value: JSONValue) {
        var context = fields["securityContext"]?.object ?? [:]
        context[field] = value
        fields["securityContext"] = .object(context)
    }

    mutating func addSysctl(_ name: String, _ value: String) {
        let others = (fields["securityContext"]?["sysctls"]?.array ?? []).filter { $0["name"] != .string(name) }
        setSecurity("sysctls", .array(others + [["name": .string(name), "value": .string(value)]]))
    }
}
