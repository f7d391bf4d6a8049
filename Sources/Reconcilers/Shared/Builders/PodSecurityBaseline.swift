internal import KubeAPI

/// What the Pod Security Standard `baseline` does not allow pods.
///
/// The API server enforces the levels of namespaces that have one; this holds in the others too.
/// Source: Kubernetes 1.36, k8s.io/pod-security-admission/policy.
enum PodSecurityBaseline {
    /// A field that is absent, or has one of some values.
    private struct Rule {
        /// Of a list each element: `volumes[].hostPath`.
        var path: [Substring]
        var allowed: Set<JSONValue>

        init(_ path: String, _ allowed: JSONValue...) {
            self.path = path.split(separator: ".")
            self.allowed = Set(allowed)
        }

        /// Where the first field is that has another value.
        func violation(in value: JSONValue, at place: String, from depth: Int = 0) -> String? {
            guard depth < path.count else { return allowed.contains(value) ? nil : place }
            let isList = path[depth].hasSuffix("[]")
            let name = String(isList ? path[depth].dropLast(2) : path[depth])
            guard let field = value[name], field != .null else { return nil }
            guard isList else { return violation(in: field, at: place.field(name), from: depth + 1) }
            return field.elements.enumerated().lazy.compactMap { index, element in
                violation(in: element, at: place.field("\(name)[\(index)]"), from: depth + 1)
            }.first
        }
    }

    private static let ofPod = [
        Rule("hostNetwork", false), Rule("hostPID", false), Rule("hostIPC", false), Rule("volumes[].hostPath"),
        Rule(
            "securityContext.sysctls[].name", "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    ]

    private static let ofPodAndContainers = [
        Rule("securityContext.windowsOptions.hostProcess", false),
        Rule(
            "securityContext.seLinuxOptions.type", "", "container_t", "container_init_t", "container_kvm_t",
            "container_engine_t"),
        Rule("securityContext.seLinuxOptions.user", ""), Rule("securityContext.seLinuxOptions.role", ""),
        Rule("securityContext.seccompProfile.type", "RuntimeDefault", "Localhost"),
        Rule("securityContext.appArmorProfile.type", "RuntimeDefault", "Localhost"),
    ]

    private static let ofContainers =
        [
            Rule("securityContext.privileged", false), Rule("securityContext.procMount", "Default"),
            Rule("ports[].hostPort", 0),
            Rule(
                "securityContext.capabilities.add[]", "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID",
                "KILL",
                "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
        ]
        + [
            "livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop",
        ].flatMap { [Rule("\($0).httpGet.host", ""), Rule("\($0).tcpSocket.host", "")] }

    private static let appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"

    /// The first field of a pod template that is more than the level allows.
    ///
    /// - Parameter place: the path of the template.
    static func violation(in template: JSONValue, at place: String) -> String? {
        let pod = template["spec"] ?? [:]
        let inSpec = place.field("spec")
        let ofPod = (ofPod + ofPodAndContainers).lazy.compactMap { $0.violation(in: pod, at: inSpec) }.first
        if let ofPod { return ofPod }
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for (index, container) in (pod[list]?.elements ?? []).enumerated() {
                let inContainer = inSpec.field("\(list)[\(index)]")
                let found = (ofContainers + ofPodAndContainers).lazy.compactMap {
                    $0.violation(in: container, at: inContainer)
                }.first
                if let found { return found }
            }
        }
        return (template["metadata"]?["annotations"]?.object ?? [:]).first { key, value in
            key.hasPrefix(appArmorAnnotation) && value != "runtime/default"
                && value.string?.hasPrefix("localhost/") != true
        }.map { place.field("metadata.annotations[\($0.key)]") }
    }
}
