/// A host that names a Service of the cluster, as pods resolve it.
struct ServiceHost: Sendable, Hashable {
    var name: String
    var namespace: String
    /// `name.namespace` is found by the search list of the pods, and could be a public name.
    var isAmbiguous = false

    /// - Parameters:
    ///   - host: a name alone is of the namespace that it is asked from; further `name.namespace`, `name.namespace.svc` with or
    ///     without the cluster's domain, and `pod.name.namespace.svc…`, a pod of a StatefulSet.
    ///   - own: the namespace that it is asked from.
    /// - Returns: `nil` for an address, and for a name outside of the cluster.
    init?(_ host: String, from own: String) {
        let labels = host.split(separator: ".", omittingEmptySubsequences: true).map(String.init)
        guard !host.contains(":"), host != "localhost", labels.contains(where: { Int($0) == nil }) else { return nil }
        switch labels.count {
        case 1: (name, namespace) = (labels[0], own)
        case 2: (name, namespace, isAmbiguous) = (labels[0], labels[1], true)
        case 3... where labels[2] == "svc": (name, namespace) = (labels[0], labels[1])
        case 4... where labels[3] == "svc": (name, namespace) = (labels[1], labels[2])
        default: return nil
        }
    }
}
