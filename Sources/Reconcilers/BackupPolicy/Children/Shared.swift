internal import KubeAPI

extension BackupPolicy {
    func serviceAccount() throws -> DesiredChild {
        try DesiredChild(
            .serviceAccount, of: self, named: sharedName, ["automountServiceAccountToken": false])
    }

    /// Rights for the sources that read manifests and for hooks, none for the others.
    func roleBindings(for sources: [Source]) throws -> [DesiredChild] {
        let own = metadata.namespace
        let local = sources.compactMap(\.manifests).filter { manifests in
            (manifests.namespaces ?? []).isEmpty || manifests.namespaces?.contains { $0 == own } ?? false
        }
        var bindings: [DesiredChild] = []
        if !local.isEmpty { bindings.append(try roleBinding("reader")) }
        if local.contains(where: \.includeSecrets) { bindings.append(try roleBinding("secrets")) }
        if spec.hooks != nil { bindings.append(try roleBinding("hooks")) }
        for (namespace, withSecrets) in foreignNamespaces(of: sources).sorted(by: { $0.key < $1.key }) {
            bindings.append(try roleBinding("reader", in: .namespace(namespace)))
            if withSecrets { bindings.append(try roleBinding("secrets", in: .namespace(namespace))) }
        }
        return bindings
    }

    /// A binding to one of the roles of config/rbac/backup.yaml.
    private func roleBinding(_ role: String, in scope: ChildScope = .ownersNamespace) throws -> DesiredChild {
        // In another namespace the policy's name alone says too little.
        let owner =
            scope == .ownersNamespace
            ? metadata.name ?? "" : "\(metadata.namespace ?? "").\(metadata.name ?? "")"
        return try DesiredChild(
            .roleBinding, of: self, named: ChildName.joined(owner, role, limit: 52), in: scope,
            [
                "roleRef": [
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                    "name": .string("quartermaster-backup-\(role)"),
                ],
                "subjects": [
                    [
                        "kind": "ServiceAccount", "name": .string(sharedName),
                        "namespace": .string(metadata.namespace ?? ""),
                    ]
                ],
            ])
    }

    /// What the pods run as where the work lets them.
    static let userID: Int64 = 65532
}
