internal import KubeAPI

// The container that tells the webhook. It is in the pod of the run, so that somebody is told while the operator is away,
// and it begins before the source as one that runs beside the others: it hears of a source that fails, and of a run that is
// ended from outside.
// Source: Kubernetes, "Sidecar Containers": init containers with restartPolicy Always, since 1.29.
extension ResolvedPolicy {
    /// - Parameters:
    ///   - task: what the pod does, as the webhook is told.
    ///   - first: the containers that run one after the other, as they are named.
    ///   - last: those that run after them, all at once.
    func notifier(of task: String, first: [String], last: [String], for source: BackupPolicy.Source?) -> [JSONValue] {
        guard let secret = spec.alerting.webhookSecretRef else { return [] }
        return [
            .compact([
                "name": .string(BackupPolicy.notifierContainer),
                "image": .string(spec.podTemplate.images.backup),
                "command": .array([JSONValue.string(Self.agent), "notify"]),
                "restartPolicy": "Always",
                "env": Self.environment([
                    ("QM_NAMESPACE", namespace), ("QM_POLICY", name),
                    ("QM_TASK", task), ("QM_SOURCE", source?.name ?? ""), ("QM_CREDENTIALS", "/credentials"),
                    ("QM_REPORT", "/dev/termination-log"), ("QM_SECRET", secret.name),
                    ("QM_REPORTS", "/reports"), ("QM_FIRST", first.joined(separator: " ")),
                    ("QM_LAST", last.joined(separator: " ")), ("QM_ON_SUCCESS", String(spec.alerting.onSuccess)),
                ]),
                "resources": [
                    "requests": ["cpu": "5m", "memory": "16Mi"], "limits": ["cpu": "100m", "memory": "64Mi"],
                ],
                "terminationMessagePolicy": "File",
                "securityContext": [
                    "runAsNonRoot": true, "runAsUser": .integer(Self.userID), "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
                ],
                "volumeMounts": .array(
                    [.mount("webhook", at: "/credentials", isReadOnly: true)] + reportMounts + [
                        .mount("tmp", at: "/tmp", subPath: BackupPolicy.notifierContainer)
                    ]),
            ])
        ]
    }

    var reportMounts: [JSONValue] {
        spec.alerting.webhookSecretRef == nil ? [] : [.mount("reports", at: "/reports")]
    }

    func reportCopy(of container: String) -> [(String, String)] {
        spec.alerting.webhookSecretRef == nil ? [] : [("QM_REPORT_COPY", "/reports/\(container).json")]
    }

    var notifierVolumes: [JSONValue] {
        guard let secret = spec.alerting.webhookSecretRef else { return [] }
        return [["name": "reports", "emptyDir": [:]], .secretVolume("webhook", secret.name)]
    }
}
