internal import KubeAPI

/// What a real cluster has before its first user comes.
struct Bootstrap {
    let core: APICore

    func run() {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            put(
                .namespace, name,
                [
                    "metadata": ["labels": ["kubernetes.io/metadata.name": .string(name)]],
                    "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
                ])
        }
        for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] {
            let type = ResourceType(
                group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass", plural: "priorityclasses",
                isNamespaced: false)
            put(
                type, name,
                [
                    "metadata": ["generation": 1], "value": .integer(Int64(value)),
                    "preemptionPolicy": "PreemptLowerPriority",
                ])
        }
        addRoles()
    }

    private func addRoles() {
        let group = "rbac.authorization.k8s.io"
        let role = ResourceType(
            group: group, version: "v1", kind: "ClusterRole", plural: "clusterroles", isNamespaced: false)
        let binding = ResourceType(
            group: group, version: "v1", kind: "ClusterRoleBinding", plural: "clusterrolebindings", isNamespaced: false)
        let everything: JSONValue = [
            ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]],
            ["verbs": ["*"], "nonResourceURLs": ["*"]],
        ]
        put(role, "cluster-admin", ["rules": everything])
        put(
            binding, "cluster-admin",
            [
                "subjects": [["kind": "Group", "apiGroup": .string(group), "name": "system:masters"]],
                "roleRef": ["apiGroup": .string(group), "kind": "ClusterRole", "name": "cluster-admin"],
            ])
    }

    private func put(_ type: ResourceType, _ name: String, _ content: JSONValue) {
        var json = content
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        json[path: ["metadata", "name"]] = .string(name)
        json[path: ["metadata", "uid"]] = .string(core.random.uuid())
        json[path: ["metadata", "creationTimestamp"]] = .string(core.now.rfc3339)
        _ = try? core.store.put(GroupResource(type), json, expecting: .absent)
    }
}
