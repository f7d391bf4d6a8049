import KubeAPI

/// The columns that `kubectl get` shows. Source: kubernetes, pkg/printers/internalversion.
enum PrinterColumns {
    /// The columns of a built-in kind; name and creation time where it has none of its own.
    static func builtIn(_ type: ResourceType) -> [TableColumn] {
        kinds["\(type.kind).\(type.group)"] ?? kinds[type.kind] ?? [name, createdAt]
    }

    private static let kinds: [String: [TableColumn]] = [
        "Node": node, "Namespace": namespace, "Pod": pod, "Service": service, "ConfigMap": configMap,
        "Secret": secret, "ServiceAccount": [name, age], "Event": event, "Endpoints": endpoints,
        "PersistentVolumeClaim": volumeClaim, "ResourceQuota": resourceQuota, "Deployment": deployment,
        "ReplicaSet": replicaSet, "StatefulSet": statefulSet, "DaemonSet": daemonSet, "Job": job, "CronJob": cronJob,
        "HorizontalPodAutoscaler": autoscaler, "PodDisruptionBudget": disruptionBudget, "Ingress": ingress,
        "NetworkPolicy": networkPolicy, "Lease": lease, "PriorityClass": priorityClass, "RuntimeClass": runtimeClass,
        "StorageClass": storageClass, "RoleBinding": binding, "ClusterRoleBinding": binding,
        "ControllerRevision": controllerRevision,
    ]

    static let name = TableColumn(
        name: "Name", type: "string", format: "name", text: "The name of the object, unique within its namespace."
    ) { object, _ in object[path: ["metadata", "name"]] ?? "" }

    static let age = TableColumn(name: "Age", type: "string", text: "How long ago the object was created.") {
        .string(HumanAge.since($0[path: ["metadata", "creationTimestamp"]], $1))
    }

    static let createdAt = TableColumn(name: "Created At", type: "date", text: "When the object was created.") {
        object, _ in object[path: ["metadata", "creationTimestamp"]] ?? .null
    }

    /// A text column.
    static func text(
        _ name: String, _ text: String, wide: Bool = false, _ value: @escaping @Sendable (JSONValue) -> String
    ) -> TableColumn {
        TableColumn(name: name, type: "string", text: text, priority: wide ? 1 : 0) { object, _ in
            .string(value(object))
        }
    }

    /// A column with the number at a path, 0 where there is none.
    static func number(_ name: String, _ text: String, _ path: String...) -> TableColumn {
        TableColumn(name: name, type: "integer", text: text) { object, _ in .integer(object[path: path]?.integer ?? 0) }
    }

    static let podTemplate: [TableColumn] = [containers(["spec", "template"]), images(["spec", "template"])]

    static func containers(_ template: [String]) -> TableColumn {
        text("Containers", "The names of the containers.", wide: true) {
            names($0[path: template + ["spec", "containers"]], "name")
        }
    }

    static func images(_ template: [String]) -> TableColumn {
        text("Images", "The images of the containers.", wide: true) {
            names($0[path: template + ["spec", "containers"]], "image")
        }
    }

    static func selector(_ path: String...) -> TableColumn {
        text("Selector", "Which pods belong to the object.", wide: true) { labelSelector($0[path: path]) }
    }

    private static func names(_ list: JSONValue?, _ field: String) -> String {
        (list?.array ?? []).compactMap { $0[field]?.string }.joined(separator: ",")
    }

    /// `a=b,c in (d)`, or `<none>`.
    static func labelSelector(_ json: JSONValue?) -> String {
        guard let json, let selector = try? JSONValueDecoder().decode(LabelSelector.self, from: json), !selector.isEmpty
        else { return "<none>" }
        return selector.queryString
    }

    /// `a=b,c=d`, or `<none>`.
    static func labels(_ json: JSONValue?) -> String {
        let pairs = (json?.object ?? [:]).map { "\($0.key)=\($0.value.string ?? "")" }.sorted()
        return pairs.isEmpty ? "<none>" : pairs.joined(separator: ",")
    }

    static func orNone(_ text: String?) -> String { text.flatMap { $0.isEmpty ? nil : $0 } ?? "<none>" }
}
