internal import KubeAPI

extension BackupPolicy {
    /// The scripts that the pods run.
    func scripts() throws -> DesiredChild {
        // A user of its own in the pods: ssh asks for one, and images differ in those that they have.
        let passwd = """
            root:x:0:0:root:/tmp:/bin/sh
            backup:x:\(Self.userID):\(Self.userID):backup:/tmp:/bin/sh

            """
        let files = BackupScripts.files.merging(["passwd": passwd]) { script, _ in script }
        return try DesiredChild(
            .configMap, of: self, named: sharedName, ["data": .strings(files)])
    }

    func serviceAccount() throws -> DesiredChild {
        try DesiredChild(
            .serviceAccount, of: self, named: sharedName, ["automountServiceAccountToken": false])
    }

    /// Rights for the sources that read manifests and for hooks, none for the others.
    func roleBindings() throws -> [DesiredChild] {
        let manifests = spec.sources.compactMap(\.manifests)
        var roles: [(suffix: String, role: String)] = []
        if !manifests.isEmpty { roles.append(("reader", "quartermaster-backup-reader")) }
        if manifests.contains(where: \.includeSecrets) { roles.append(("secrets", "quartermaster-backup-secrets")) }
        if spec.hooks != nil { roles.append(("hooks", "quartermaster-backup-hooks")) }
        return try roles.map { suffix, role in
            try DesiredChild(
                .roleBinding, of: self, named: ChildName.joined(metadata.name ?? "", suffix, limit: 52),
                [
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role),
                    ],
                    "subjects": [
                        [
                            "kind": "ServiceAccount", "name": .string(sharedName),
                            "namespace": .string(metadata.namespace ?? ""),
                        ]
                    ],
                ])
        }
    }

    /// What the pods run as where the work lets them.
    static let userID: Int64 = 65532
}
