internal import KubeAPI

extension ResolvedEnvironment {
    /// The namespace. It is in no inventory and names no owner, so that nothing deletes it by the way.
    func namespaceChild(_ facts: EnvironmentFacts) throws -> DesiredChild {
        let level = podSecurity.rawValue
        var labels = ["enforce", "audit", "warn"].reduce(into: [String: String]()) { labels, mode in
            labels["pod-security.kubernetes.io/\(mode)"] = mode == "enforce" ? level : strictest.rawValue
        }
        labels[LabelKey.tier] = spec.tier.rawValue
        let metadata = ObjectMeta.child(of: environment, named: namespace, in: .cluster, labels: labels)
        var child = try DesiredChild(KubeAPI.Namespace(metadata: metadata))
        if facts.isAdopted { child.object[path: "metadata", "annotations", AnnotationKey.adopted] = "true" }
        return child
    }

    /// What audit and warnings go by: they say what would break under the strictest level, and refuse nothing.
    private var strictest: AppEnvironment.PodSecurityLevel { podSecurity == .privileged ? .privileged : .restricted }
}
