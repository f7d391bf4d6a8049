internal import KubeAPI

extension BackupPolicy {
    /// The policy with what only a cluster knows: its own name among clusters, and which destinations are ready.
    ///
    /// - Throws: `APIError`.
    func known(to client: KubeClient) async throws -> Self {
        var policy = self
        if let uid = try? await client.get(.namespace, BackupPolicyReconciler.clusterNamespace).uid {
            policy.cluster = uid
        }
        if let slice = try? await client.get(.endpointSlice, ServerPorts.slice) {
            policy.serverPorts = ServerPorts.list(slice["ports"])
        }
        policy.status = try await client.find(Self.resourceType, key).flatMap { try Self(defaulting: $0).status }
        return policy
    }
}
