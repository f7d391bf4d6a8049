internal import KubeAPI

extension ResolvedEnvironment {
    /// What an adopted namespace gets once its components stand, beside its Pod Security level.
    static let bounds: [(type: ResourceType, name: String)] = [
        (.networkPolicy, denyName), (.resourceQuota, quotaName), (.limitRange, limitRangeName),
    ]

    /// The namespace. It is in no inventory and names no owner, so that nothing deletes it by the way.
    func namespaceChild() throws -> DesiredChild {
        var labels = podSecurityLabels
        labels[LabelKey.tier] = spec.tier.rawValue
        let metadata = ObjectMeta.child(of: environment, named: namespace, in: .cluster, labels: labels)
        var child = try DesiredChild(KubeAPI.Namespace(metadata: metadata))
        if inputs.isAdopted { child.object[path: "metadata", "annotations", AnnotationKey.adopted] = "true" }
        return child
    }

    /// All that Pod Security looks at, versions included: what somebody else puts there is drift. The rules of an old version
    /// let pass what those of today refuse.
    private var podSecurityLabels: [String: String] {
        let modes = (inputs.isEnforced ? ["enforce"] : []) + ["audit", "warn"]
        return modes.reduce(into: [:]) { labels, mode in
            labels["\(LabelKey.podSecurity)\(mode)"] = (mode == "enforce" ? podSecurity : strictest).rawValue
            labels["\(LabelKey.podSecurity)\(mode)-version"] = "latest"
        }
    }

    /// What audit and warnings go by: they say what would break under the strictest level, and refuse nothing.
    private var strictest: AppEnvironment.PodSecurityLevel { podSecurity == .privileged ? .privileged : .restricted }
}
