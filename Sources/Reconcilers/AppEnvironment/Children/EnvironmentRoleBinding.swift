internal import KubeAPI

extension ResolvedEnvironment {
    /// Who may do what in the namespace. The roles are the cluster's own: `config/rbac` has the deployer's.
    func access() throws -> [DesiredChild] {
        var children: [DesiredChild] = []
        if spec.access.deployer {
            children = [
                try child(.serviceAccount, named: Self.deployer, ["automountServiceAccountToken": false]),
                try roleBinding(
                    Self.deployer, to: "quartermaster-deployer",
                    [["kind": "ServiceAccount", "name": .string(Self.deployer), "namespace": .string(namespace)]]),
            ]
        }
        return try children
            + (spec.access.bindings ?? []).map { binding in
                try roleBinding(
                    "access-\(binding.role.rawValue)", to: binding.role.rawValue, binding.subjects.map(\.json))
            }
    }

    /// The ServiceAccount of pipelines, and the RoleBinding that gives it its rights.
    package static let deployer = "deployer"

    private func roleBinding(_ name: String, to role: String, _ subjects: [JSONValue]) throws -> DesiredChild {
        try child(
            .roleBinding, named: name,
            [
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role)],
                "subjects": .array(subjects),
            ])
    }
}

extension AppEnvironment.Access.Subject {
    fileprivate var json: JSONValue {
        .compact([
            "kind": .string(kind.rawValue),
            // ServiceAccounts are of the core group, which has no name.
            "apiGroup": kind == .serviceAccount ? nil : "rbac.authorization.k8s.io",
            "name": .string(name),
            "namespace": namespace.map(JSONValue.string),
        ])
    }
}

extension ResolvedEnvironment {
    /// What the operator may do in the namespace of an environment and nowhere else stands in this ClusterRole: see
    /// `config/rbac/environment.yaml`.
    package static let operatorRole = "quartermaster-environment"

    /// Gives the operator its rights in the namespace.
    func operatorBindings() throws -> [DesiredChild] {
        [
            try child(
                .roleBinding, named: Self.operatorRole,
                [
                    "roleRef": [
                        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                        "name": .string(Self.operatorRole),
                    ],
                    "subjects": [
                        [
                            "kind": "ServiceAccount", "name": "quartermaster",
                            "namespace": .string(inputs.operatorNamespace),
                        ]
                    ],
                ])
        ]
    }
}
