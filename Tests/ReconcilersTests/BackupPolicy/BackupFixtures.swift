import KubeAPI
import Testing

@testable import Reconcilers

extension BackupPolicy {
    /// A policy `shop/nightly` of 2026-01-01: source `db` to `bucket` and `box`, every day at two.
    ///
    /// - Parameter isPrepared: whether its destinations are ready.
    static func fixture(_ spec: String = "", status: String? = nil, isPrepared: Bool = true) throws -> BackupPolicy {
        var object = try DynamicObject.fixture(
            """
            apiVersion: quartermaster.dev/v1alpha1
            kind: BackupPolicy
            metadata: {name: nightly, namespace: shop, uid: uid-nightly, generation: 2, creationTimestamp: "2026-01-01T00:00:00Z"}
            spec:
              schedule: 0 2 * * *
              sources: [{name: db, pvc: {claimName: data}}]
              destinations:
              - {name: bucket, credentialsSecretRef: {name: s}, rclone: {remote: a, path: b}}
              - {name: box, required: false, credentialsSecretRef: {name: s}, restic: {repository: /r}}
            """)
        if !spec.isEmpty {
            for (key, value) in try YAML.parseDocument(Array(spec.utf8)).object ?? [:] {
                object[path: "spec", key] = value
            }
        }
        if let status { object["status"] = try YAML.parseDocument(Array(status.utf8)) }
        var policy = try BackupPolicy(defaulting: object)
        guard isPrepared else { return policy }
        var status = policy.status ?? Status()
        status.destinations = policy.spec.destinations.map { destination in
            var known = PolicyDestination(destination, of: policy).known
            known.preparedTime = policy.metadata.creationTimestamp
            return known
        }
        policy.status = status
        return policy
    }
}

extension BackupPolicy {
    /// As it is without a cluster.
    var resolved: ResolvedPolicy { ResolvedPolicy(self) }
}

extension PolicyObservation {
    init(
        policy: BackupPolicy, now: Timestamp, runs: [BackupRun], verifications: [VerificationRun] = [],
        velero: [VeleroSource] = [], preparations: [PreparationRun] = []
    ) {
        self.init(
            policy.resolved, now: now, runs: runs, verifications: verifications, velero: velero,
            preparations: preparations)
    }
}

extension BackupRun {
    /// A run that ended at `end`.
    ///
    /// - Parameters:
    ///   - finished: when containers ended; the others with the job.
    ///   - containers: what each container left: its exit status and its termination message.
    static func fixture(
        _ end: String, named name: String = "run", started: String = "2026-01-01T00:00:00Z",
        finished: [String: String] = [:], condition: String = "Complete", reason: String = "",
        containers: [(String, Int, String)]
    ) throws -> BackupRun {
        var job = try DynamicObject.fixture(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: \(name), namespace: shop, labels: {quartermaster.dev/backup-source: db}}
            status:
              startTime: "\(started)"
              conditions: [{type: \(condition), status: "True", lastTransitionTime: "\(end)"}]
            """)
        if !reason.isEmpty {
            job[path: "status", "conditions"] = [
                [
                    "type": .string(condition), "status": "True", "lastTransitionTime": .string(end),
                    "reason": .string(reason), "message": "Job was active longer than specified deadline",
                ]
            ]
        }
        let statuses = containers.map { name, status, message in
            ContainerStatus(
                name: name, ready: false,
                state: .init(
                    terminated: .init(
                        exitCode: status, reason: status == 0 ? "Completed" : "Error", message: message,
                        finishedAt: finished[name].flatMap(Timestamp.init(rfc3339:)))))
        }
        let pod = Pod(
            metadata: ObjectMeta(name: "run-1", namespace: "shop"),
            status: .init(
                initContainerStatuses: statuses.filter { $0.name == "source" },
                containerStatuses: statuses.filter { $0.name != "source" }))
        return BackupRun(of: "db", job: job, pods: containers.isEmpty ? [] : [pod])
    }
}

/// A report as the agent writes it.
func report(_ result: String, _ fields: String = "", message: String = "") -> String {
    #"{"version":1,"result":"\#(result)","message":"\#(message)","durationSeconds":12\#(fields)}"#
}
