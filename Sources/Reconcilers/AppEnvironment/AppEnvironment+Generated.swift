// Made by `make generate` from crds/quartermaster.dev_appenvironments.yaml; changes are made there.

package import KubeAPI

extension AppEnvironment {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// Selects the defaults of fields that are not set. It can't be changed.
        package var tier: Tier
        /// With true nothing of the environment is written, and a preview does not expire. The status is still updated,
        /// and says what would change.
        package var suspend: Bool
        /// Labels and annotations for every child of the environment. The environment's own labels and annotations are
        /// not copied.
        package var inheritedMetadata: InheritedMetadata?
        /// The version of the tier's defaults. Default: the version that the environment was made with
        /// (status.defaultsVersion), so a newer operator replaces no pods because a default has changed.
        package var defaultsVersion: Int?
        /// The namespace of the environment.
        package var namespace: NamespaceSettings
        /// What was in the namespace before the environment, and becomes its own.
        package var adopt: Adoption?
        /// What is deleted together with the environment. Retain: nothing, everything keeps running. KeepData:
        /// everything but the namespace, its PersistentVolumeClaims and Secrets. Delete: the namespace and everything
        /// in it, or of an adopted namespace what the operator has made; in the tier production only with the
        /// annotation quartermaster.dev/confirm-delete, whose value is the name of the environment. Default: that of
        /// the tier.
        package var deletionPolicy: DeletionPolicy?
        /// How long after the last change of its spec a preview is deleted, such as 72h or 90m. Default: 72h. Only for
        /// the tier preview.
        package var ttl: String?
        /// The ResourceQuota of the namespace.
        package var quota: Quota
        /// The LimitRange of the namespace: limits and defaults of its containers. Default of each amount: that of the
        /// tier, adjusted to the amounts that are given here.
        package var limitRange: LimitRange
        /// Secrets of another namespace that are copied here and kept up to date. The operator's
        /// --secret-source-namespaces must list that namespace, and each Secret needs the label
        /// quartermaster.dev/share=true.
        package var secretsFrom: SecretSource?
        /// Secrets of the namespace with which images are pulled. They are set on the ServiceAccounts of the
        /// components.
        package var imagePullSecrets: [SecretName]?
        /// Who may do what in the namespace.
        package var access: Access
        /// The parts of the application. Each is a Deployment, or what its kind says, with its Service, ServiceAccount,
        /// NetworkPolicy and what else it needs.
        package var components: [ComponentSpec]
        /// Databases and other services that somebody else runs, for the components that name them in uses. What a
        /// component gets of them follows from these fields alone.
        package var services: [BackingService]?
        /// Hosts at which components are reached from outside. Each entry gets an Ingress of its own, and one more for
        /// each of its paths with annotations.
        package var ingress: [Ingress]?
        /// NetworkPolicies of the namespace. Only what is declared is allowed: by connectsTo, allowFrom, ingress,
        /// metrics and the fields below, and by pools and backup policies of the namespace.
        package var network: Network
        /// Metrics, alerts and traces of the components.
        package var observability: Observability
    }

    /// The type of `spec.tier`.
    package enum Tier: String, Sendable, Hashable, Codable, CaseIterable {
        case development
        case staging
        case production
        case preview
    }

    /// The type of `spec.namespace`.
    package struct NamespaceSettings: Sendable, Hashable, Codable {
        /// The type of `spec.namespace.adopt`.
        package enum Adoption: String, Sendable, Hashable, Codable, CaseIterable {
            case never = "Never"
            case ifUnmanaged = "IfUnmanaged"
        }

        /// The name of the namespace. Default: the name of the environment. It can't be changed.
        package var name: String?
        /// What happens if the namespace exists and the operator has not made it. Never: it is left alone, and the
        /// environment reports OwnedByOther. IfUnmanaged: it is adopted unless another tool manages it. An adopted
        /// namespace is never deleted.
        package var adopt: Adoption
        /// The Pod Security level that the namespace enforces. Default: that of the tier.
        package var podSecurity: PodSecurityLevel?
    }

    /// The type of `spec.namespace.podSecurity`.
    package enum PodSecurityLevel: String, Sendable, Hashable, Codable, CaseIterable {
        case privileged
        case baseline
        case restricted
    }

    /// The type of `spec.adopt`.
    package struct Adoption: Sendable, Hashable, Codable {
        /// The type of `spec.adopt.objects[]`.
        package struct Object: Sendable, Hashable, Codable {
            /// The type of `spec.adopt.objects[].kind`.
            package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
                case deployment = "Deployment"
                case statefulSet = "StatefulSet"
                case cronJob = "CronJob"
                case service = "Service"
                case persistentVolumeClaim = "PersistentVolumeClaim"
                case ingress = "Ingress"
                case horizontalPodAutoscaler = "HorizontalPodAutoscaler"
                case podDisruptionBudget = "PodDisruptionBudget"
                case serviceAccount = "ServiceAccount"
                case networkPolicy = "NetworkPolicy"
            }

            /// The kind of the object.
            package var kind: Kind
            /// The name of the object. It is in the namespace of the environment.
            package var name: String
        }

        /// Objects that exist under the name of something that the environment would make, and that the operator has
        /// not made. Each of these is taken over; status.adoption says what that changes. An object that is not listed
        /// is left alone and reported, and the environment is not Ready.
        package var objects: [Object]
    }

    /// The type of `spec.deletionPolicy`.
    package enum DeletionPolicy: String, Sendable, Hashable, Codable, CaseIterable {
        case retain = "Retain"
        case keepData = "KeepData"
        case delete = "Delete"
    }

    /// The type of `spec.quota`.
    package struct Quota: Sendable, Hashable, Codable {
        /// The type of `spec.quota.mode`.
        package enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
            case auto = "Auto"
            case fixed = "Fixed"
            case off = "Off"
        }

        /// Auto: what the components need at their largest, with surge and headroom, and what the pools and backup
        /// policies of the namespace need; never less than the tier's amounts. Fixed: hard, or the tier's amounts if
        /// hard is not set. Off: no quota.
        package var mode: Mode
        /// Amounts, as in a ResourceQuota. With mode Auto each of them replaces the computed amount.
        package var hard: [String: JSONValue]?
        /// How many per cent mode Auto adds to the need of the components.
        package var headroomPercent: Int
    }

    /// The type of `spec.limitRange`.
    package struct LimitRange: Sendable, Hashable, Codable {
        /// With false the operator makes no LimitRange.
        package var enabled: Bool
        /// The least that a container may request: cpu, memory.
        package var min: [String: JSONValue]?
        /// The requests of a container that has none: cpu, memory.
        package var defaultRequest: [String: JSONValue]?
        /// The limits of a container that has none: cpu, memory.
        package var `default`: [String: JSONValue]?
        /// The highest limits that a container may have: cpu, memory.
        package var max: [String: JSONValue]?
        /// What the containers of one pod may have together. If this is not set, there are only limits of each
        /// container.
        package var pod: PodLimits?
    }

    /// The type of `spec.limitRange.pod`.
    package struct PodLimits: Sendable, Hashable, Codable {
        /// The least that the containers of a pod may request together: cpu, memory.
        package var min: [String: JSONValue]?
        /// The highest sum of the limits of a pod's containers: cpu, memory.
        package var max: [String: JSONValue]?
    }

    /// The type of `spec.secretsFrom`.
    package struct SecretSource: Sendable, Hashable, Codable {
        /// The namespace that the Secrets are copied from.
        package var namespace: String
        /// The names of the Secrets and of their copies. A copy is deleted when its name is removed from the list.
        package var names: [String]
    }

    /// The type of `spec.imagePullSecrets[]`.
    package struct SecretName: Sendable, Hashable, Codable {
        /// The name of the Secret.
        package var name: String
    }

    /// The type of `spec.access`.
    package struct Access: Sendable, Hashable, Codable {
        /// The type of `spec.access.bindings[]`.
        package struct Binding: Sendable, Hashable, Codable {
            /// The type of `spec.access.bindings[].role`.
            package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
                case view
                case edit
                case admin
            }

            /// The name of the ClusterRole.
            package var role: Role
            /// Who gets the role.
            package var subjects: [Subject]
        }

        /// The type of `spec.access.bindings[].subjects[]`.
        package struct Subject: Sendable, Hashable, Codable {
            /// The type of `spec.access.bindings[].subjects[].kind`.
            package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
                case user = "User"
                case group = "Group"
                case serviceAccount = "ServiceAccount"
            }

            /// The kind of the subject, as in a RoleBinding.
            package var kind: Kind
            /// The name of the user, group or ServiceAccount.
            package var name: String
            /// The namespace of a ServiceAccount; required for it, refused for users and groups.
            package var namespace: String?
        }

        /// Makes a ServiceAccount deployer for a pipeline, and a ComponentImages object in which it sets images. It may
        /// read everything but Secrets, restart Deployments and run Jobs. A change on a Deployment is reverted.
        package var deployer: Bool
        /// Repositories that the deployer may roll out images from, beside those of the components' own images:
        /// registry.example.com/shop/api for one, registry.example.com/shop/* for all below.
        package var repositories: [String]?
        /// Who has the cluster's roles view, edit or admin in the namespace.
        package var bindings: [Binding]?
    }

    /// The type of `spec.components[]`.
    package struct ComponentSpec: Sendable, Hashable, Codable {
        /// The type of `spec.components[].kind`.
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case deployment = "Deployment"
            case statefulSet = "StatefulSet"
            case job = "Job"
            case cronJob = "CronJob"
        }

        /// The type of `spec.components[].imagePullPolicy`.
        package enum ImagePullPolicy: String, Sendable, Hashable, Codable, CaseIterable {
            case always = "Always"
            case ifNotPresent = "IfNotPresent"
            case never = "Never"
        }

        /// The name of the component, its Deployment and its Service. It begins with a letter, as the name of a Service
        /// must.
        package var name: String
        /// What runs the pods. Deployment: as many as replicas says, for good. StatefulSet: the same with names and
        /// volumes that stay, each pod after the one before. Job: one pod to its end, once for each image and
        /// configuration. CronJob: one pod to its end, at the times of cronJob. It can't be changed.
        package var kind: Kind
        /// The image of the container. In the tier production it needs a digest, or a tag other than latest.
        package var image: String
        /// The program that the container runs, without a shell. Default: the entry point of the image.
        package var command: [String]?
        /// The arguments of the program. Default: those of the image if command is not set either.
        package var args: [String]?
        /// How many pods the component has. Default: that of the tier, or 1 with a ReadWriteOnce volume.
        package var replicas: Int?
        /// How the pods of a StatefulSet come and go.
        package var statefulSet: StatefulSet?
        /// When a component of the kind CronJob runs. Required for that kind.
        package var cronJob: CronJob?
        /// How a run of a Job or CronJob ends.
        package var job: Job?
        /// Scales the component instead of replicas, by a HorizontalPodAutoscaler or, with keda, by KEDA. It starts
        /// with the current number of pods.
        package var autoscaling: Autoscaling?
        /// Ports of the component's Service. Without ports and metrics there is no Service.
        package var ports: [Port]?
        /// Environment variables of the container, as in a Pod. They override those of config, secrets and envFrom.
        package var env: [JSONObject]?
        /// Sources of environment variables, as in a container of a Pod, for ConfigMaps and Secrets that somebody else
        /// makes. They override config and secrets.
        package var envFrom: [JSONObject]?
        /// Environment variables that are not secret. They become an immutable ConfigMap with a hash of its content in
        /// its name, so a change replaces the pods exactly once.
        package var config: [String: String]?
        /// Keys of config that the container also finds as files.
        package var files: [File]?
        /// Secrets of the namespace whose keys become environment variables. A change of their content replaces the
        /// pods.
        package var secrets: [SecretEnvironment]?
        /// Requests and limits of the container. Default of each amount: that of the tier.
        package var resources: Resources?
        /// Probes, as in a container of a Pod. An httpGet or tcpSocket without a port uses the first TCP port.
        /// Defaults: readiness every 5 s, not ready after 2 failures; liveness every 10 s, restarted after 3; startup
        /// every 5 s, restarted after 60.
        package var probes: Probes
        /// Volumes of the component. Each is a PersistentVolumeClaim that is mounted at its path: a new one with size,
        /// or one that is there with existingClaim. With a ReadWriteOnce volume the component can have only one pod,
        /// and a roll-out stops the old pod before it starts the new one.
        package var volumes: [Volume]?
        /// Which nodes the pods of the component run on.
        package var placement: Placement
        /// How many seconds after its node is lost a pod is evicted. Default: that of the tier, or 300 with a
        /// ReadWriteOnce volume, because a pod on another node could not mount it.
        package var nodeFailureSeconds: Int?
        /// How many seconds a pod has to end after it was told to. Default: 30, that of Kubernetes.
        package var terminationGracePeriodSeconds: Int?
        /// When the image is pulled, as in a container of a Pod. Default: that of Kubernetes, Always for the tag
        /// latest, else IfNotPresent.
        package var imagePullPolicy: ImagePullPolicy?
        /// The Service of the component.
        package var service: Service
        /// Auto makes a PodDisruptionBudget: that of disruption, else one that lets a drain take one pod at a time if
        /// the component can have two pods or more. Off makes none.
        package var pdb: Switch
        /// The PodDisruptionBudget of the component, also for a single pod. Give either maxUnavailable or minAvailable.
        /// If it lets no pod go, drains wait until somebody deletes the pod, and the status says so.
        package var disruption: Disruption?
        /// The PriorityClass of the pods. Default: that of the tier. The operator makes critical-infrastructure,
        /// production, tools and staging if they do not exist. Outside of the namespaces that --privileged-namespaces
        /// lists, a class above --max-priority-class-value and names that begin with system- are refused.
        package var priorityClassName: String?
        /// What the component may do in the Kubernetes API, in its own namespace. Its pods then have the token of its
        /// ServiceAccount, and may reach the API server. Whoever may run pods in the namespace can do the same.
        /// LeaderElection: read and write Leases. CreateEvents: create and change Events. Read: get, list and watch
        /// Pods; logs of Pods; Services and EndpointSlices; ConfigMaps; Deployments, ReplicaSets, StatefulSets, Jobs
        /// and CronJobs.
        package var apiAccess: [APIAccess]?
        /// A PriorityClass beside those of the tiers, in place of priorityClassName.
        package var priorityClass: PriorityClassRequest?
        /// Where Prometheus finds the metrics of the component.
        package var metrics: Metrics?
        /// Alerts of your own about the component, in the PrometheusRule extra-alerts. They get the labels namespace
        /// and component. One with the name of a built-in alert replaces it for the component.
        package var extraAlerts: [Alert]?
        /// What the pods of the component may connect to. Each entry has exactly one of component, namespace and cidr.
        /// What else they may reach is in network.
        package var connectsTo: [Peer]?
        /// Who else may connect to the pods of the component. Each entry has exactly one of namespace, cidr,
        /// backupPolicy and pool. Components of this environment are let in by their own connectsTo, and pools and
        /// backup policies of its namespace by what they name themselves.
        package var allowFrom: [Guest]?
        /// Services of this environment that the component uses: their variables stand in its container, and its pods
        /// may connect to them.
        package var uses: [String]?
        /// Fields of a pod's and of a container's securityContext; each is set where it belongs. What the Pod Security
        /// level restricted requires is added.
        package var securityContext: JSONObject?
        /// A partial PodTemplateSpec that is merged into the pods (strategic merge). Lists such as containers are
        /// merged by name; the component's container has the name of the component.
        package var template: JSONObject?
    }

    /// The type of `spec.components[].statefulSet`.
    package struct StatefulSet: Sendable, Hashable, Codable {
        /// The type of `spec.components[].statefulSet.podManagementPolicy`.
        package enum PodManagementPolicy: String, Sendable, Hashable, Codable, CaseIterable {
            case orderedReady = "OrderedReady"
            case parallel = "Parallel"
        }

        /// OrderedReady: each pod starts when those before it are ready, and they go in the reverse order. Parallel:
        /// all at once; a roll-out still replaces one after the other. It can't be changed while the StatefulSet
        /// exists.
        package var podManagementPolicy: PodManagementPolicy
    }

    /// The type of `spec.components[].cronJob`.
    package struct CronJob: Sendable, Hashable, Codable {
        /// The type of `spec.components[].cronJob.concurrencyPolicy`.
        package enum ConcurrencyPolicy: String, Sendable, Hashable, Codable, CaseIterable {
            case forbid = "Forbid"
            case replace = "Replace"
            case allow = "Allow"
        }

        /// When runs are due: five fields as in cron, or @hourly, @daily, @midnight, @weekly, @monthly, @yearly,
        /// @annually.
        package var schedule: String
        /// The IANA time zone of the schedule, such as Europe/Berlin.
        package var timeZone: String
        /// What happens if a run is due while one before is not finished. Forbid: it is left out. Replace: the one
        /// before is stopped. Allow: both run.
        package var concurrencyPolicy: ConcurrencyPolicy
        /// A run that could not begin within this many seconds is left out. Default: it begins whenever it can.
        package var startingDeadlineSeconds: Int?
        /// With true no new run begins.
        package var suspend: Bool
        /// How many runs that succeeded are kept.
        package var successfulJobsHistoryLimit: Int
        /// How many runs that failed are kept. With 0 the status can't tell that the last one failed.
        package var failedJobsHistoryLimit: Int
    }

    /// The type of `spec.components[].job`.
    package struct Job: Sendable, Hashable, Codable {
        /// A run that takes more seconds is stopped, and has failed. Default: it may take as long as it wants.
        package var activeDeadlineSeconds: Int?
        /// How often a pod that failed is tried again before the run has failed.
        package var backoffLimit: Int
        /// Components whose roll-out to another image waits until this Job has succeeded. Until then, and if it fails,
        /// their pods run on as they are.
        package var runBefore: [String]?
    }

    /// The type of `spec.components[].autoscaling`.
    package struct Autoscaling: Sendable, Hashable, Codable {
        /// The type of `spec.components[].autoscaling.behavior`.
        package struct Behavior: Sendable, Hashable, Codable {
            /// How fast pods are added, as in a HorizontalPodAutoscaler.
            package var scaleUp: JSONObject?
            /// How fast pods are removed, as in a HorizontalPodAutoscaler.
            package var scaleDown: JSONObject?
        }

        /// The fewest pods; 0 only with keda. Default: the tier's replicas, but not more than max.
        package var min: Int?
        /// The most pods.
        package var max: Int
        /// The average CPU use of the pods to aim for, in per cent of their requests. Default: 70 if neither memory,
        /// metrics nor keda is set.
        package var cpu: Int?
        /// The average memory use of the pods to aim for, in per cent of their requests.
        package var memory: Int?
        /// Further metrics of the HorizontalPodAutoscaler, as its spec.metrics has them: the one that asks for the most
        /// pods counts. External, Pods and Object need an adapter in the cluster that serves them.
        package var metrics: [JSONObject]?
        /// How fast pods are added and removed, as in a HorizontalPodAutoscaler. It holds with keda, too.
        package var behavior: Behavior?
        /// Scales the component by KEDA, which has to be installed. Without KEDA the number of pods stays as it is.
        package var keda: KEDASettings?
    }

    /// The type of `spec.components[].ports[]`.
    package struct Port: Sendable, Hashable, Codable {
        /// The name of the port, by which ingress and template refer to it.
        package var name: String
        /// The port of the Service.
        package var port: Int
        /// The port of the container. Default: the same as port.
        package var targetPort: Int?
        /// The transport protocol of the port.
        package var `protocol`: TransportProtocol
    }

    /// The type of `spec.components[].ports[].protocol`, `spec.components[].connectsTo[].ports[].protocol`,
    /// `spec.components[].allowFrom[].ports[].protocol`.
    package enum TransportProtocol: String, Sendable, Hashable, Codable, CaseIterable {
        case tcp = "TCP"
        case udp = "UDP"
    }

    /// The type of `spec.components[].files[]`.
    package struct File: Sendable, Hashable, Codable {
        /// The key of config whose value is the content of the file.
        package var key: String
        /// The path of the file in the container, such as /etc/nginx/nginx.conf.
        package var path: String
    }

    /// The type of `spec.components[].secrets[]`.
    package struct SecretEnvironment: Sendable, Hashable, Codable {
        /// The name of the Secret.
        package var name: String
        /// With true the pods start even if the Secret does not exist.
        package var optional: Bool
    }

    /// The type of `spec.components[].resources`.
    package struct Resources: Sendable, Hashable, Codable {
        /// What the scheduler reserves for the container, by resource, as in a container of a Pod.
        package var requests: [String: JSONValue]?
        /// The most that the container may use, by resource, as in a container of a Pod.
        package var limits: [String: JSONValue]?
    }

    /// The type of `spec.components[].probes`.
    package struct Probes: Sendable, Hashable, Codable {
        /// Auto: a readiness or liveness probe that is not given tests whether the first TCP port accepts connections,
        /// and a start may take five minutes. Off: only the probes that are given.
        package var defaults: Switch
        /// Whether the container can take requests: a Probe, as in a container of a Pod.
        package var readiness: JSONObject?
        /// Whether the container must be restarted: a Probe, as in a container of a Pod.
        package var liveness: JSONObject?
        /// Whether the container has started: a Probe, as in a container of a Pod. The other probes begin after it has
        /// succeeded.
        package var startup: JSONObject?
    }

    /// The type of `spec.components[].probes.defaults`, `spec.components[].pdb`.
    package enum Switch: String, Sendable, Hashable, Codable, CaseIterable {
        case auto = "Auto"
        case off = "Off"
    }

    /// The type of `spec.components[].volumes[]`.
    package struct Volume: Sendable, Hashable, Codable {
        /// The type of `spec.components[].volumes[].accessMode`.
        package enum AccessMode: String, Sendable, Hashable, Codable, CaseIterable {
            case readWriteOnce = "ReadWriteOnce"
            case readWriteMany = "ReadWriteMany"
        }

        /// The type of `spec.components[].volumes[].onRemove`.
        package enum Removal: String, Sendable, Hashable, Codable, CaseIterable {
            case retain = "Retain"
            case delete = "Delete"
        }

        /// The name of the volume. The name of its PersistentVolumeClaim is <component>-<volume>; of the claims of a
        /// StatefulSet <volume>-<component>-<number of the pod>.
        package var name: String
        /// The path in the container at which the volume is mounted.
        package var path: String
        /// The size of the volume. It can be increased if the StorageClass allows that; a volume never becomes smaller.
        package var size: JSONValue?
        /// A PersistentVolumeClaim of the namespace that somebody else makes, or that is a volume of another component.
        /// It is mounted and never created, changed or deleted. Set accessMode to what the claim has: several pods or
        /// components can only share a ReadWriteMany claim.
        package var existingClaim: String?
        /// The StorageClass of the volume. Default: that of the cluster. It can't be changed.
        package var storageClass: String?
        /// ReadWriteOnce: one node at a time can mount the volume. ReadWriteMany: several can. It can't be changed.
        package var accessMode: AccessMode
        /// What happens to the PersistentVolumeClaim when the volume or its component is removed from the list.
        package var onRemove: Removal
    }

    /// The type of `spec.components[].placement`.
    package struct Placement: Sendable, Hashable, Codable {
        /// Whether the pods are spread over the values of topologyKey. None: no. Preferred: if possible. Required: a
        /// pod that can't be spread stays pending. Default: that of the tier.
        package var spread: Spread?
        /// The node label whose values are the groups of nodes that the pods are spread over.
        package var topologyKey: String
        /// Labels of the nodes that the pods may run on.
        package var nodeSelector: [String: String]?
        /// Tolerations, as in a Pod. One for node.kubernetes.io/not-ready or node.kubernetes.io/unreachable replaces
        /// nodeFailureSeconds.
        package var tolerations: [JSONObject]?
    }

    /// The type of `spec.components[].placement.spread`.
    package enum Spread: String, Sendable, Hashable, Codable, CaseIterable {
        case none = "None"
        case preferred = "Preferred"
        case required = "Required"
    }

    /// The type of `spec.components[].service`.
    package struct Service: Sendable, Hashable, Codable {
        /// The type of `spec.components[].service.type`.
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case clusterIP = "ClusterIP"
            case headless = "Headless"
            case nodePort = "NodePort"
            case loadBalancer = "LoadBalancer"
        }

        /// ClusterIP: one address in the cluster. Headless: its name leads to the pods themselves; it can't be changed
        /// to or from Headless. NodePort: also a port of every node for each of ports. LoadBalancer: also an address
        /// from outside. With the last two, everybody may connect to ports.
        package var type: Kind
    }

    /// The type of `spec.components[].disruption`.
    package struct Disruption: Sendable, Hashable, Codable {
        /// How many pods may be evicted at once, as a number or a percentage.
        package var maxUnavailable: IntOrString?
        /// How many pods evictions must leave, as a number or a percentage.
        package var minAvailable: IntOrString?
    }

    /// The type of `spec.components[].apiAccess[]`.
    package enum APIAccess: String, Sendable, Hashable, Codable, CaseIterable {
        case leaderElection = "LeaderElection"
        case createEvents = "CreateEvents"
        case readPods = "ReadPods"
        case readLogs = "ReadLogs"
        case readServices = "ReadServices"
        case readConfigMaps = "ReadConfigMaps"
        case readWorkloads = "ReadWorkloads"
    }

    /// The type of `spec.components[].priorityClass`.
    package struct PriorityClassRequest: Sendable, Hashable, Codable {
        /// The name of the class. The same are refused as for priorityClassName.
        package var name: String
        /// The priority that the class should have; required with create. A class that exists keeps the value that it
        /// has; if that is another one, the environment reports PriorityMismatch.
        package var value: Int?
        /// With true the operator makes the class if there is none of that name. It never changes or deletes the class,
        /// since pods of others may name it.
        package var create: Bool
    }

    /// The type of `spec.components[].metrics`.
    package struct Metrics: Sendable, Hashable, Codable {
        /// The port of the container. If it is not in ports, the Service gets it as the port metrics.
        package var port: Int
        /// The HTTP path of the metrics.
        package var path: String
        /// How often Prometheus scrapes the metrics, such as 30s.
        package var interval: String
        /// How long Prometheus waits for the answer, such as 10s. Default: that of Prometheus.
        package var scrapeTimeout: String?
    }

    /// The type of `spec.components[].extraAlerts[]`, `spec.observability.extraAlerts[]`.
    package struct Alert: Sendable, Hashable, Codable {
        /// The name of the alert.
        package var name: String
        /// The expression of the alert, in PromQL. It is passed on as it is, so it has to select the namespace itself.
        package var expr: String
        /// How long the expression must hold before the alert fires, such as 5m.
        package var `for`: String
        /// The label severity of the alert.
        package var severity: String
        /// The annotation summary of the alert. Default: the name of the alert.
        package var summary: String?
        /// The annotation description of the alert.
        package var description: String?
        /// The annotation runbook_url of the alert.
        package var runbookURL: String?
        /// More labels of the alert, by which Alertmanager routes it.
        package var labels: [String: String]?
    }

    /// The type of `spec.components[].connectsTo[]`.
    package struct Peer: Sendable, Hashable, Codable {
        /// The type of `spec.components[].connectsTo[].ports[]`, `spec.components[].allowFrom[].ports[]`.
        package struct Port: Sendable, Hashable, Codable {
            /// The number of the port.
            package var port: Int
            /// The transport protocol of the port.
            package var `protocol`: TransportProtocol
        }

        /// A component of this environment. The operator opens both sides.
        package var component: String?
        /// Another namespace, whose pods the component may reach at ports. That namespace must allow it as well: where
        /// it is that of an environment, by allowFrom of the component there.
        package var namespace: String?
        /// Labels of the pods in the other namespace. Default: all of its pods.
        package var podLabels: [String: String]?
        /// A range of addresses that the component may reach at ports, such as 203.0.113.0/24.
        package var cidr: String?
        /// Ports of the pods on the other side, not of their Service. Default: all ports of a component; required with
        /// namespace and cidr.
        package var ports: [Port]?
    }

    /// The type of `spec.components[].allowFrom[]`.
    package struct Guest: Sendable, Hashable, Codable {
        /// The type of `spec.components[].allowFrom[].backupPolicy`, `spec.components[].allowFrom[].pool`.
        package struct Reference: Sendable, Hashable, Codable {
            /// The namespace of the object. Default: that of the environment.
            package var namespace: String?
            /// The name of the object.
            package var name: String
        }

        /// A namespace whose pods may connect. Where it is that of another environment, a component there has to name
        /// this namespace in its connectsTo.
        package var namespace: String?
        /// Labels of the pods in that namespace. Default: all of its pods.
        package var podLabels: [String: String]?
        /// A range of addresses that may connect, such as 192.0.2.0/24. It does not match pods: the network knows them
        /// by their labels.
        package var cidr: String?
        /// A BackupPolicy whose pods may connect.
        package var backupPolicy: Reference?
        /// A RegionalWorkerPool whose workers may connect. One of another namespace has to name the component in its
        /// network.connectsTo.
        package var pool: Reference?
        /// Ports of the component's pods, not of its Service. Default: all of ports.
        package var ports: [Peer.Port]?
    }

    /// The type of `spec.services[]`.
    package struct BackingService: Sendable, Hashable, Codable {
        /// The type of `spec.services[].kind`.
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case postgres = "Postgres"
            case redis = "Redis"
            case external = "External"
        }

        /// The type of `spec.services[].ref`.
        package struct Reference: Sendable, Hashable, Codable {
            /// The type of `spec.services[].ref.kind`.
            package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
                case cluster = "Cluster"
                case pooler = "Pooler"
                case service = "Service"
            }

            /// Cluster: the primary of a Cluster of CloudNativePG. Pooler: one of its poolers; the database behind it
            /// is not opened. Service: any Service.
            package var kind: Kind
            /// The namespace of the object. Default: that of the environment. Another namespace must let the components
            /// in: where it is that of an environment, by allowFrom or a NetworkPolicy of yours.
            package var namespace: String?
            /// The name of the Cluster, Pooler or Service.
            package var name: String
            /// Labels of the pods behind a Service: only these are opened. Required for a Service.
            package var podLabels: [String: String]?
        }

        /// The type of `spec.services[].credentialsSecretRef`.
        package struct Credentials: Sendable, Hashable, Codable {
            /// The name of the Secret.
            package var name: String
            /// Keys of the Secret by the variables that they become. Those of Postgres are by default USER: username,
            /// PASSWORD: password and, without database, DATABASE: dbname; of Redis PASSWORD: password. External has
            /// none.
            package var keys: [String: String]?
        }

        /// The name of the service, by which uses refers to it.
        package var name: String
        /// Postgres: a database of CloudNativePG, with the variables HOST, PORT, DATABASE, USER and PASSWORD. Redis: a
        /// Service, with HOST, PORT and, with credentialsSecretRef, PASSWORD. External: a host outside of the cluster,
        /// with HOST, PORT and what credentialsSecretRef names.
        package var kind: Kind
        /// What the service is in the cluster. Required for Postgres and Redis.
        package var ref: Reference?
        /// The host name or address of an external service.
        package var host: String?
        /// The port of the service and of its pods. Default: 5432 for Postgres, 6379 for Redis; required for External.
        package var port: Int?
        /// The addresses of an external service. Default: every public address at its port, because a NetworkPolicy
        /// knows no names.
        package var cidrs: [String]?
        /// The name of the database. Default: the key dbname of the Secret.
        package var database: String?
        /// The Secret of the environment's namespace with the credentials. Default: <cluster>-app for a Cluster, none
        /// for Redis and External.
        package var credentialsSecretRef: Credentials?
        /// Names of variables in the components, by what they are: HOST, PORT, DATABASE, USER, PASSWORD, URL and the
        /// keys of credentialsSecretRef. Default: the name of the service in capitals in front, such as DATABASE_HOST.
        /// URL, an address with the credentials as they are, is only there if it is named here.
        package var variables: [String: String]?
    }

    /// The type of `spec.ingress[]`.
    package struct Ingress: Sendable, Hashable, Codable {
        /// The type of `spec.ingress[].paths[]`.
        package struct Path: Sendable, Hashable, Codable {
            /// The type of `spec.ingress[].paths[].pathType`.
            package enum PathType: String, Sendable, Hashable, Codable, CaseIterable {
                case prefix = "Prefix"
                case exact = "Exact"
                case implementationSpecific = "ImplementationSpecific"
            }

            /// The path, as in an Ingress.
            package var path: String
            /// How the path is matched, as in an Ingress.
            package var pathType: PathType
            /// The name of the component.
            package var component: String
            /// The name of one of the component's ports.
            package var port: String
            /// Annotations for this path, over those of the host. Controllers take annotations for a whole Ingress, so
            /// the path gets one of its own. What names hosts or asks for a certificate is refused: that goes to the
            /// host.
            package var annotations: [String: String]?
        }

        /// The host name. If several environments name it, or a wildcard that covers it, it belongs to the oldest one.
        package var host: String
        /// Further hosts with the same paths, such as the one with www. They are in the same Ingress and the same
        /// certificate. cert-manager issues the certificate again if the list changes.
        package var additionalHosts: [String]?
        /// Which component serves which path of the host.
        package var paths: [Path]
        /// The IngressClass, such as traefik, haproxy or nginx. Default: that of the cluster.
        package var className: String?
        /// The ClusterIssuer of cert-manager that issues the certificate.
        package var clusterIssuer: String?
        /// The Secret of the certificate. Default: <host>-tls with a clusterIssuer; without one there is no TLS.
        package var tlsSecretName: String?
        /// Annotations of the Ingress, for its controller. They override those that the operator sets.
        package var annotations: [String: String]?
    }

    /// The type of `spec.network`.
    package struct Network: Sendable, Hashable, Codable {
        /// The type of `spec.network.ingress`.
        package enum IngressMode: String, Sendable, Hashable, Codable, CaseIterable {
            case deny = "Deny"
            case namespace = "Namespace"
            case allow = "Allow"
        }

        /// The type of `spec.network.egress`.
        package enum EgressMode: String, Sendable, Hashable, Codable, CaseIterable {
            case declared = "Declared"
            case internet = "Internet"
            case allow = "Allow"
        }

        /// The type of `spec.network.ingressController`.
        package struct IngressController: Sendable, Hashable, Codable {
            /// The namespace of the controller.
            package var namespace: String
            /// Labels of the pods of the controller.
            package var podSelector: [String: String]
            /// Address ranges of the nodes, for a controller with hostNetwork, which labels do not match.
            package var cidrs: [String]?
        }

        /// The type of `spec.network.dns`.
        package struct DNS: Sendable, Hashable, Codable {
            /// The namespace of the DNS server.
            package var namespace: String
            /// Labels of the pods of the DNS server.
            package var podLabels: [String: String]
            /// Addresses of DNS servers beside these pods: that of a NodeLocal DNSCache, such as 169.254.20.10/32, and
            /// that of the DNS Service if the cache answers at it.
            package var cidrs: [String]?
        }

        /// Who may connect to the pods. Deny: only what is declared. Namespace: also every pod of the namespace. Allow:
        /// everybody.
        package var ingress: IngressMode
        /// What the pods may connect to. Declared: DNS and what is declared. Internet: also every address that is not
        /// private. Allow: everything. Default: that of the tier.
        package var egress: EgressMode?
        /// The pods of the ingress controller, which may reach the ports that ingress names. If this is not set, hosts
        /// with className nginx or haproxy also let in the controllers of these classes in the namespaces where their
        /// own guides install them.
        package var ingressController: IngressController
        /// The namespace of the Prometheus that may scrape the metrics.
        package var prometheusNamespace: String
        /// The DNS server. Every pod may reach it at UDP and TCP port 53.
        package var dns: DNS
    }

    /// The type of `spec.observability`.
    package struct Observability: Sendable, Hashable, Codable {
        /// The type of `spec.observability.thresholds`.
        package struct Thresholds: Sendable, Hashable, Codable {
            /// ComponentHighLatency: the 95th percentile of a component's answers is above this for 10 minutes.
            package var latencyMilliseconds: Int
            /// ComponentHighErrorRate: more than this share of a component's answers is 5xx for 5 minutes.
            package var errorPercent: Int
            /// ComponentRestarts: a container was restarted more often than this in 15 minutes.
            package var restarts: Int
            /// ComponentHighCPU: a pod uses more than this share of its CPU limit for 15 minutes.
            package var cpuPercent: Int
            /// ComponentHighMemory: a pod uses more than this share of its memory limit for 10 minutes.
            package var memoryPercent: Int
            /// VolumeFillingUp: a volume is filled by more than this share for 10 minutes.
            package var volumePercent: Int
            /// CertificateExpiresSoon: the certificate of a host expires in fewer days than this.
            package var certificateDays: Int
        }

        /// The type of `spec.observability.dashboards[]`.
        package struct Dashboard: Sendable, Hashable, Codable {
            /// The name of the dashboard, and of its file.
            package var name: String
            /// The dashboard as Grafana exports it: a JSON object with a title. One whose uid another dashboard of the
            /// same Grafana has is not loaded.
            package var json: String
        }

        /// Makes a ServiceMonitor for each component with metrics. Default: that of the tier.
        package var serviceMonitor: Bool?
        /// Makes the PrometheusRule alerts, with the built-in alerts of all components. Default: that of the tier.
        package var alerts: Bool?
        /// When the built-in alerts fire.
        package var thresholds: Thresholds
        /// Alerts of your own about the whole environment, in the PrometheusRule extra-alerts. They get the label
        /// namespace. One with the name of a built-in alert replaces it for all components. They do not depend on
        /// alerts.
        package var extraAlerts: [Alert]?
        /// Labels of the ServiceMonitors and PrometheusRules, by which your Prometheus selects them. The same keys are
        /// refused as in inheritedMetadata.labels.
        package var labels: [String: String]
        /// Dashboards of your own for Grafana. Each is a ConfigMap dashboard-<name>, which the sidecar of Grafana's
        /// chart loads. They do not depend on the other fields.
        package var dashboards: [Dashboard]?
        /// Labels of the ConfigMaps of dashboards, by which the sidecar finds them. The same keys are refused as in
        /// inheritedMetadata.labels.
        package var dashboardLabels: [String: String]
        /// Where the components send traces, such as http://tempo.monitoring.svc:4318. Sets
        /// OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES unless env has them, and lets
        /// the pods reach that address.
        package var otlpEndpoint: String?
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The metadata.generation that this status describes; -1 until the operator has reconciled the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that the operator acted on. Set the
        /// annotation to any new value, such as the current time, to have the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// The name of the namespace of the environment.
        package var namespace: String?
        /// The version of the tier's defaults that the environment uses.
        package var defaultsVersion: Int?
        /// Components with all of their pods ready, such as 3/4.
        package var componentsReady: String?
        /// The addresses of the environment, without wildcards and without hosts that belong to somebody else.
        package var urls: [String]?
        /// The last change of the spec that the operator saw. The ttl of a preview counts from it.
        package var specChange: SpecChange?
        /// When the preview expires. It is deleted about five minutes later.
        package var expiresAt: Timestamp?
        /// The state of each component.
        package var components: [ComponentStatus]?
        /// Whether the components fit into the quotas of the namespace.
        package var quota: QuotaStatus?
        /// Objects that exist under the name of something that the environment would make, and those of
        /// spec.adopt.objects.
        package var adoption: [AdoptionStatus]?
        /// PersistentVolumeClaims that were taken over. The operator never deletes them, whatever becomes of spec.adopt
        /// and of the marks on them.
        package var adoptedClaims: [AdoptedClaim]?
        /// The objects that the operator has made or taken over, without the namespace. Those that are no longer wanted
        /// are deleted.
        package var inventory: [InventoryEntry]?
        /// Ready, NamespaceReady, QuotaSufficient, SecretsResolved, ServicesReady, AutoscalingReady, NetworkReady,
        /// IngressReady, ObservabilityReady, ComponentsAvailable and, during a deletion, DeletionBlocked. Reconciling
        /// and Stalled are present only while they are True.
        package var conditions: [Condition]?
    }

    /// The type of `status.specChange`.
    package struct SpecChange: Sendable, Hashable, Codable {
        /// The generation of the spec after the change.
        package var generation: Int64
        /// When the operator saw the change.
        package var time: Timestamp
    }

    /// The type of `status.components[]`.
    package struct ComponentStatus: Sendable, Hashable, Codable {
        /// The name of the component.
        package var name: String
        /// The image that the component should run.
        package var image: String?
        /// How many pods the component should have, by the spec or by the autoscaler; absent for a Job or CronJob.
        package var desired: Int?
        /// Pods that are ready; absent for a Job or CronJob.
        package var ready: Int?
        /// A hash of the configuration that the pods should have.
        package var configHash: String?
        /// What the component waits for; empty if it is as it should be.
        package var message: String?
    }

    /// The type of `status.quota`.
    package struct QuotaStatus: Sendable, Hashable, Codable {
        /// What is used of the environment's quota, by the keys of a ResourceQuota.
        package var used: [String: String]?
        /// What the components need at their largest, surge and autoscaling included, by the keys of a ResourceQuota.
        package var required: [String: String]?
        /// What is missing, by the keys of a ResourceQuota; absent if everything fits. No roll-out begins while
        /// something is missing.
        package var shortfall: [String: String]?
    }

    /// The type of `status.adoption[]`.
    package struct AdoptionStatus: Sendable, Hashable, Codable {
        /// The type of `status.adoption[].state`.
        package enum State: String, Sendable, Hashable, Codable, CaseIterable {
            case found = "Found"
            case pending = "Pending"
            case adopted = "Adopted"
            case refused = "Refused"
        }

        /// The kind of the object.
        package var kind: String
        /// The name of the object.
        package var name: String
        /// Found: it is somebody else's and left alone, since spec.adopt.objects does not list it. Pending: it is
        /// listed, and not taken over yet, or not in full. Adopted: it is the environment's. Refused: it is listed and
        /// stays as it is; the message says why.
        package var state: State
        /// Whether taking it over replaces pods.
        package var restarts: Bool?
        /// The fields that taking it over changes, without their values.
        package var changes: [String]?
        /// Why the object is left alone, or what is waited for.
        package var message: String?
    }

    /// The type of `status.adoptedClaims[]`.
    package struct AdoptedClaim: Sendable, Hashable, Codable {
        /// The name of the claim.
        package var name: String
        /// The UID of the claim.
        package var uid: String
    }
}
