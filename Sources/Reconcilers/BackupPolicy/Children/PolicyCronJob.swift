internal import KubeAPI

extension ResolvedPolicy {
    func cronJobs() throws -> [DesiredChild] { try sources.filter { $0.velero == nil }.map(cronJob) }

    /// The CronJob of a source: the source as an init container, then a container for each destination, so that one
    /// that is down does not stop the others.
    private func cronJob(for source: BackupPolicy.Source) throws -> DesiredChild {
        let plan = sourcePlan(for: source)
        let hooks = spec.hooks ?? BackupPolicy.Hooks()
        let usesToken = source.manifests != nil || !(hooks.pre ?? []).isEmpty || !(hooks.post ?? []).isEmpty
        return try cronJob(
            named: policy.cronJobName(source.name), labels: [LabelKey.backupSource: source.name],
            schedule: spec.schedule,
            PodPlan(
                initContainers: notifier(
                    of: "backup", first: sequence(hooks),
                    last: destinations.map { BackupPolicy.destinationContainer($0.name) }, for: source)
                    + hookContainers(hooks.pre ?? [], .pre, for: source)
                    + [sourceContainer(plan, for: source)] + hookContainers(hooks.post ?? [], .post, for: source),
                containers: destinations.map { destinationContainer(for: source, $0) },
                volumes: [.stagingVolume(source.staging)] + commonVolumes + plan.volumes + notifierVolumes
                    + (usesToken ? [.tokenVolume] : [])
                    + destinations.map { .secretVolume("to-\($0.name)", $0.credentials) },
                needsRoot: source.needsRoot,
                nodeSelector: source.etcd?.nodeSelector ?? [:],
                tolerations: source.etcd == nil ? [] : Self.serverTolerations,
                affinity: source.pvc?.podSelector.flatMap(Self.affinity),
                sharesHostNetwork: source.etcd != nil))
    }

    private func sourceContainer(_ plan: ContainerPlan, for source: BackupPolicy.Source) -> JSONValue {
        var plan = plan
        if (spec.hooks?.pre ?? []).isEmpty { plan.environment.insert(("QM_DELAY_SECONDS", String(delay)), at: 0) }
        if !(spec.hooks?.post ?? []).isEmpty { plan.environment.append(("QM_DEFER_FAILURE", "true")) }
        return container(
            BackupPolicy.sourceContainer, plan, mounts: [.mount("staging", at: "/staging")] + plan.mounts,
            isRoot: source.needsRoot, isReported: true, for: source)
    }

    private func destinationContainer(for source: BackupPolicy.Source, _ destination: PolicyDestination) -> JSONValue {
        var plan = destinationPlan(for: destination, "deliver")
        let freshness = spec.freshness
        plan.environment +=
            [
                ("QM_VERIFY", spec.verification.afterEach.rawValue),
                ("QM_KEEP", destination.spec.retention?.overriding(spec.retention).rules ?? spec.retention.rules),
                ("QM_MIN_SIZE", String(freshness.minSizeBytes)),
                ("QM_MAX_SHRINK", String(freshness.maxShrinkPercent)),
            ] + (source.etcd != nil && destination.spec.restic != nil ? [("QM_SHARED_HOST", "true")] : [])
            + (destination.isRequired ? [] : [("QM_OPTIONAL", "true")])
        return container(
            BackupPolicy.destinationContainer(destination.name), plan,
            mounts: [
                .mount("staging", at: "/staging", isReadOnly: true),
                .mount("to-\(destination.name)", at: "/credentials", isReadOnly: true),
            ], secret: destination.credentials, isReported: true, for: source)
    }

    /// What servers of K3s may keep others away with.
    private static let serverTolerations: [JSONValue] = [
        "node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/etcd", "node-role.kubernetes.io/master",
        "CriticalAddonsOnly",
    ].map { ["key": .string($0), "operator": "Exists"] }

