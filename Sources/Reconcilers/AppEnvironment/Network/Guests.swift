internal import KubeAPI

/// Pods by where they are and what labels they have.
struct PodSelection: Sendable, Hashable {
    var namespace: String
    /// `nil`: all pods of the namespace.
    var labels: [String: String]?

    func matches(_ podLabels: [String: String], of origin: String) -> Bool {
        origin == namespace && (labels ?? [:]).allSatisfy { podLabels[$0.key] == $0.value }
    }
}

extension AppEnvironment.Guest {
    /// The pods that are let in; `nil` where addresses are.
    ///
    /// - Parameter own: the namespace of the environment.
    func pods(_ own: String) -> PodSelection? {
        if let namespace { return PodSelection(namespace: namespace, labels: podLabels) }
        if let backupPolicy {
            let key = backupPolicy.key(own)
            return PodSelection(namespace: key.namespace, labels: BackupPolicy.podSelector(ofPolicy: key.name))
        }
        return pool.map { pool in
            let key = pool.key(own)
            return PodSelection(namespace: key.namespace, labels: RegionalWorkerPool.podSelector(ofPool: key.name))
        }
    }
}

extension AppEnvironment.Guest.Reference {
    /// - Parameter own: the namespace of the environment.
    func key(_ own: String) -> ObjectKey { ObjectKey(namespace: namespace ?? own, name: name) }
}

extension Component {
    /// The ports at which an entry of `allowFrom` lets in.
    func ports(for guest: AppEnvironment.Guest) -> [NetworkPolicyRule.Port] {
        if let given = guest.ports { return given.map { NetworkPolicyRule.Port($0.port, $0.protocol) } }
        // Not the one of the metrics: that is Prometheus' alone where `ports` does not have it.
        return (spec.ports ?? []).map { NetworkPolicyRule.Port($0.targetPort ?? $0.port, $0.protocol) }
    }

    /// The labels of the pods, with those of the template.
    var allPodLabels: [String: String] {
        let given = spec.template?["metadata"]?["labels"]?.object ?? [:]
        return given.reduce(into: podLabels) { $0[$1.key] = $1.value.string }.merging(podSelector) { $1 }
    }

    /// Whether these labels select pods of the component; `nil` selects all.
    func isSelected(by labels: [String: String]?) -> Bool {
        let own = allPodLabels
        return (labels ?? [:]).allSatisfy { own[$0.key] == $0.value }
    }
}

extension ResolvedEnvironment {
    /// What lets in those whom `allowFrom` of a component names.
    func guestRules(of component: Component) -> [NetworkPolicyRule] {
        (component.spec.allowFrom ?? []).compactMap { guest in
            let ports = component.ports(for: guest)
            // A rule without ports would mean all of them.
            guard !ports.isEmpty else { return nil }
            let pods = guest.pods(namespace).map { NetworkPolicyRule.Peer.namespace($0.namespace, pods: $0.labels) }
            return (pods ?? guest.cidr.map { .addresses($0) }).map { NetworkPolicyRule([$0], ports: ports) }
        }
    }

    /// Whether `allowFrom` lets pods of others reach a component at a port of its pods.
    func letsIn(
        _ podLabels: [String: String], of origin: String, to component: Component, at port: NetworkPolicyRule.Port
    ) -> Bool {
        (component.spec.allowFrom ?? []).contains { guest in
            component.ports(for: guest).contains(port) && guest.pods(namespace)?.matches(podLabels, of: origin) == true
        }
    }
}
