internal import BackupModel
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

extension ResolvedPolicy {
    /// A CronJob of the policy, whatever its pods do.
    func cronJob(named name: String, labels: [String: String], schedule: String, _ plan: PodPlan) throws
        -> DesiredChild
    {
        let podLabels = policy.childLabels.merging(labels) { $1 }
        return try DesiredChild(
            .cronJob, of: policy, named: name, labels: labels,
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
                            "activeDeadlineSeconds": .integer(jobDeadline),
                            "podFailurePolicy": Self.failurePolicy,
                            "template": [
                                "metadata": ["labels": .strings(podLabels)],
                                "spec": podSpec(plan),
                            ],
                        ],
                    ],
                ]
            ]
        ).held(holdsJobs)
    }

    /// The agent ends a pod itself, with a report. This is for a pod that can't: each attempt has its time and some more.
    private var jobDeadline: Int64 {
        (Int64(spec.activeDeadlineSeconds + delay) + 120) * (Int64(spec.backoffLimit) + 1)
    }

    /// A run whose source is incomplete is not tried again: it would find the same.
    static let failurePolicy: JSONValue = [
        "rules": [
            ["action": "Count", "onExitCodes": ["operator": "In", "values": [1, 137, 143]]],
            [
                "action": "FailJob",
                "onExitCodes": ["operator": "In", "values": [.integer(Int64(RunResult.partialStatus))]],
            ],
        ]
    ]

    func podSpec(_ plan: PodPlan) -> JSONValue {
        let settings = spec.podTemplate
        let nodeSelector = (settings.nodeSelector ?? [:]).merging(plan.nodeSelector) { $1 }
        let tolerations = (settings.tolerations ?? []).map(JSONValue.object) + plan.tolerations
        return .compact([
            "restartPolicy": "Never",
            "serviceAccountName": .string(policy.sharedName),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 60,
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

    /// A container that runs the agent.
    ///
    /// - Parameters:
    ///   - arguments: of the verb.
    ///   - isReported: whether the webhook is told what it reports.
    ///   - deadline: the seconds after which it ends itself; those of the policy where nothing is said.
    ///   - source: the one that it works for; `nil` where it works for all of them.
    func container(
        _ name: String, _ plan: ContainerPlan, arguments: [String] = [], mounts: [JSONValue], isRoot: Bool = false,
        secret: String? = nil, isReported: Bool = false, deadline: Int64? = nil, for source: BackupPolicy.Source?
    ) -> JSONValue {
        let common: [(String, String)] =
            [("QM_NAMESPACE", namespace), ("QM_POLICY", self.name)]
            + (source.map { [("QM_SOURCE", $0.name)] } ?? [])
            + [
                ("QM_STAGING", "/staging"), ("QM_CREDENTIALS", "/credentials"),
                ("QM_REPORT", "/dev/termination-log"),
                // What a run waits for its turn is not taken from its time.
                ("QM_DEADLINE_SECONDS", String(deadline ?? Int64(spec.activeDeadlineSeconds + delay))),
                ("QM_CLUSTER", inputs.cluster),
            ] + (secret.map { [("QM_SECRET", $0)] } ?? []) + (isReported ? reportCopy(of: name) : [])
        return .compact([
            "name": .string(name),
            "image": .string(spec.podTemplate.images.backup),
            "command": .array(([Self.agent, plan.verb] + arguments.map(\.literal)).map(JSONValue.string)),
            "env": Self.environment(common + plan.environment),
            "resources": resources,
            "terminationMessagePolicy": "File",
            "securityContext": securityContext(isRoot: isRoot),
            "volumeMounts": .array(
                mounts + (isReported ? reportMounts : []) + [.mount("tmp", at: "/tmp", subPath: name)]),
        ])
    }

    static let agent = "/usr/local/bin/quartermaster-agent"

    static func environment(_ variables: [(String, String)]) -> JSONValue {
        // As the API server keeps them: what is empty has no value.
        .array(
            variables.map { name, value in
                .compact(["name": .string(name), "value": value.isEmpty ? nil : .string(value.literal)])
            })
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

    /// What every pod of ours has: a folder to write to.
    var commonVolumes: [JSONValue] { [["name": "tmp", "emptyDir": [:]]] }
}

extension String {
    /// The text as Kubernetes leaves it to the container: it takes `$(NAME)` for a variable, and `$$` for a dollar.
    fileprivate var literal: String { replacing("$", with: "$$") }
}
