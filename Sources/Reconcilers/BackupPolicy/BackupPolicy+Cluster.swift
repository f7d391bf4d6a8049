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
        do {
            let live = try await client.get(Self.resourceType, key)
            policy.status = try Self(defaulting: live).status
        } catch let error as APIError where error.isNotFound {
            policy.status = nil
        }
        return policy
    }
}
