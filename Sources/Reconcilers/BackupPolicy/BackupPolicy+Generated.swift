// Made by `make generate` from crds/quartermaster.dev_backuppolicies.yaml; changes are made there.

package import BackupModel
package import KubeAPI

extension BackupPolicy {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// With true no new run begins. A run that has begun is finished, and the status is still updated.
        package var suspend: Bool
        /// Labels and annotations for every child of the policy. The policy's own labels and annotations are not
        /// copied.
        package var inheritedMetadata: InheritedMetadata?
        /// When runs are due: five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly,
        /// @annually.
        package var schedule: String
        /// The IANA time zone of the schedules, such as Europe/Berlin. A time that the change to summer time skips is
        /// not due that day; a time that occurs twice is due twice.
        package var timeZone: String
        /// Delays runs, so that policies with the same schedule do not run at once. The delay is between 0 and this
        /// many seconds, and always the same for one policy.
        package var jitterSeconds: Int
        /// A run that could not begin within this many seconds is skipped and reported as missed.
        package var startingDeadlineSeconds: Int
        /// How many seconds one attempt of a run may take. After that the pod ends itself and reports it. The deadline
        /// of the Job is (activeDeadlineSeconds + delay + 120) × (backoffLimit + 1), with the delay of jitterSeconds.
        package var activeDeadlineSeconds: Int
        /// How often a failed run is retried as a whole, at every destination. A run that is incomplete, or that failed
        /// only at destinations with required false, is not retried.
        package var backoffLimit: Int
        /// What is backed up. Each source has exactly one of postgres, pvc, manifests, etcd and velero, and a CronJob
        /// of its own (velero: a Schedule of Velero).
        package var sources: [Source]
        /// Where every source is stored, except those of velero. Each destination has exactly one of s3, restic, borg
        /// and rclone.
        package var destinations: [Destination]
        /// How long artifacts are kept: the newest complete one of each period, and in any case the newest minKeep
        /// ones. Periods are in UTC.
        package var retention: Retention
        /// How a stored artifact is checked before anything older is pruned.
        package var verification: Verification
        /// When a backup counts as too old or too small.
        package var freshness: Freshness
        /// How failed backups are reported beside the status.
        package var alerting: Alerting
        /// The NetworkPolicies of the pods.
        package var network: Network
        /// Commands that are run in pods of this namespace before and after every source, except those of velero.
        package var hooks: Hooks?
        /// Settings of the pods of all jobs.
        package var podTemplate: PodSettings
    }

    /// The type of `spec.sources[]`.
    package struct Source: Sendable, Hashable, Codable {
        /// The name of the source. It is a part of the names of jobs and of the places where artifacts are stored.
        package var name: String
        /// Databases of a PostgreSQL server. Each becomes one dump in PostgreSQL's custom format.
        package var postgres: Postgres?
        /// The files of a volume, as one tar archive.
        package var pvc: Volume?
        /// The objects of namespaces, as YAML.
        package var manifests: Manifests?
        /// A snapshot of the embedded etcd of K3s, taken on one of its servers. Permitted only if the policy is in a
        /// namespace that --privileged-namespaces lists.
        package var etcd: Etcd?
        /// A Schedule of Velero, which stores and prunes its backups itself. The policy must be in the namespace of
        /// Velero, which reads Schedules nowhere else.
        package var velero: Velero?
    }

    /// The type of `spec.sources[].postgres`.
    package struct Postgres: Sendable, Hashable, Codable {
        /// The type of `spec.sources[].postgres.sslMode`.
        package enum SSLMode: String, Sendable, Hashable, Codable, CaseIterable {
            case disable
            case allow
            case prefer
            case require
            case verifyCa = "verify-ca"
            case verifyFull = "verify-full"
        }

        /// The host name or address of the server. If it is a component of the AppEnvironment in this namespace, that
        /// component lets the pods of the policy in.
        package var host: String
        /// The port of the server, or of a pooler in session mode. A pooler in transaction mode does not work.
        package var port: Int
        /// The databases to dump. Give either databases or allDatabases.
        package var databases: [String]?
        /// With true every database that accepts connections is dumped.
        package var allDatabases: Bool
        /// A Secret of this namespace with the keys username and password, and ca.crt for verify-ca and verify-full.
        package var credentialsSecretRef: SecretReference
        /// How the connection is encrypted and the server is verified: sslmode of libpq.
        package var sslMode: SSLMode
        /// With true roles and tablespaces are dumped too.
        package var globals: Bool
        /// Where the artifact is kept until it is stored. With a size it is an ephemeral volume of a StorageClass, else
        /// an emptyDir on the node.
        package var staging: Staging?
    }

    /// The type of `spec.sources[].postgres.credentialsSecretRef`, `spec.destinations[].credentialsSecretRef`,
    /// `spec.alerting.webhookSecretRef`.
    package struct SecretReference: Sendable, Hashable, Codable {
        /// The name of the Secret.
        package var name: String
    }

    /// The type of `spec.sources[].postgres.staging`, `spec.sources[].pvc.staging`.
    package struct Staging: Sendable, Hashable, Codable {
        /// The size of the volume. It must hold the artifact; for drills of postgres it must hold the restored server
        /// as well.
        package var size: JSONValue?
        /// The StorageClass of the volume. Default: that of the cluster. It needs a size.
        package var storageClass: String?
    }

    /// The type of `spec.sources[].pvc`.
    package struct Volume: Sendable, Hashable, Codable {
        /// The name of the PersistentVolumeClaim, which is mounted read-only.
        package var claimName: String
        /// The pods that use the claim. The pod of the backup is scheduled to their node if possible, for a volume that
        /// only one node can mount.
        package var podSelector: LabelSelector?
        /// Folders and files to back up, relative to the volume. Default: all.
        package var paths: [String]?
        /// Patterns of files to leave out, relative to the volume.
        package var excludes: [String]?
        /// Patterns of files that may change while they are read, such as logs, relative to the volume. If any other
        /// file changes, the run is Partial.
        package var changing: [String]?
        /// Where the artifact is kept until it is stored. With a size it is an ephemeral volume of a StorageClass, else
        /// an emptyDir on the node.
        package var staging: Staging?
    }

    /// The type of `spec.sources[].manifests`.
    package struct Manifests: Sendable, Hashable, Codable {
        /// The namespaces. Default: that of the policy. Other namespaces are permitted only if the policy is in one
        /// that --privileged-namespaces lists.
        package var namespaces: [String]?
        /// The kinds, such as deployments.apps. Default: every kind that can be listed.
        package var includeKinds: [String]?
        /// Kinds that are left out.
        package var excludeKinds: [String]?
        /// With true Secrets are exported too. All destinations must be restic or borg, which encrypt.
        package var includeSecrets: Bool
    }

    /// The type of `spec.sources[].etcd`.
    package struct Etcd: Sendable, Hashable, Codable {
        /// Labels of the nodes that run etcd.
        package var nodeSelector: [String: String]
        /// With true the snapshot is compressed.
        package var compress: Bool
        /// With true the artifact contains the server's token. Without the token the snapshot can't be restored on
        /// another host.
        package var includeToken: Bool
        /// With true the artifact contains the manifests that the K3s server applies by itself.
        package var includeServerManifests: Bool
    }

    /// The type of `spec.sources[].velero`.
    package struct Velero: Sendable, Hashable, Codable {
        /// The namespaces that Velero backs up. Default: all.
        package var includedNamespaces: [String]?
        /// Resources that Velero leaves out, such as events or pods.
        package var excludedResources: [String]?
        /// The name of a BackupStorageLocation of Velero. Default: Velero's default location.
        package var storageLocation: String?
        /// How long Velero keeps a backup, such as 720h. The policy's retention does not apply to Velero.
        package var ttl: String
    }

    /// The type of `spec.destinations[]`.
    package struct Destination: Sendable, Hashable, Codable {
        /// The name of the destination in status and messages.
        package var name: String
        /// A Secret of this namespace; its keys depend on the kind of the destination.
        package var credentialsSecretRef: SecretReference
        /// With true the policy is not Ready while this destination fails, and a run that fails there is retried. With
        /// false a failure is only reported.
        package var required: Bool
        /// For a rebuilt cluster: the UID of the namespace kube-system of the old cluster. Its artifacts at this
        /// destination are then treated, and pruned, as this cluster's own. The old cluster must be gone. Without it a
        /// run is refused where another cluster stores.
        package var takeOverFrom: String?
        /// Retention at this destination. Each field that is given replaces the same field of the policy's retention.
        /// The result must keep more than the newest artifact, unless minKeep is given here.
        package var retention: Retention?
        /// A bucket of an S3 service. The bucket must exist. The Secret has the keys AWS_ACCESS_KEY_ID and
        /// AWS_SECRET_ACCESS_KEY.
        package var s3: S3?
        /// A restic repository; created once if there is none. The Secret has the key RESTIC_PASSWORD and the variables
        /// of the backend, such as AWS_ACCESS_KEY_ID.
        package var restic: Restic?
        /// A borg repository; created once if there is none. The Secret has the key BORG_PASSPHRASE and, for a
        /// repository over ssh, ssh-privatekey and known_hosts.
        package var borg: Borg?
        /// Any remote of rclone. The Secret has the key rclone.conf.
        package var rclone: Rclone?
    }

    /// The type of `spec.destinations[].retention`, `spec.retention`.
    package struct Retention: Sendable, Hashable, Codable {
        /// Keeps this many of the newest artifacts.
        package var last: Int?
        /// Keeps the newest artifact of each hour, for this many hours that have one.
        package var hourly: Int?
        /// Keeps the newest artifact of each day, for this many days that have one.
        package var daily: Int?
        /// Keeps the newest artifact of each ISO week, for this many weeks that have one.
        package var weekly: Int?
        /// Keeps the newest artifact of each month, for this many months that have one.
        package var monthly: Int?
        /// Keeps the newest artifact of each year, for this many years that have one.
        package var yearly: Int?
        /// Keeps at least this many of the newest artifacts, whatever the other rules say.
        package var minKeep: Int?
    }

    /// The type of `spec.destinations[].s3`.
    package struct S3: Sendable, Hashable, Codable {
        /// The address of the service, such as https://s3.example.com. It can't be changed.
        package var endpoint: String
        /// The name of the bucket. It can't be changed.
        package var bucket: String
        /// A folder of the bucket. Policies and sources get folders of their own in it.
        package var prefix: String?
        /// The region that requests are signed for.
        package var region: String
        /// With true the bucket is in the path of the URL, with false in its host name.
        package var forcePathStyle: Bool
    }

    /// The type of `spec.destinations[].restic`.
    package struct Restic: Sendable, Hashable, Codable {
        /// The repository, such as s3:https://s3.example.com/bucket/folder or rest:https://rest.example.com/. It can't
        /// be changed.
        package var repository: String
    }

    /// The type of `spec.destinations[].borg`.
    package struct Borg: Sendable, Hashable, Codable {
        /// The repository, such as ssh://user@host:23/./backups. It can't be changed.
        package var repository: String
        /// The name of the borg program on the server, such as borg-1.4.
        package var remotePath: String?
    }

    /// The type of `spec.destinations[].rclone`.
    package struct Rclone: Sendable, Hashable, Codable {
        /// The name of the remote in rclone.conf.
        package var remote: String
        /// A folder of the remote. Policies and sources get folders of their own in it.
        package var path: String
    }

    /// The type of `spec.verification`.
    package struct Verification: Sendable, Hashable, Codable {
        /// The type of `spec.verification.afterEach`.
        package enum Depth: String, Sendable, Hashable, Codable, CaseIterable {
            case none
            case stat
            case read
        }

        /// How an artifact is verified after it was stored. read: fetches every file and compares its checksum. stat:
        /// compares names and sizes. none: not at all.
        package var afterEach: Depth
        /// When a job checks the destinations as a whole: five fields as in cron, or @hourly, @daily, @midnight,
        /// @weekly, @monthly, @yearly, @annually. Of restic it reads an eighth of the repository, of borg all of it, of
        /// s3 and rclone the newest artifacts. Without it there are no checks.
        package var checkSchedule: String?
        /// Test restores. The newest artifacts of postgres and etcd sources are fetched from the first required
        /// destination and restored into a temporary server in the pod of the drill.
        package var drill: Drill?
    }

    /// The type of `spec.verification.drill`.
    package struct Drill: Sendable, Hashable, Codable {
        /// The type of `spec.verification.drill.queries[]`.
        package struct Query: Sendable, Hashable, Codable {
            /// The source whose restored server is queried. Default: every postgres source.
            package var source: String?
            /// The database that is queried; required if the source dumps several.
            package var database: String?
            /// One SQL statement.
            package var sql: String
            /// The expected answer, as psql -A -t prints it, without the last newline.
            package var expect: String
        }

        /// When drills run: five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly,
        /// @annually.
        package var schedule: String
        /// Queries for a restored PostgreSQL, with the answers that it must give.
        package var queries: [Query]?
        /// How long a restore may take, from the first byte fetched, such as 30m. A drill that takes longer fails.
        /// Default: no limit.
        package var maxDuration: String?
    }

    /// The type of `spec.freshness`.
    package struct Freshness: Sendable, Hashable, Codable {
        /// The age from which the last good backup is too old, such as 26h or 90m. Default: a backup is too old when
        /// two more runs were due since and the second one has had as much time as the last run took.
        package var maxAge: String?
        /// The least size of an artifact, in bytes. A smaller one is suspicious: it is kept, but nothing is pruned
        /// after it and the policy is not fresh.
        package var minSizeBytes: Int
        /// By how many per cent an artifact may be smaller than the one before. A smaller one is suspicious: it is
        /// kept, but nothing is pruned after it and the policy is not fresh.
        package var maxShrinkPercent: Int
    }

    /// The type of `spec.alerting`.
    package struct Alerting: Sendable, Hashable, Codable {
        /// The type of `spec.alerting.prometheusRule`.
        package enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
            case auto = "Auto"
            case off = "Off"
        }

        /// Auto makes a PrometheusRule for the policy if the Prometheus operator is installed. Off makes none.
        package var prometheusRule: Rule
        /// Labels of the PrometheusRule, by which your Prometheus selects it. The same keys are refused as in
        /// inheritedMetadata.labels.
        package var labels: [String: String]?
        /// A Secret with the key url and, if the receiver needs them, authorization (the value of that header) and
        /// ca.crt. Runs, checks and drills that fail or are incomplete post their result there, as JSON.
        package var webhookSecretRef: SecretReference?
        /// With true the results of successful runs, checks and drills are posted to the webhook too.
        package var onSuccess: Bool
    }

    /// The type of `spec.network`.
    package struct Network: Sendable, Hashable, Codable {
        /// With true nothing may connect to the pods, and they reach only DNS, their source, their destinations and the
        /// webhook. With false there are no NetworkPolicies.
        package var enabled: Bool
        /// More TCP ports that the pods may connect to. If an address is in a Secret (rclone, webhook), every port is
        /// open unless this is set.
        package var egressPorts: [Int]?
    }

    /// The type of `spec.hooks`.
    package struct Hooks: Sendable, Hashable, Codable {
        /// Commands before the source, in this order. If one with onError Fail fails, no further one is run.
        package var pre: [Hook]?
        /// Commands after the source, in this order. They are run even if a hook or the source has failed.
        package var post: [Hook]?
    }

    /// The type of `spec.hooks.pre[]`, `spec.hooks.post[]`.
    package struct Hook: Sendable, Hashable, Codable {
        /// The type of `spec.hooks.pre[].onError`, `spec.hooks.post[].onError`.
        package enum OnError: String, Sendable, Hashable, Codable, CaseIterable {
            case fail = "Fail"
            case `continue` = "Continue"
        }

        /// Selects the pods: the command is run in every running pod of this namespace that it matches.
        package var podSelector: LabelSelector
        /// The container in which the command is run. Default: the default container of the pod.
        package var container: String?
        /// The program and its arguments, without a shell. Everybody who may read pods can see them.
        package var command: [String]
        /// How many seconds the command may take in one pod.
        package var timeoutSeconds: Int
        /// What a failure of the command does. Fail: before the source it ends the run, after the source it makes the
        /// run Partial. Continue: it is only reported.
        package var onError: OnError
    }

    /// The type of `spec.podTemplate`.
    package struct PodSettings: Sendable, Hashable, Codable {
        /// Resources of each container of the pods.
        package var resources: JSONObject
        /// Labels of the nodes that the pods may run on.
        package var nodeSelector: [String: String]?
        /// Tolerations, as in a Pod. The API server validates them.
        package var tolerations: [JSONObject]?
        /// The PriorityClass of the pods. Default: that of the cluster. Outside of the namespaces that
        /// --privileged-namespaces lists, its value may be at most --max-priority-class-value, and names that begin
        /// with system- are refused.
        package var priorityClassName: String?
        /// The image of the pods, by tag or digest.
        package var images: Images
    }

    /// The type of `spec.podTemplate.images`.
    package struct Images: Sendable, Hashable, Codable {
        /// The image with the agent and every program that it calls, by tag or digest.
        package var backup: String
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The metadata.generation that this status describes; -1 until the operator has reconciled the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that the operator acted on. Set the
        /// annotation to any new value, such as the current time, to have the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// When the next run is due, without the delay of jitterSeconds.
        package var nextRunTime: Timestamp?
        /// When the last successful run ended, for the required target where that is longest ago.
        package var lastSuccessTime: Timestamp?
        /// The size of the newest artifacts of all sources together, such as 12.5Mi.
        package var size: String?
        /// The state of each source at each destination.
        package var targets: [Target]?
        /// The state of each destination.
        package var destinations: [DestinationStatus]?
        /// What the CronJobs make, and made before. A job that is none of these is not counted as a run.
        package var templates: [TemplateRecord]?
        /// The children that the operator has made. Those that are no longer wanted are deleted.
        package var inventory: [InventoryEntry]?
        /// Ready, Scheduled, BackupSucceeded, Fresh, Verified, Pruned and AlertingReady. Reconciling and Stalled are
        /// present only while they are True. Ready does not depend on AlertingReady.
        package var conditions: [Condition]?
    }

    /// The type of `status.targets[]`.
    package struct Target: Sendable, Hashable, Codable {
        /// The name of the source.
        package var source: String
        /// The name of the destination; velero for a source of velero.
        package var destination: String
        /// Since when backups are expected here: when the source or destination was added, or the policy was resumed.
        package var since: Timestamp?
        /// When the last run ended.
        package var lastAttemptTime: Timestamp?
        /// The names of the jobs of the last runs; the last of them ended at lastAttemptTime.
        package var lastRuns: [String]?
        /// When the container ended that lastResult is from. It decides which of two overlapping runs is the last one.
        package var lastReportTime: Timestamp?
        /// When the last successful run ended.
        package var lastSuccessTime: Timestamp?
        /// How the last run ended.
        package var lastResult: RunResult?
        /// Why the last run failed, in one word.
        package var reason: String?
        /// The newest artifact. For a source of velero the name of Velero's Backup.
        package var artifact: String?
        /// The newest artifact that is complete and not suspicious.
        package var complete: String?
        /// The size of the newest artifact in bytes.
        package var sizeBytes: Int64?
        /// How many seconds the last run took.
        package var durationSeconds: Int64?
        /// How many artifacts are kept.
        package var count: Int64?
        /// The oldest artifact that is kept.
        package var oldest: String?
        /// How many artifacts there should be, if some are missing that no run has deleted; else absent.
        package var expected: Int64?
        /// When the run ended that found artifacts missing. Set the annotation quartermaster.dev/accepted-loss to this
        /// time to accept the loss.
        package var missingSince: Timestamp?
        /// When an artifact was last checked at the destination.
        package var lastVerifiedTime: Timestamp?
        /// When a check of the whole destination last succeeded.
        package var lastCheckTime: Timestamp?
        /// What the last check of the destination found to be wrong.
        package var checkFailure: String?
        /// When a drill last restored an artifact.
        package var lastDrillTime: Timestamp?
        /// How many seconds that drill took, from the first byte fetched.
        package var lastDrillSeconds: Int64?
        /// Why the last drill failed.
        package var drillFailure: String?
        /// The result of pruning after the last run. Refused: nothing was deleted; the condition Pruned says why.
        package var pruned: String?
        /// Why the newest artifact is suspicious. Nothing is pruned while this is set.
        package var suspicion: String?
        /// How many runs have failed since the last successful one.
        package var consecutiveFailures: Int64?
        /// The message of the last run.
        package var message: String?
    }

    /// The type of `status.destinations[]`.
    package struct DestinationStatus: Sendable, Hashable, Codable {
        /// The name of the destination.
        package var name: String
        /// A hash of the destination's address. If it changes, the destination is made ready again.
        package var place: String?
        /// When the address last changed; absent if it never did.
        package var movedTime: Timestamp?
        /// When the destination was made ready. That is done once: if what was created there is lost, it is not created
        /// again.
        package var preparedTime: Timestamp?
        /// Why the destination could not be made ready, in one word.
        package var reason: String?
        /// Why the destination could not be made ready, in a sentence.
        package var message: String?
        /// Which eighth of a restic repository the last successful check has read.
        package var checkedPart: Int64?
        /// When that check ended.
        package var checkedTime: Timestamp?
    }

    /// The type of `status.templates[]`.
    package struct TemplateRecord: Sendable, Hashable, Codable {
        /// The name of the CronJob.
        package var cronJob: String
        /// Hashes of the jobs that it makes and made, the newest last.
        package var digests: [String]
        /// The operator's seal on the digests: a code that only the operator can make.
        package var seal: String
    }
}
