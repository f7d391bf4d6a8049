import KubeAPI

/// The rules of the built-in kinds that go across fields.
enum BuiltInValidation {
    typealias Rule = @Sendable (_ object: JSONValue, _ live: JSONValue?) -> [FieldError]

    static func errors(_ object: JSONValue, live: JSONValue?, _ type: ResourceType) -> [FieldError] {
        rules[type.kind]?(object, live) ?? []
    }

    private static let rules: [String: Rule] = [
        "Pod": pod, "Deployment": deployment, "ReplicaSet": replicaSet, "StatefulSet": statefulSet,
        "DaemonSet": daemonSet, "Job": job, "CronJob": cronJob, "Service": service, "ConfigMap": configMap,
        "Secret": secret, "PodDisruptionBudget": disruptionBudget, "HorizontalPodAutoscaler": autoscaler,
        "Lease": lease, "PriorityClass": priorityClass, "RoleBinding": binding, "ClusterRoleBinding": binding,
        "Role": role, "ClusterRole": role, "Node": node, "NetworkPolicy": networkPolicy, "Ingress": ingress,
        "PersistentVolumeClaim": volumeClaim, "StorageClass": storageClass, "RuntimeClass": runtimeClass,
        "CustomResourceDefinition": customResource, "LimitRange": limitRange,
    ]

    /// One error where a field that may not change has changed.
    static func immutable(
        _ object: JSONValue, _ live: JSONValue?, _ path: String..., words: String = "field is immutable"
    ) -> [FieldError] {
        guard let live, object[path: path] != live[path: path] else { return [] }
        return [.invalid(PathText(path.joined(separator: ".")), object[path: path] ?? .null, words)]
    }

    /// A label selector's own rules.
    static func selector(_ json: JSONValue?, at path: PathText) -> [FieldError] {
        guard let json else { return [] }
        var errors = MetadataValidation.labels(json["matchLabels"], at: path.child("matchLabels"))
        for (index, requirement) in (json["matchExpressions"]?.array ?? []).enumerated() {
            let place = path.child("matchExpressions").index(index)
            let values = requirement["values"]?.array ?? []
            switch requirement["operator"]?.string ?? "" {
            case "In", "NotIn":
                if values.isEmpty {
                    errors.append(
                        .required(place.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.append(
                        .forbidden(
                            place.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
                    )
                }
            default:
                errors.append(
                    .invalid(place.child("operator"), requirement["operator"] ?? "", "not a valid selector operator"))
            }
            for problem in Names.problems(ofLabelKey: requirement["key"]?.string ?? "") {
                errors.append(.invalid(place.child("key"), requirement["key"] ?? "", problem))
            }
        }
        return errors
    }

    static func isEmptySelector(_ json: JSONValue?) -> Bool {
        (json?["matchLabels"]?.object ?? [:]).isEmpty && (json?["matchExpressions"]?.array ?? []).isEmpty
    }

    /// A whole amount that may be a share: `25%`.
    static func share(_ value: JSONValue?, at path: PathText) -> [FieldError] {
        switch value {
        case .integer(let number)? where number < 0:
            [.invalid(path, .integer(number), "must be greater than or equal to 0")]
        case .string(let text)? where !isPercentage(text):
            [
                .invalid(
                    path, .string(text),
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                        + "regex used for validation is '[0-9]+%')")
            ]
        default: []
        }
    }

    private static func isPercentage(_ text: String) -> Bool {
        text.hasSuffix("%") && text.count > 1 && text.dropLast().utf8.allSatisfy { (48...57).contains($0) }
    }
}
