internal import KubeAPI

/// What is particular to one kind of pod of ours.
struct PodPlan {
    var initContainers: [JSONValue] = []
    var containers: [JSONValue]
    var volumes: [JSONValue]
    var needsRoot = false
    /// Where the pod must run, beside the policy's own wishes.
    var nodeSelector: [String: String] = [:]
    var tolerations: [JSONValue] = []
    var affinity: JSONValue?
    var sharesHostNetwork = false
}

extension BackupPolicy {
    /// A CronJob of the policy, whatever its pods do.
    func cronJob(named name: String, labels: [String: String], schedule: String, _ plan: PodPlan) throws
        -> DesiredChild
    {
        let podLabels = childLabels.merging(labels) { $1 }
        return try DesiredChild(
            .cronJob, of: self, named: name, labels: labels,
            [
                "spec": [
                    "schedule": .string(schedule),
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
                                "spec": podSpec(plan),
                            ],
                        ],
                    ],
                ]
            ])
    }

    private func podSpec(_ plan: PodPlan) -> JSONValue {
        let settings = spec.podTemplate
        let nodeSelector = (settings.nodeSelector ?? [:]).merging(plan.nodeSelector) { $1 }
        let tolerations = (settings.tolerations ?? []).map(JSONValue.object) + plan.tolerations
        return .compact([
            "restartPolicy": "Never",
            "serviceAccountName": .string(sharedName),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 30,
            "hostNetwork": plan.sharesHostNetwork ? true : nil,
            "dnsPolicy": plan.sharesHostNetwork ? "ClusterFirstWithHostNet" : nil,
            "securityContext": [
                "runAsNonRoot": .bool(!plan.needsRoot),
                "runAsUser": .integer(Self.userID),
                "runAsGroup": .integer(Self.userID),
                "fsGroup": .integer(Self.userID),
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "priorityClassName": settings.priorityClassName.map(JSONValue.string),
            "nodeSelector": nodeSelector.isEmpty ? nil : .strings(nodeSelector),
            "affinity": plan.affinity,
            "tolerations": tolerations.isEmpty ? nil : .array(tolerations),
            "initContainers": plan.initContainers.isEmpty ? nil : .array(plan.initContainers),
            "containers": .array(plan.containers),
            "volumes": .array(plan.volumes),
        ])
    }

    /// A container that runs one of the scripts.
    ///
    /// - Parameters:
    ///   - arguments: of the script.
    ///   - isReported: whether the webhook is told what it reports.
    ///   - source: the one that it works for; `nil` where it works for all of them.
    func container(
        _ name: String, _ plan: ContainerPlan, arguments: [String] = [], mounts: [JSONValue], isRoot: Bool = false,
        secret: String? = nil, isReported: Bool = false, for source: Source?
    ) -> JSONValue {
        let common: [(String, String)] =
            [("QM_NAMESPACE", metadata.namespace ?? ""), ("QM_POLICY", metadata.name ?? "")]
            + (source.map { [("QM_SOURCE", $0.name)] } ?? [])
            + [
                ("QM_STAGING", "/staging"), ("QM_SCRIPTS", "/scripts"), ("QM_CREDENTIALS", "/credentials"),
                ("QM_REPORT", "/dev/termination-log"),
            ] + (secret.map { [("QM_SECRET", $0)] } ?? []) + (isReported ? reportCopy(of: name) : [])
        return .compact([
            "name": .string(name),
            "image": .string(plan.image),
            "command": .array((["/bin/sh", "/scripts/\(plan.script)"] + arguments).map(JSONValue.string)),
            "env": .array((common + plan.environment).map { ["name": .string($0), "value": .string($1)] }),
            "resources": resources,
            "terminationMessagePolicy": "File",
            "securityContext": securityContext(isRoot: isRoot),
            "volumeMounts": .array(
                mounts + (isReported ? reportMounts : []) + [
                    .mount("scripts", at: "/scripts", isReadOnly: true),
                    .mount("scripts", at: "/etc/passwd", subPath: "passwd", isReadOnly: true),
                    .mount("tmp", at: "/tmp", subPath: name),
                ]),
        ])
    }

    var resources: JSONValue? {
        spec.podTemplate.resources.isEmpty ? nil : .object(spec.podTemplate.resources)
    }

    /// A volume's files belong to anybody: only root with the right to pass by permissions can read them all.
    func securityContext(isRoot: Bool = false) -> JSONValue {
        .compact([
            "runAsNonRoot": isRoot ? false : true,
            "runAsUser": isRoot ? 0 : nil,
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": isRoot ? ["drop": ["ALL"], "add": ["DAC_OVERRIDE"]] : ["drop": ["ALL"]],
        ])
    }

    /// What every pod of ours has: the scripts, and a folder to write to.
    var commonVolumes: [JSONValue] {
        [
            ["name": "tmp", "emptyDir": [:]],
            ["name": "scripts", "configMap": ["name": .string(sharedName), "defaultMode": 0o555]],
        ]
    }
}
