internal import KubeAPI

/// Admission of pods: ServiceAccount, DefaultTolerationSeconds, Priority.
struct PodAdmission {
    let core: APICore

    func admit(_ pod: JSONValue, _ context: RequestContext) throws -> JSONValue {
        var pod = pod
        guard pod["spec"]?.object != nil else { return pod }
        try addServiceAccount(&pod, context)
        addTolerations(&pod)
        try addPriority(&pod, context)
        return LimitRanger(core: core).withDefaults(pod, namespace: context.key.namespace)
    }

    private func name(_ pod: JSONValue) -> String { pod[path: ["metadata", "name"]]?.string ?? "" }

    private func addServiceAccount(_ pod: inout JSONValue, _ context: RequestContext) throws {
        let given = pod[path: ["spec", "serviceAccountName"]]?.string ?? ""
        let account = given.isEmpty ? "default" : given
        let namespace = context.key.namespace
        let key = ObjectKey(namespace: namespace, name: account)
        guard let stored = core.store.get(GroupResource(.serviceAccount), key) else {
            throw APIFailure.forbidden(
                context.type, name(pod),
                "error looking up service account \(key): serviceaccount \"\(account)\" not found")
        }
        pod[path: ["spec", "serviceAccountName"]] = .string(account)
        pod[path: ["spec", "serviceAccount"]] = .string(account)
        let mounts =
            pod[path: ["spec", "automountServiceAccountToken"]]?.bool
            ?? stored.json["automountServiceAccountToken"]?.bool ?? true
        if mounts { mountToken(&pod) }
    }

    private static let tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    private func mountToken(_ pod: inout JSONValue) {
        let volume = "kube-api-access-\(core.random.suffix())"
        var isMounted = false
        for list in ["initContainers", "containers"] {
            guard let containers = pod[path: ["spec", list]]?.array else { continue }
            let changed = containers.map { container -> JSONValue in
                var container = container
                let mounts = container["volumeMounts"]?.array ?? []
                guard !mounts.contains(where: { $0["mountPath"]?.string == Self.tokenPath }) else { return container }
                isMounted = true
                let mount: JSONValue = [
                    "name": .string(volume), "readOnly": true, "mountPath": .string(Self.tokenPath),
                ]
                container["volumeMounts"] = .array(mounts + [mount])
                return container
            }
            pod[path: ["spec", list]] = .array(changed)
        }
        guard isMounted else { return }
        let volumes = pod[path: ["spec", "volumes"]]?.array ?? []
        pod[path: ["spec", "volumes"]] = .array(volumes + [Self.tokenVolume(volume)])
    }

    private static func tokenVolume(_ name: String) -> JSONValue {
        [
            "name": .string(name),
            "projected": [
                "sources": [
                    ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                    ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
                    [
                        "downwardAPI": [
                            "items": [
                                [
                                    "path": "namespace",
                                    "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"],
                                ]
                            ]
                        ]
                    ],
                ],
                "defaultMode": 420,
            ],
        ]
    }

    private func addTolerations(_ pod: inout JSONValue) {
        var tolerations = pod[path: ["spec", "tolerations"]]?.array ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains { toleration in
                let keyMatches = toleration["key"]?.string == key || (toleration["key"]?.string ?? "").isEmpty
                let effect = toleration["effect"]?.string ?? ""
                return keyMatches && (effect.isEmpty || effect == "NoExecute")
            }
            guard !isTolerated else { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        pod[path: ["spec", "tolerations"]] = .array(tolerations)
    }

    private func addPriority(_ pod: inout JSONValue, _ context: RequestContext) throws {
        let classes = GroupResource(group: "scheduling.k8s.io", plural: "priorityclasses")
        let name = pod[path: ["spec", "priorityClassName"]]?.string ?? ""
        let chosen =
            name.isEmpty
            ? core.store.all(classes).first { $0.json["globalDefault"]?.bool == true }
            : core.store.get(classes, ObjectKey(name: name))
        if !name.isEmpty, chosen == nil {
            throw APIFailure.forbidden(
                context.type, self.name(pod), "no PriorityClass with name \(name) was found")
        }
        if let chosen { pod[path: ["spec", "priorityClassName"]] = .string(chosen.name) }
        pod[path: ["spec", "priority"]] = .integer(chosen?.json["value"]?.integer ?? 0)
        pod[path: ["spec", "preemptionPolicy"]] =
            chosen?.json["preemptionPolicy"] ?? pod[path: ["spec", "preemptionPolicy"]] ?? "PreemptLowerPriority"
    }
}
