/// What the operator's configuration lets objects of a namespace do, beside what RBAC says of their authors.
package struct Permissions: Sendable, Hashable {
    /// The namespaces whose pools may claim nodes; `nil`: all.
    package var nodePoolNamespaces: Set<String>?
    /// The namespaces, beside the operator's own, whose pools may have pods beyond the Pod Security Standard `baseline` and of
    /// any priority, and whose backups may read other namespaces.
    package var privilegedNamespaces: Set<String>
    /// The namespaces that environments may copy Secrets from.
    package var secretSourceNamespaces: Set<String>
    /// The namespaces that pools of other ones may have their ServiceMonitors and PrometheusRules in.
    package var monitoringNamespaces: Set<String>
    /// The highest priority of pods outside of the privileged namespaces.
    package var maxPriority: Int64

    /// Where the operator's pods are, and the ServiceAccount that they run as.
    package var operatorNamespace = "quartermaster-system"
    /// Where its lease is, and the key of its seal.
    package var leaseNamespace = "quartermaster-system"

    package static let defaultPrivilegedNamespaces: Set = ["kube-system"]
    /// That of `critical-infrastructure`, the highest of the classes that environments have by convention.
    package static let defaultMaxPriority: Int64 = 1_000_000

    package init(
        nodePoolNamespaces: Set<String>? = nil, privilegedNamespaces: Set<String> = defaultPrivilegedNamespaces,
        secretSourceNamespaces: Set<String> = [], monitoringNamespaces: Set<String> = [],
        maxPriority: Int64 = defaultMaxPriority
    ) {
        self.nodePoolNamespaces = nodePoolNamespaces
        self.privilegedNamespaces = privilegedNamespaces
        self.secretSourceNamespaces = secretSourceNamespaces
        self.monitoringNamespaces = monitoringNamespaces
        self.maxPriority = maxPriority
    }

    func mayClaimNodes(_ namespace: String) -> Bool { nodePoolNamespaces?.contains(namespace) ?? true }

    func isPrivileged(_ namespace: String) -> Bool {
        namespace == operatorNamespace || privilegedNamespaces.contains(namespace)
    }

    func mayMonitor(in namespace: String, from own: String) -> Bool {
        namespace == own || monitoringNamespaces.contains(namespace)
    }

    /// Why no environment may have a namespace; `nil` where one may. Whoever has an environment runs pods in its namespace, as
    /// any ServiceAccount there and with any Secret.
    ///
    /// - Parameter isPrivileged: its author gives its pods power over the nodes anyway, as pools of privileged namespaces have.
    func objection(toEnvironmentIn namespace: String, isPrivileged: Bool) -> String? {
        if namespace == operatorNamespace || namespace == leaseNamespace { return "is the operator's own" }
        let lists = [
            ("privileged", isPrivileged ? [] : privilegedNamespaces), ("secret-source", secretSourceNamespaces),
            ("node-pool", nodePoolNamespaces ?? []), ("monitoring", monitoringNamespaces),
        ]
        let flag = lists.first { $0.1.contains(namespace) }?.0
        return flag.map { "is one of the operator's --\($0)-namespaces" }
    }
}