    /// To the node of the pods that use a claim: one that a single node mounts can't be read from another. No more than
    /// a preference, because there may be no such pod.
    private static func affinity(to selector: LabelSelector) -> JSONValue? {
        guard let labels = try? JSONValueEncoder().encode(selector) else { return nil }
        return [
            "podAffinity": [
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    [
                        "weight": 100,
                        "podAffinityTerm": ["labelSelector": labels, "topologyKey": "kubernetes.io/hostname"],
                    ]
                ]
            ]
        ]
    }
}

extension JSONValue {
    static func mount(_ name: String, at path: String, subPath: String? = nil, isReadOnly: Bool = false) -> JSONValue {
        .compact([
            "name": .string(name), "mountPath": .string(path), "subPath": subPath.map(JSONValue.string),
            "readOnly": isReadOnly ? true : nil,
        ])
    }

    /// Optional, so that the pod starts and the agent can say which key is missing; 0440 with the pod's group.
    static func secretVolume(_ name: String, _ secret: String) -> JSONValue {
        ["name": .string(name), "secret": ["secretName": .string(secret), "optional": true, "defaultMode": 0o440]]
    }

    static func stagingVolume(_ staging: BackupPolicy.Staging?) -> JSONValue {
        guard let size = staging?.size else { return ["name": "staging", "emptyDir": [:]] }
        return [
            "name": "staging",
            "ephemeral": [
                "volumeClaimTemplate": [
                    "spec": .compact([
                        "accessModes": ["ReadWriteOnce"],
                        "storageClassName": staging?.storageClass.map(JSONValue.string),
                        "resources": ["requests": ["storage": size]],
                    ])
                ]
            ],
        ]
    }

    /// For the containers that talk to the API server, and no other of the pod.
    static let tokenVolume: JSONValue = [
        "name": "token",
        "projected": [
            "sources": [
                ["serviceAccountToken": ["path": "token", "expirationSeconds": 3600]],
                ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
            ]
        ],
    ]

    static let tokenMount = JSONValue.mount(
        "token", at: "/var/run/secrets/kubernetes.io/serviceaccount", isReadOnly: true)
}

extension ResolvedPolicy {
    enum HookStage: String {
        case pre, post

        func container(_ number: Int) -> String { self == .pre ? "before-\(number)" : "after-\(number)" }
    }

    /// The names of the source's container and of the hooks around it, in their order.
    func sequence(_ hooks: BackupPolicy.Hooks) -> [String] {
        (hooks.pre ?? []).indices.map { HookStage.pre.container($0 + 1) } + [BackupPolicy.sourceContainer]
            + (hooks.post ?? []).indices.map { HookStage.post.container($0 + 1) }
    }

    /// One init container for each hook. Where hooks come after the source, a failure before them is put off until the
    /// last of them has run: an application that was halted must go on.
    func hookContainers(_ hooks: [BackupPolicy.Hook], _ stage: HookStage, for source: BackupPolicy.Source)
        -> [JSONValue]
    {
        let defersFailure = stage == .pre && !(spec.hooks?.post ?? []).isEmpty
        return hooks.enumerated().map { index, hook in
            let environment: [(String, String)] =
                [
                    ("QM_HOOK_STAGE", stage.rawValue), ("QM_HOOK_SELECTOR", hook.podSelector.queryString),
                    ("QM_HOOK_CONTAINER", hook.container ?? ""), ("QM_HOOK_TIMEOUT", String(hook.timeoutSeconds)),
                    ("QM_HOOK_ON_ERROR", hook.onError.rawValue),
                ]
                // Waited before the first of them: they halt the application.
                + (stage == .pre && index == 0 ? [("QM_DELAY_SECONDS", String(delay))] : [])
                + (defersFailure ? [("QM_DEFER_FAILURE", "true")] : [])
                + (stage == .post && index == hooks.count - 1 ? [("QM_HOOK_IS_LAST", "true")] : [])
            return container(
                stage.container(index + 1),
                ContainerPlan(verb: "hook", environment: environment),
                arguments: hook.command, mounts: [.mount("staging", at: "/staging"), .tokenMount], isReported: true,
                for: source)
        }
    }
}
