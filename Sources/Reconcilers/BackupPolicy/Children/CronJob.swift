internal import KubeAPI

extension BackupPolicy {
    /// The CronJob of a source: the source as an init container, then a container for each destination, so that one
    /// that is down does not stop the others.
    func cronJob(for source: Source) throws -> DesiredChild {
        let labels = [LabelKey.backupSource: source.name]
        let podLabels = childLabels.merging(labels) { $1 }
        return try DesiredChild(
            .cronJob, of: self, named: cronJobName(source.name), labels: labels,
            [
                "spec": [
                    "schedule": .string(spec.schedule),
                    "timeZone": .string(spec.timeZone),
                    "suspend": .bool(spec.suspend),
                    "concurrencyPolicy": "Forbid",
                    "startingDeadlineSeconds": .integer(Int64(spec.startingDeadlineSeconds)),
                    // Long enough for an operator that was away to count what happened meanwhile.
                    "successfulJobsHistoryLimit": 5,
                    "failedJobsHistoryLimit": 5,
                    "jobTemplate": [
                        "metadata": ["labels": .strings(podLabels)],
                        "spec": [
                            "backoffLimit": .integer(Int64(spec.backoffLimit)),
                            "activeDeadlineSeconds": .integer(Int64(spec.activeDeadlineSeconds)),
                            "template": [
                                "metadata": ["labels": .strings(podLabels)],
                                "spec": podSpec(for: source),
                            ],
                        ],
                    ],
                ]
            ])
    }

    private func podSpec(for source: Source) -> JSONValue {
        let settings = spec.podTemplate
        return .compact([
            "restartPolicy": "Never",
            "serviceAccountName": .string(sharedName),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 30,
            "securityContext": [
                "runAsNonRoot": .bool(source.pvc == nil),
                "runAsUser": .integer(Self.userID),
                "runAsGroup": .integer(Self.userID),
                "fsGroup": .integer(Self.userID),
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "priorityClassName": settings.priorityClassName.map(JSONValue.string),
            "nodeSelector": settings.nodeSelector.flatMap { $0.isEmpty ? nil : .strings($0) },
            "tolerations": settings.tolerations.flatMap { $0.isEmpty ? nil : .array($0.map(JSONValue.object)) },
            "initContainers": .array(notifier(for: source) + [sourceContainer(for: source)]),
            "containers": .array(spec.destinations.map { destinationContainer(for: source, $0) }),
            "volumes": .array(volumes(for: source)),
        ])
    }

    private func sourceContainer(for source: Source) -> JSONValue {
        let plan = sourcePlan(for: source)
        return container(
            Self.sourceContainer, image: plan.image, script: plan.script,
            environment: [("QM_DELAY_SECONDS", String(delay))] + plan.environment,
            mounts: [.mount("staging", at: "/staging")] + plan.mounts, isRoot: source.pvc != nil, for: source)
    }

    private func destinationContainer(for source: Source, _ destination: Destination) -> JSONValue {
        let plan = destinationPlan(for: source, destination)
        let freshness = spec.freshness
        return container(
            Self.destinationContainer(destination.name), image: plan.image, script: plan.script,
            environment: [
                ("QM_DESTINATION", destination.name),
                ("QM_VERIFY", spec.verification.afterEach.rawValue),
                ("QM_KEEP", destination.retention?.overriding(spec.retention).rules ?? spec.retention.rules),
                ("QM_MIN_SIZE", String(freshness.minSizeBytes)),
                ("QM_MAX_SHRINK", String(freshness.maxShrinkPercent)),
            ] + plan.environment,
            mounts: [
                .mount("staging", at: "/staging", isReadOnly: true),
                .mount("to-\(destination.name)", at: "/credentials", isReadOnly: true),
            ], secret: destination.credentialsSecretRef.name, for: source)
    }

    private func container(
        _ name: String, image: String, script: String, environment: [(String, String)], mounts: [JSONValue],
        isRoot: Bool = false, secret: String? = nil, for source: Source
    ) -> JSONValue {
        let common: [(String, String)] =
            [
                ("QM_NAMESPACE", metadata.namespace ?? ""), ("QM_POLICY", metadata.name ?? ""),
                ("QM_SOURCE", source.name), ("QM_STAGING", "/staging"), ("QM_SCRIPTS", "/scripts"),
                ("QM_CREDENTIALS", "/credentials"), ("QM_REPORT", "/dev/termination-log"),
            ] + (secret.map { [("QM_SECRET", $0)] } ?? []) + reportCopy(of: name)
        return .compact([
            "name": .string(name),
            "image": .string(image),
            "command": ["/bin/sh", .string("/scripts/\(script)")],
            "env": .array((common + environment).map { ["name": .string($0), "value": .string($1)] }),
            "resources": spec.podTemplate.resources.isEmpty ? nil : .object(spec.podTemplate.resources),
            "terminationMessagePolicy": "File",
            "securityContext": securityContext(isRoot: isRoot),
            "volumeMounts": .array(
                mounts + reportMounts + [
                    .mount("scripts", at: "/scripts", isReadOnly: true),
                    .mount("scripts", at: "/etc/passwd", subPath: "passwd", isReadOnly: true),
                    .mount("tmp", at: "/tmp", subPath: name),
                ]),
        ])
    }

    /// A volume's files belong to anybody: only root with the right to pass by permissions can read them all.
    private func securityContext(isRoot: Bool) -> JSONValue {
        .compact([
            "runAsNonRoot": isRoot ? false : true,
            "runAsUser": isRoot ? 0 : nil,
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": isRoot ? ["drop": ["ALL"], "add": ["DAC_OVERRIDE"]] : ["drop": ["ALL"]],
        ])
    }

    private func volumes(for source: Source) -> [JSONValue] {
        let staging = source.postgres?.staging ?? source.pvc?.staging
        return [
            .stagingVolume(staging),
            ["name": "tmp", "emptyDir": [:]],
            ["name": "scripts", "configMap": ["name": .string(sharedName), "defaultMode": 0o555]],
        ] + sourcePlan(for: source).volumes + notifierVolumes
            + spec.destinations.map { .secretVolume("to-\($0.name)", $0.credentialsSecretRef.name) }
    }

    /// Always the same for one policy, so that several of them spread over the time that they may take.
    private var delay: Int {
        guard spec.jitterSeconds > 0 else { return 0 }
        let name = "\(metadata.namespace ?? "")/\(metadata.name ?? "")"
        return ChildName.stableHash(name).utf8.reduce(0) { ($0 * 31 + Int($1)) % 1_000_003 } % (spec.jitterSeconds + 1)
    }
}

extension JSONValue {
    static func mount(_ name: String, at path: String, subPath: String? = nil, isReadOnly: Bool = false) -> JSONValue {
        .compact([
            "name": .string(name), "mountPath": .string(path), "subPath": subPath.map(JSONValue.string),
            "readOnly": isReadOnly ? true : nil,
        ])
    }

    /// Optional, so that the pod starts and the script can say which key is missing; 0440 with the pod's group.
    static func secretVolume(_ name: String, _ secret: String) -> JSONValue {
        ["name": .string(name), "secret": ["secretName": .string(secret), "optional": true, "defaultMode": 0o440]]
    }

    fileprivate static func stagingVolume(_ staging: BackupPolicy.Staging?) -> JSONValue {
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
}
