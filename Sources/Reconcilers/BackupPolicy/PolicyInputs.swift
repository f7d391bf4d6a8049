internal import KubeAPI

/// What the children of a policy depend on beside its spec and its status.
package struct PolicyInputs: Sendable {
    /// The UID of the namespace `kube-system`, by which destinations tell the artifacts of clusters apart.
    package var cluster = unknownCluster
    /// Whether that is the UID. Until it is, no job is written.
    package var isClusterKnown = true
    /// The ports that the API servers listen on behind the Service `kubernetes`, as far as they are known.
    package var serverPorts: [Int] = []
    /// The job that makes destinations ready now.
    var preparation: ObjectKey?

    /// Stands for the cluster where there is none to be asked.
    package static let unknownCluster = "UID-OF-NAMESPACE-KUBE-SYSTEM"

    /// No cluster: what `render` shows.
    package static let assumed = PolicyInputs()
}

extension PolicyInputs {
    static let clusterNamespace = ObjectKey(name: "kube-system")

    /// As the API server tells them, for who has no caches. What may not be read is taken for unknown.
    init(asking client: KubeClient) async {
        if let uid = try? await client.get(.namespace, Self.clusterNamespace).uid { cluster = uid }
        if let slice = try? await client.get(.endpointSlice, ServerPorts.slice) {
            serverPorts = ServerPorts.list(slice["ports"])
        }
    }
}
