internal import KubeAPI

extension BackupPolicy {
    /// The sources that the operator's configuration does not let this namespace have, with what has to be done.
    func refusedSources(by permissions: Permissions) -> [String: String] {
        let own = metadata.namespace ?? ""
        guard !permissions.isPrivileged(own) else { return [:] }
        var refused: [String: String] = [:]
        for source in spec.sources {
            if source.etcd != nil {
                refused[source.name] = "etcd is a matter of namespaces that --privileged-namespaces lists"
            } else if let other = source.manifests?.namespaces?.first(where: { $0 != own }) {
                refused[source.name] =
                    "only policies in namespaces that --privileged-namespaces lists may read \(other)"
            }
        }
        return refused
    }

    /// Why the policy's pods may not have the priority that they ask for.
    func priorityRefusal(by classes: PriorityClasses) -> String? {
        classes.refusal(
            of: .init(name: spec.podTemplate.priorityClassName ?? ""), in: metadata.namespace ?? "")
    }

    /// The namespaces beside its own whose objects the policy exports, with whether their Secrets are among them.
    func foreignNamespaces(of sources: [Source]) -> [String: Bool] {
        var namespaces: [String: Bool] = [:]
        for manifests in sources.compactMap(\.manifests) {
            for namespace in manifests.namespaces ?? [] where namespace != metadata.namespace {
                namespaces[namespace] = namespaces[namespace] ?? false || manifests.includeSecrets
            }
        }
        return namespaces
    }
}
