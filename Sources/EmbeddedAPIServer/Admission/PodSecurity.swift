internal import KubeAPI

/// Pod Security admission by the labels of namespaces. Source: Kubernetes documentation, "Pod Security Standards".
struct PodSecurity {
    let core: APICore

    private enum Level: String {
        case privileged, baseline, restricted
    }

    /// - Throws: `APIFailure` 403 that names every violation.
    func check(_ pod: JSONValue, _ context: RequestContext) throws {
        let key = ObjectKey(name: context.key.namespace)
        guard let labels = core.store.get(GroupResource(.namespace), key)?.labels,
            let level = labels["pod-security.kubernetes.io/enforce"].flatMap(Level.init), level != .privileged
        else { return }
        let version = labels["pod-security.kubernetes.io/enforce-version"] ?? "latest"
        let violations = Self.violations(pod["spec"] ?? [:], level)
        guard !violations.isEmpty else { return }
        throw APIFailure.forbidden(
            context.type, pod[path: ["metadata", "name"]]?.string ?? "",
            "violates PodSecurity \"\(level.rawValue):\(version)\": \(violations.joined(separator: ", "))")
    }

    private static func violations(_ spec: JSONValue, _ level: Level) -> [String] {
        let baseline = [hostNamespaces(spec), hostPaths(spec), privileged(spec), hostPorts(spec)]
        guard level == .restricted else { return baseline.compactMap { $0 } }
        let restricted = [
            escalation(spec), capabilities(spec), runAsNonRoot(spec), runAsRoot(spec), seccomp(spec), volumes(spec),
        ]
        return (baseline + restricted).compactMap { $0 }
    }

    private static func containers(_ spec: JSONValue) -> [JSONValue] {
        ["initContainers", "containers", "ephemeralContainers"].flatMap { spec[$0]?.array ?? [] }
    }

    /// `container "a"` or `containers "a", "b"`, of those that a test finds; `nil` where it finds none.
    private static func naming(_ spec: JSONValue, where isBad: (JSONValue) -> Bool) -> String? {
        let names = containers(spec).filter(isBad).map { "\"\($0["name"]?.string ?? "")\"" }
        guard !names.isEmpty else { return nil }
        return "container\(names.count > 1 ? "s" : "") \(names.joined(separator: ", "))"
    }

    private static func hostNamespaces(_ spec: JSONValue) -> String? {
        let set = ["hostNetwork", "hostPID", "hostIPC"].filter { spec[$0]?.bool == true }
        return set.isEmpty ? nil : "host namespaces (\(set.map { "\($0)=true" }.joined(separator: ", ")))"
    }

    private static func hostPaths(_ spec: JSONValue) -> String? {
        let names = (spec["volumes"]?.array ?? []).filter { $0["hostPath"] != nil }
            .map { "\"\($0["name"]?.string ?? "")\"" }
        return names.isEmpty
            ? nil : "hostPath volumes (volume\(names.count > 1 ? "s" : "") \(names.joined(separator: ", ")))"
    }

    private static func privileged(_ spec: JSONValue) -> String? {
        naming(spec) { $0[path: ["securityContext", "privileged"]]?.bool == true }
            .map { "privileged (\($0) must not set securityContext.privileged=true)" }
    }

    private static func hostPorts(_ spec: JSONValue) -> String? {
        let ports = containers(spec).flatMap { $0["ports"]?.array ?? [] }.compactMap { $0["hostPort"]?.integer }
            .filter { $0 != 0 }
        return naming(spec) { $0["ports"]?.array?.contains { ($0["hostPort"]?.integer ?? 0) != 0 } ?? false }
            .map { names in
                let list = ports.map(String.init).joined(separator: ", ")
                return "hostPort (\(names) use\(names.hasPrefix("containers") ? "" : "s") hostPort"
                    + "\(ports.count > 1 ? "s" : "") \(list))"
            }
    }

    private static func escalation(_ spec: JSONValue) -> String? {
        naming(spec) { $0[path: ["securityContext", "allowPrivilegeEscalation"]]?.bool != false }
            .map { "allowPrivilegeEscalation != false (\($0) must set securityContext.allowPrivilegeEscalation=false)" }
    }

    private static func capabilities(_ spec: JSONValue) -> String? {
        let all = JSONValue.string("ALL")
        let path = ["securityContext", "capabilities"]
        return naming(spec) { !($0[path: path + ["drop"]]?.array?.contains(all) ?? false) }
            .map { "unrestricted capabilities (\($0) must set securityContext.capabilities.drop=[\"ALL\"])" }
    }

    /// What every container must say itself where the pod does not.
    private static func unset(_ spec: JSONValue, _ path: [String], _ isGood: (JSONValue?) -> Bool) -> String? {
        let isPodGood = isGood(spec[path: ["securityContext"] + path])
        return naming(spec) { container in
            let own = container[path: ["securityContext"] + path]
            return own == nil ? !isPodGood : !isGood(own)
        }
    }

    private static func runAsNonRoot(_ spec: JSONValue) -> String? {
        unset(spec, ["runAsNonRoot"]) { $0?.bool == true }
            .map { "runAsNonRoot != true (pod or \($0) must set securityContext.runAsNonRoot=true)" }
    }

    private static func runAsRoot(_ spec: JSONValue) -> String? {
        if spec[path: ["securityContext", "runAsUser"]] == 0 { return "runAsUser=0 (pod must not set runAsUser=0)" }
        return naming(spec) { $0[path: ["securityContext", "runAsUser"]] == 0 }
            .map { "runAsUser=0 (\($0) must not set runAsUser=0)" }
    }

    private static func seccomp(_ spec: JSONValue) -> String? {
        unset(spec, ["seccompProfile", "type"]) { ["RuntimeDefault", "Localhost"].contains($0?.string) }
            .map {
                "seccompProfile (pod or \($0) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
                    + "\"Localhost\")"
            }
    }

    private static let allowedVolumes: Set<String> = [
        "name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
        "projected", "secret",
    ]

    private static func volumes(_ spec: JSONValue) -> String? {
        for volume in spec["volumes"]?.array ?? [] {
            guard let type = (volume.object ?? [:]).first(where: { !allowedVolumes.contains($0.key) })?.key else {
                continue
            }
            return "restricted volume types (volume \"\(volume["name"]?.string ?? "")\" uses restricted volume type "
                + "\"\(type)\")"
        }
        return nil
    }
}
