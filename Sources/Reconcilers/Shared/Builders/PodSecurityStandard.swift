internal import KubeAPI

/// The levels of Pod Security. Source: Kubernetes 1.36, "Pod Security Standards".
enum PodSecurityStandard: String, Sendable, CaseIterable {
    case privileged, baseline, restricted

    /// What a namespace enforces; `nil` where it does not say, or says what nobody knows. Then a default of the cluster holds,
    /// and nobody can ask for that. It is `nil`, too, where the level is that of another version of Kubernetes, which may refuse
    /// less than what is known here.
    init?(enforcedBy labels: [String: String]) {
        guard labels["\(LabelKey.podSecurity)enforce-version"] ?? "latest" == "latest" else { return nil }
        guard let label = labels["\(LabelKey.podSecurity)enforce"] else { return nil }
        self.init(rawValue: label)
    }

    /// The first field of a pod template that is more than the level allows.
    ///
    /// - Parameter place: the path of the template.
    func violation(in template: JSONValue, at place: String) -> String? {
        switch self {
        case .privileged: nil
        case .baseline: PodSecurityBaseline.violation(in: template, at: place)
        case .restricted:
            PodSecurityBaseline.violation(in: template, at: place)
                ?? PodSecurityRestricted.violation(in: template, at: place)
        }
    }

    /// The strictest level that takes such pods.
    static func strictest(for template: JSONValue) -> PodSecurityStandard {
        [.restricted, .baseline].first { $0.violation(in: template, at: "") == nil } ?? .privileged
    }
}

/// What the Pod Security Standard `restricted` asks for beyond `baseline`.
///
/// Source: Kubernetes 1.36, k8s.io/pod-security-admission/policy.
private enum PodSecurityRestricted {
    private static let volumes: Set = [
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    ]

    static func violation(in template: JSONValue, at place: String) -> String? {
        let pod = template["spec"] ?? [:]
        let inSpec = place.field("spec")
        for (index, volume) in (pod["volumes"]?.elements ?? []).enumerated() {
            let other = (volume.object ?? [:]).first { $0.key != "name" && !volumes.contains($0.key) }
            if let other { return inSpec.field("volumes[\(index)]").field(other.key) }
        }
        let shared = pod["securityContext"]
        if shared?["runAsUser"] == 0 { return inSpec.field("securityContext.runAsUser") }
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for (index, container) in (pod[list]?.elements ?? []).enumerated() {
                guard let field = violation(in: container["securityContext"], shared) else { continue }
                return inSpec.field("\(list)[\(index)]").field("securityContext.\(field)")
            }
        }
        return nil
    }

    /// - Parameter shared: the pod's own context, whose values hold where a container has none.
    private static func violation(in own: JSONValue?, _ shared: JSONValue?) -> String? {
        if own?["allowPrivilegeEscalation"] != false { return "allowPrivilegeEscalation" }
        let capabilities = own?["capabilities"]
        if capabilities?["drop"]?.elements.contains("ALL") != true { return "capabilities.drop" }
        if capabilities?["add"]?.elements.contains(where: { $0 != "NET_BIND_SERVICE" }) == true {
            return "capabilities.add"
        }
        if (own?["runAsNonRoot"] ?? shared?["runAsNonRoot"]) != true { return "runAsNonRoot" }
        if own?["runAsUser"] == 0 { return "runAsUser" }
        let profile = own?["seccompProfile"]?["type"] ?? shared?["seccompProfile"]?["type"]
        return ["RuntimeDefault", "Localhost"].contains(profile?.string) ? nil : "seccompProfile.type"
    }
}
