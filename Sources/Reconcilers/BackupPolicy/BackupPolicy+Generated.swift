// Made by `make generate` from crds/quartermaster.dev_backuppolicies.yaml; changes are made there.

package import BackupModel
package import KubeAPI

extension BackupPolicy {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// No new run begins. A run that has begun ends; the status goes on.
        package var suspend: Bool
        /// Labels and annotations for every child of the policy. Nothing else of its metadata is copied.
        package var inheritedMetadata: InheritedMetadata?
        /// When runs are due: five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly,
        /// @annually.
        package var schedule: String
        /// The IANA time zone of the schedules. A time that summer time skips is not due that day; one that comes twice
        /// is due twice.
        package var timeZone: String
        /// Every run waits up to so many seconds before it begins, always the same for one policy.
        package var jitterSeconds: Int
        /// A run that could not begin within so many seconds is missed.
        package var startingDeadlineSeconds: Int
        /// A run that takes more seconds is ended, each attempt for itself. The pod ends itself and reports; the
        /// deadline of the Job is (activeDeadlineSeconds + 120) × (backoffLimit + 1).
        package var activeDeadlineSeconds: Int
        /// How often a failed run is tried again as a whole, at every destination. A run that is incomplete, or failed
        /// at destinations with required false alone, is not tried again.
        package var backoffLimit: Int
        /// What is backed up. Each source has a CronJob of its own and exactly one of postgres, pvc, manifests, etcd
        /// and velero.
        package var sources: [Source]
        /// Where every source is stored, but for those of velero. Each destination has exactly one of s3, restic, borg
        /// and rclone.
        package var destinations: [Destination]
        /// How long artifacts are kept: the newest complete one of each period, and the newest minKeep in any case.
        /// Times are in UTC.
        package var retention: Retention
        /// How a stored artifact is checked before anything older is pruned.
        package var verification: Verification
        /// What makes a backup too old or too small.
        package var freshness: Freshness
        /// Who is told when a backup fails, and how.
        package var alerting: Alerting
        /// The NetworkPolicies of the pods.
        package var network: Network
        /// Commands in pods of this namespace, around every source but those of velero.
        package var hooks: Hooks?
        /// How the pods of the jobs run.
        package var podTemplate: PodSettings
    }

    /// The type of `spec.sources[]`.
    package struct Source: Sendable, Hashable, Codable {
        /// The name of the source, part of the names of jobs and artifacts.
        package var name: String
        /// Databases of a PostgreSQL server, one dump in the custom format each.
        package var postgres: Postgres?
        /// The files of a volume, as one tar archive.
        package var pvc: Volume?
        /// The objects of namespaces as YAML.
        package var manifests: Manifests?
        /// A snapshot of the etcd that K3s has built in, taken on one of its servers. Only for a policy in a namespace
        /// of --privileged-namespaces.
        package var etcd: Etcd?
        /// A Schedule of Velero, which stores and prunes by itself. Only in the namespace that Velero runs in: it looks
        /// nowhere else.
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

        /// The host name or address of the server. In the namespace of an AppEnvironment the component of that name
        /// lets the pods of the policy in.
        package var host: String
        /// The port of the server, or of its session pooler; not that of a pooler in transaction mode.
        package var port: Int
        /// The databases to dump; either these or allDatabases.
        package var databases: [String]?
        /// Whether every database that accepts connections is dumped.
        package var allDatabases: Bool
        /// A Secret of this namespace with the keys username and password, and ca.crt for verify-ca and verify-full.
        package var credentialsSecretRef: SecretReference
        /// How the connection is encrypted and the server is checked, as sslmode of libpq.
        package var sslMode: SSLMode
        /// Whether roles and tablespaces are dumped too.
        package var globals: Bool
        /// Where the artifact lies until it is stored. With a size it is an ephemeral volume of a storage class, else a
        /// folder of the node.
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
        /// The size of the volume. It must hold the artifact, and in a drill of postgres the restored server too.
        package var size: JSONValue?
        /// The StorageClass of the volume; the default of the cluster where nothing is said. It needs a size.
        package var storageClass: String?
    }

    /// The type of `spec.sources[].pvc`.
    package struct Volume: Sendable, Hashable, Codable {
        /// The name of the PersistentVolumeClaim, which is mounted read-only.
        package var claimName: String
        /// The pods that use the claim. The pod of the backup prefers their node, for a volume that only one node can
        /// mount.
        package var podSelector: LabelSelector?
        /// Folders and files of the volume, relative to it; all where empty.
        package var paths: [String]?
        /// Patterns of what is left out, relative to the volume.
        package var excludes: [String]?
        /// Patterns of files that may change while they are read, relative to the volume: logs that are always written.
        /// What else changes makes a run Partial.
        package var changing: [String]?
        /// Where the artifact lies until it is stored. With a size it is an ephemeral volume of a storage class, else a
        /// folder of the node.
        package var staging: Staging?
    }

    /// The type of `spec.sources[].manifests`.
    package struct Manifests: Sendable, Hashable, Codable {
        /// The namespaces; that of the policy where empty. Others only for a policy in a namespace of
        /// --privileged-namespaces.
        package var namespaces: [String]?
        /// Kinds such as deployments.apps; every kind that can be listed where empty.
        package var includeKinds: [String]?
        /// Kinds that are left out.
        package var excludeKinds: [String]?
        /// Whether Secrets are exported. Only towards restic and borg, which encrypt.
        package var includeSecrets: Bool
    }

    /// The type of `spec.sources[].etcd`.
    package struct Etcd: Sendable, Hashable, Codable {
        /// The servers that keep etcd.
        package var nodeSelector: [String: String]
        /// Whether the snapshot is compressed.
        package var compress: Bool
        /// Whether the server's token is part of the artifact. No other host can be restored without it.
        package var includeToken: Bool
        /// Whether the manifests that the server applies by itself are part of the artifact.
        package var includeServerManifests: Bool
    }

    /// The type of `spec.sources[].velero`.
    package struct Velero: Sendable, Hashable, Codable {
        /// The namespaces that Velero backs up; all where empty.
        package var includedNamespaces: [String]?
        /// Resources that Velero leaves out, such as events or pods.
        package var excludedResources: [String]?
        /// A BackupStorageLocation of Velero; its default one where nothing is said.
        package var storageLocation: String?
        /// How long Velero keeps a backup, such as 720h. The policy's retention is not for Velero.
        package var ttl: String
    }

    /// The type of `spec.destinations[]`.
    package struct Destination: Sendable, Hashable, Codable {
        /// The name of the destination, by which the status and messages tell of it.
        package var name: String
        /// A Secret of this namespace; its keys depend on the kind of the destination.
        package var credentialsSecretRef: SecretReference
        /// Whether the policy is not ready, and a run is tried again, when this destination fails.
        package var required: Bool
        /// The UID of namespace kube-system of a cluster that is gone and whose artifacts this one takes over, pruning
        /// included. Those of any other cluster are left alone, and refused.
        package var takeOverFrom: String?
        /// Takes the place of the retention of the policy, field by field. The result must keep more than the newest
        /// artifact, or have a minKeep of its own.
        package var retention: Retention?
        /// A bucket of an S3 service, which must exist. Keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
        package var s3: S3?
        /// A restic repository, made once where there is none. Key RESTIC_PASSWORD and those of the backend.
        package var restic: Restic?
        /// A borg repository, made once where there is none. Key BORG_PASSPHRASE; ssh-privatekey and known_hosts over
        /// ssh.
        package var borg: Borg?
        /// Any remote of rclone. Key rclone.conf.
        package var rclone: Rclone?
    }

    /// The type of `spec.destinations[].retention`, `spec.retention`.
    package struct Retention: Sendable, Hashable, Codable {
        /// How many of the newest artifacts are kept.
        package var last: Int?
        /// For how many hours the newest artifact of each is kept.
        package var hourly: Int?
        /// For how many days the newest artifact of each is kept.
        package var daily: Int?
        /// For how many ISO weeks the newest artifact of each is kept.
        package var weekly: Int?
        /// For how many months the newest artifact of each is kept.
        package var monthly: Int?
        /// For how many years the newest artifact of each is kept.
        package var yearly: Int?
        /// How many of the newest artifacts are kept whatever the other rules say.
        package var minKeep: Int?
    }

    /// The type of `spec.destinations[].s3`.
    package struct S3: Sendable, Hashable, Codable {
        /// The address of the service, such as https://s3.example.com. It can't be changed.
        package var endpoint: String
        /// The name of the bucket. It can't be changed.
        package var bucket: String
        /// A folder of the bucket; policies and sources get folders of their own below it.
        package var prefix: String?
        /// The region that requests are signed for.
        package var region: String
        /// Whether the bucket is part of the path of a request instead of its host name.
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
        /// The name of the program borg on the server, such as borg-1.4.
        package var remotePath: String?
    }

    /// The type of `spec.destinations[].rclone`.
    package struct Rclone: Sendable, Hashable, Codable {
        /// The name of the remote in rclone.conf.
        package var remote: String
        /// A folder of the remote; policies and sources get folders of their own below it.
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

        /// read fetches every file and compares its checksum, stat looks at names and sizes, none trusts the upload.
        package var afterEach: Depth
        /// When the destinations are checked as a whole, in a job of its own, five fields as in cron, or @hourly,
        /// @daily, @midnight, @weekly, @monthly, @yearly, @annually. Restic reads an eighth of its repository, borg all
        /// of it, and of s3 and rclone the newest artifacts are read. No check where nothing is said.
        package var checkSchedule: String?
        /// Restores the newest artifacts of postgres and etcd from the first required destination into a server that
        /// ends with the pod.
        package var drill: Drill?
    }

    /// The type of `spec.verification.drill`.
    package struct Drill: Sendable, Hashable, Codable {
        /// The type of `spec.verification.drill.queries[]`.
        package struct Query: Sendable, Hashable, Codable {
            /// The source that is asked; every one of postgres where nothing is said.
            package var source: String?
            /// The database that is asked; needed where the source dumps several.
            package var database: String?
            /// The statement, one only.
            package var sql: String
            /// The answer as psql -A -t prints it, without the last line end.
            package var expect: String
        }

        /// When a restore is tried: five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly,
        /// @annually.
        package var schedule: String
        /// What a restored PostgreSQL is asked, and what it must answer.
        package var queries: [Query]?
        /// How long a restore may take, from the first byte fetched, such as 30m. One that takes longer has failed; no
        /// limit where nothing is said.
        package var maxDuration: String?
    }

    /// The type of `spec.freshness`.
    package struct Freshness: Sendable, Hashable, Codable {
        /// The age at which the last good backup is too old, such as 26h or 90m. Where nothing is said, when two runs
        /// were due since it and had as long as the last one took.
        package var maxAge: String?
        /// The fewest bytes of an artifact. A smaller one is kept, but nothing is pruned after it and the policy is not
        /// fresh.
        package var minSizeBytes: Int
        /// By how many per cent an artifact may be smaller than the one before. One that is smaller still is kept, but
        /// nothing is pruned after it and the policy is not fresh.
        package var maxShrinkPercent: Int
    }

    /// The type of `spec.alerting`.
    package struct Alerting: Sendable, Hashable, Codable {
        /// The type of `spec.alerting.prometheusRule`.
        package enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
            case auto = "Auto"
            case off = "Off"
        }

        /// Auto makes a PrometheusRule of the policy where the Prometheus operator is installed, Off makes none.
        package var prometheusRule: Rule
        /// Labels of the PrometheusRule, by which a Prometheus selects it. The same keys are refused as in
        /// inheritedMetadata.labels.
        package var labels: [String: String]?
        /// A Secret with the key url, and where the receiver asks for them authorization (the value of the header) and
        /// ca.crt. Each run, check and drill posts its result there as JSON.
        package var webhookSecretRef: SecretReference?
        /// Whether runs that went well are posted to the webhook too.
        package var onSuccess: Bool
    }

    /// The type of `spec.network`.
    package struct Network: Sendable, Hashable, Codable {
        /// Whether the pods are shut off from what they do not need. Nothing may connect to them; they reach DNS, their
        /// source, their destinations and the webhook.
        package var enabled: Bool
        /// TCP ports that the pods may connect to beside those that follow from sources and destinations. Where an
        /// address is in a Secret (rclone, webhook) every port is open unless this is given.
        package var egressPorts: [Int]?
    }

    /// The type of `spec.hooks`.
    package struct Hooks: Sendable, Hashable, Codable {
        /// Commands before the source, in this order. After one that fails with onError Fail no other begins.
        package var pre: [Hook]?
        /// Commands after the source, in this order, also when a hook or the source has failed.
        package var post: [Hook]?
    }

    /// The type of `spec.hooks.pre[]`, `spec.hooks.post[]`.
    package struct Hook: Sendable, Hashable, Codable {
        /// The type of `spec.hooks.pre[].onError`, `spec.hooks.post[].onError`.
        package enum OnError: String, Sendable, Hashable, Codable, CaseIterable {
            case fail = "Fail"
            case `continue` = "Continue"
        }

        /// The pods of this namespace that run the command: every running pod that has the labels.
        package var podSelector: LabelSelector
        /// The container that runs the command; the default container of the pod where nothing is said.
        package var container: String?
        /// The program and its arguments, without a shell. Everybody who reads pods sees them.
        package var command: [String]
        /// How many seconds the command may take in one pod.
        package var timeoutSeconds: Int
        /// With Fail a hook that fails before the source ends the run, and after it makes the run Partial. Continue
        /// only reports it.
        package var onError: OnError
    }

    /// The type of `spec.podTemplate`.
    package struct PodSettings: Sendable, Hashable, Codable {
        /// Resources of every container of the pods.
        package var resources: JSONObject
        /// Labels of the nodes that the pods may run on.
        package var nodeSelector: [String: String]?
        /// Tolerations as in a Pod. The API server checks them.
        package var tolerations: [JSONObject]?
        /// The PriorityClass of the pods; the default of the cluster where nothing is said. Outside of the namespaces
        /// of --privileged-namespaces its value is at most --max-priority-class-value, and it is none of Kubernetes'
        /// own.
        package var priorityClassName: String?
        /// The image of the pods, by tag or digest.
        package var images: Images
    }

    /// The type of `spec.podTemplate.images`.
    package struct Images: Sendable, Hashable, Codable {
        /// The image of the agent with every program that it calls, by tag or digest.
        package var backup: String
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The generation of the spec that this status is about; -1 until the operator has seen the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that was acted on. Set the annotation to have
        /// the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// When the next run is due, without the jitter.
        package var nextRunTime: Timestamp?
        /// The oldest of the last successes of the required destinations.
        package var lastSuccessTime: Timestamp?
        /// The newest artifacts of all sources together, such as 12.5Mi.
        package var size: String?
        /// One entry for each source and destination.
        package var targets: [Target]?
        /// What is known of the destinations beside their artifacts.
        package var destinations: [DestinationStatus]?
        /// What the CronJobs make jobs from, and made them from before; a job that is none of these is not counted.
        package var templates: [TemplateRecord]?
        /// The children that the operator has made. It deletes those that are not wanted any more.
        package var inventory: [InventoryEntry]?
        /// What was found: Ready, Scheduled, BackupSucceeded, Fresh, Verified, Pruned and AlertingReady; Reconciling or
        /// Stalled while True. Ready does not depend on AlertingReady.
        package var conditions: [Condition]?
    }

    /// The type of `status.targets[]`.
    package struct Target: Sendable, Hashable, Codable {
        /// The name of the source.
        package var source: String
        /// The name of the destination; velero for a source of velero.
        package var destination: String
        /// Since when backups are expected here; it was added then, or the policy was resumed.
        package var since: Timestamp?
        /// When the last run ended.
        package var lastAttemptTime: Timestamp?
        /// The jobs of which the last one ended at lastAttemptTime.
        package var lastRuns: [String]?
        /// When the container ended that the last result is of; it says which of runs that overlap is the last one.
        package var lastReportTime: Timestamp?
        /// When the last run ended that went well.
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
        /// Artifacts that are kept.
        package var count: Int64?
        /// The oldest artifact that is kept.
        package var oldest: String?
        /// How many artifacts there were before some vanished that no run has deleted; absent where none did.
        package var expected: Int64?
        /// The end of the run that missed them. The annotation quartermaster.dev/accepted-loss with this time accepts
        /// the loss.
        package var missingSince: Timestamp?
        /// When an artifact was last checked at the destination.
        package var lastVerifiedTime: Timestamp?
        /// When the destination was last checked as a whole and found to be sound.
        package var lastCheckTime: Timestamp?
        /// What the last check of the destination found wrong.
        package var checkFailure: String?
        /// When an artifact was last restored by a drill.
        package var lastDrillTime: Timestamp?
        /// How many seconds that drill took, from the first byte fetched.
        package var lastDrillSeconds: Int64?
        /// Why the last drill failed.
        package var drillFailure: String?
        /// What became of the pruning after the last run.
        package var pruned: String?
        /// What is odd about the newest artifact; nothing is pruned until that is cleared up.
        package var suspicion: String?
        /// How many runs have failed since the last one that went well.
        package var consecutiveFailures: Int64?
        /// What the last run had to say, in words.
        package var message: String?
    }

    /// The type of `status.destinations[]`.
    package struct DestinationStatus: Sendable, Hashable, Codable {
        /// The name of the destination.
        package var name: String
        /// A hash of where the destination is. Elsewhere it is another one.
        package var place: String?
        /// Since when the destination is there; absent where it was nowhere else before.
        package var movedTime: Timestamp?
        /// When it was made ready for artifacts; it is made once, and never again where it is gone.
        package var preparedTime: Timestamp?
        /// Why it could not be made ready, in one word.
        package var reason: String?
        /// Why it could not be made ready.
        package var message: String?
        /// The eighth of a repository's data that the last good check has read.
        package var checkedPart: Int64?
        /// When that check ended.
        package var checkedTime: Timestamp?
    }

    /// The type of `status.templates[]`.
    package struct TemplateRecord: Sendable, Hashable, Codable {
        /// The name of the CronJob.
        package var cronJob: String
        /// Hashes of what its jobs do, the newest last.
        package var digests: [String]
        /// The code that only the operator can make for them.
        package var seal: String
    }
}
