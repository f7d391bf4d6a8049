internal import KubeAPI

extension ResolvedEnvironment {
    /// What the operator may do in the namespace of an environment and nowhere else stands in this ClusterRole: see
    /// `config/rbac/environment.yaml`.
    package static let operatorRole = "quartermaster-environment"

    /// Gives the operator its rights in the namespace.
    ///
    /// - Parameter operatorNamespace: where its ServiceAccount is.
    func operatorBinding(to operatorNamespace: String) throws -> [DesiredChild] {
        [
            try child(
                .roleBinding, named: Self.operatorRole,
                [
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                        "name": .string(Self.operatorRole),
                    ],
                    "subjects": [
                        ["kind": "ServiceAccount", "name": "quartermaster", "namespace": .string(operatorNamespace)]
                    ],
                ])
        ]
    }
}
