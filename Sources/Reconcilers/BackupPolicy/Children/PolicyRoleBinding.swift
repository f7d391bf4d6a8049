internal import KubeAPI

extension ResolvedPolicy {
    func serviceAccounts() throws -> [DesiredChild] {
        guard hasPods else { return [] }
        return [
            try DesiredChild(
                .serviceAccount, of: policy, named: policy.sharedName, ["automountServiceAccountToken": false])
        ]
    }

    /// Rights for the sources that read manifests and for hooks, none for the others.
    func roleBindings() throws -> [DesiredChild] {
        guard hasPods else { return [] }
        let local = sources.compactMap(\.manifests).filter { manifests in
            (manifests.namespaces ?? []).isEmpty || manifests.namespaces?.contains(namespace) == true
        }
        var bindings: [DesiredChild] = []
        if !local.isEmpty { bindings.append(try roleBinding("reader")) }
        if local.contains(where: \.includeSecrets) { bindings.append(try roleBinding("secrets")) }
        if spec.hooks != nil { bindings.append(try roleBinding("hooks")) }
        for (other, withSecrets) in foreignNamespaces.sorted(by: { $0.key < $1.key }) {
            bindings.append(try roleBinding("reader", in: .namespace(other)))
            if withSecrets { bindings.append(try roleBinding("secrets", in: .namespace(other))) }
        }
        return bindings
    }

    /// A binding to one of the roles of config/rbac/backup.yaml.
    private func roleBinding(_ role: String, in scope: ChildScope = .ownersNamespace) throws -> DesiredChild {
        // In another namespace the policy's name alone says too little.
        let owner =
            scope == .ownersNamespace
            ? name : "\(namespace).\(name)"
        return try DesiredChild(
            .roleBinding, of: policy, named: ChildName.joined(owner, role, limit: 52), in: scope,
            [
                "roleRef": [
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                    "name": .string("quartermaster-backup-\(role)"),
                ],
                "subjects": [
                    [
                        "kind": "ServiceAccount", "name": .string(policy.sharedName),
                        "namespace": .string(namespace),
                    ]
                ],
            ])
    }

    /// What the pods run as where the work lets them.
    static let userID: Int64 = 65532
}
