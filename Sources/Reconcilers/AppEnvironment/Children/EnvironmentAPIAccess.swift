internal import KubeAPI

extension ResolvedEnvironment {
    /// What components may do in the Kubernetes API. A role of the cluster for each: the operator has no right to make roles, and to
    /// bind these alone by name.
    func apiAccess() throws -> [DesiredChild] {
        try components.flatMap { component in
            try (component.spec.apiAccess ?? []).map { access in
                try child(
                    .roleBinding, named: "\(component.name)-\(access.word)", of: component,
                    [
                        "roleRef": [
                            "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                            "name": .string(access.role),
                        ],
                        "subjects": [
                            [
                                "kind": "ServiceAccount", "name": .string(component.name),
                                "namespace": .string(namespace),
                            ]
                        ],
                    ])
            }
        }
    }
}

extension AppEnvironment.APIAccess {
    /// The ClusterRole in `config/rbac/applications.yaml`.
    package var role: String { "quartermaster-app-\(word)" }

    fileprivate var word: String {
        switch self {
        case .leaderElection: "leader-election"
        case .createEvents: "create-events"
        case .readPods: "read-pods"
        case .readLogs: "read-logs"
        case .readServices: "read-services"
        case .readConfigMaps: "read-configmaps"
        case .readWorkloads: "read-workloads"
        }
    }
}

extension Component {
    /// Whether its pods call the Kubernetes API.
    var usesAPI: Bool { spec.apiAccess?.isEmpty == false }
}
