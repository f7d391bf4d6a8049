// Made by `make generate` from crds/quartermaster.dev_regionalworkerpools.yaml; changes are made there.

package import KubeAPI

extension RegionalWorkerPool {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// Stops every write to the pool's children and nodes. The status goes on.
        package var suspend: Bool
        /// Labels and annotations for every child of the pool. Nothing else of its metadata is copied, and nothing goes
        /// to the pods: a change would replace them all.
        package var inheritedMetadata: InheritedMetadata?
        /// The regions of the pool. Where two of them match the same node, the first one gets it.
        package var regions: [RegionSpec]
        /// Pods per region where nothing scales them.
        package var replicas: Int
        /// What the operator sets on the nodes of every region.
        package var nodes: NodeSettings
        /// The PodTemplateSpec of the pods, as in a Deployment, handed on field by field. The API server checks it, and
        /// the status repeats its words. The worker is the container named worker, else the first one.
        package var template: JSONObject
        /// The environment variable that holds the name of the region. Every container and init container has it as the
        /// first one, so that others can refer to it.
        package var regionEnvName: String
        /// Resources of the worker container where the template gives it neither requests nor limits. What is given
        /// takes the place of the default as a whole.
        package var resources: JSONObject
        /// How the worker starts containers of its own.
        package var runtime: Runtime
        /// Scales the pods of each region. Without it every region has the number of pods that replicas says.
        package var scaling: Scaling?
        /// Where the pods of a region go among its nodes.
        package var placement: Placement
        /// The PodDisruptionBudget of each region that has, or can be scaled to, at least two pods. One pod gets none:
        /// it would only block drains.
        package var disruption: Disruption
        /// The NetworkPolicy of the pods. What is not listed is denied in both directions, but for DNS over UDP and TCP
        /// 53.
        package var network: Network
        /// Objects of the Prometheus operator. They are made once its CRDs are installed.
        package var monitoring: Monitoring?
    }

    /// The type of `spec.regions[]`.
    package struct RegionSpec: Sendable, Hashable, Codable {
        /// The name of the region, once in the pool. It becomes the value of the region label and part of the names of
        /// children.
        package var name: String
        /// Selects the nodes of the region, by at least one label. A label key that stands here is never written or
        /// removed by the operator.
        package var nodeSelector: LabelSelector
        /// With false the region is drained: its children are deleted and its nodes are released.
        package var enabled: Bool
        /// Pods of this region, in place of the replicas of the pool. Ignored while an autoscaler scales the region.
        package var replicas: Int?
        /// The fewest pods of this region, in place of scaling.minReplicas. Only with scaling.
        package var minReplicas: Int?
        /// The most pods of this region, in place of scaling.maxReplicas. Only with scaling.
        package var maxReplicas: Int?
        /// Takes the place of the runtime of the pool for this region, as a whole.
        package var runtime: Runtime?
        /// Takes the place of the nodes of the pool for this region, field by field.
        package var nodes: NodeOverrides?
        /// Environment of the worker container in this region. A variable that the template has too gets this value.
        package var env: [JSONObject]?
    }

    /// The type of `spec.regions[].runtime`, `spec.runtime`.
    package struct Runtime: Sendable, Hashable, Codable {
        /// The type of `spec.regions[].runtime.type`, `spec.runtime.type`.
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            case none = "None"
            case hostSocket = "HostSocket"
            case dockerInDocker = "DockerInDocker"
            case runtimeClass = "RuntimeClass"
        }

        /// The type of `spec.regions[].runtime.hostSocket`, `spec.runtime.hostSocket`.
        package struct HostSocket: Sendable, Hashable, Codable {
            /// The socket on the node. A file named containerd.sock is containerd's, any other is Docker's.
            package var path: String
        }

        /// The type of `spec.regions[].runtime.dockerInDocker`, `spec.runtime.dockerInDocker`.
        package struct DockerInDocker: Sendable, Hashable, Codable {
            /// The image of the sidecar, with Docker's daemon and command line.
            package var image: String
            /// The most that images and containers of the daemon may take on the node, and what is requested of its
            /// ephemeral storage. The pod is evicted beyond it.
            package var storage: JSONValue
            /// Resources of the sidecar. The containers that the worker starts run in it and count as its own.
            package var resources: JSONObject
        }

        /// The type of `spec.regions[].runtime.runtimeClass`, `spec.runtime.runtimeClass`.
        package struct RuntimeClass: Sendable, Hashable, Codable {
            /// A RuntimeClass of the cluster, such as sysbox-runc.
            package var name: String
        }

        /// None gives the worker nothing, HostSocket the socket of the node's Docker or containerd, DockerInDocker a
        /// daemon of its own in a privileged sidecar, RuntimeClass a runtime of the node in which containers can be
        /// nested. HostSocket and DockerInDocker only in the namespaces of --privileged-namespaces.
        package var type: Kind
        /// Settings of type HostSocket.
        package var hostSocket: HostSocket?
        /// Settings of type DockerInDocker.
        package var dockerInDocker: DockerInDocker?
        /// Settings of type RuntimeClass, which needs them.
        package var runtimeClass: RuntimeClass?
    }

    /// The type of `spec.regions[].nodes`.
    package struct NodeOverrides: Sendable, Hashable, Codable {
        /// Labels set on the nodes. Keys under kubernetes.io, k8s.io and quartermaster.dev are refused.
        package var labels: [String: String]?
        /// The label that gets the name of the region as its value. It must not stand in labels.
        package var regionLabelKey: String?
        /// Taints set on the nodes, by key and effect; the pods of the pool tolerate them. Keys of the cluster and its
        /// control plane are refused.
        package var taints: [Taint]?
        /// What happens to a node that leaves the pool. RemoveOwned takes away the labels and taints that the pool had
        /// set and brings back what they had replaced; Retain leaves the node as it is.
        package var onRelease: ReleasePolicy?
    }

    /// The type of `spec.regions[].nodes.onRelease`, `spec.nodes.onRelease`.
    package enum ReleasePolicy: String, Sendable, Hashable, Codable, CaseIterable {
        case removeOwned = "RemoveOwned"
        case retain = "Retain"
    }

    /// The type of `spec.nodes`.
    package struct NodeSettings: Sendable, Hashable, Codable {
        /// Labels set on the nodes. An empty map sets none. Keys under kubernetes.io, k8s.io and quartermaster.dev are
        /// refused.
        package var labels: [String: String]
        /// The label that gets the name of the region as its value. It must not stand in labels.
        package var regionLabelKey: String
        /// Taints set on the nodes, by key and effect; the pods of the pool tolerate them. An empty list sets none.
        /// Keys of the cluster and its control plane are refused.
        package var taints: [Taint]
        /// What happens to taints that would leave no node for pods without tolerations or for the operator, or evict
        /// the operator or the cluster's DNS. Refuse holds all new taints of the pool back and says so; Allow writes
        /// them.
        package var lockOutPolicy: LockOutPolicy
        /// What happens to a node that leaves the pool. RemoveOwned takes away the labels and taints that the pool had
        /// set and brings back what they had replaced; Retain leaves the node as it is.
        package var onRelease: ReleasePolicy
    }

    /// The type of `spec.nodes.lockOutPolicy`.
    package enum LockOutPolicy: String, Sendable, Hashable, Codable, CaseIterable {
        case refuse = "Refuse"
        case allow = "Allow"
    }

    /// The type of `spec.scaling`.
    package struct Scaling: Sendable, Hashable, Codable {
        /// The type of `spec.scaling.engine`.
        package enum Engine: String, Sendable, Hashable, Codable, CaseIterable {
            case auto = "Auto"
            case keda = "KEDA"
            case hpa = "HPA"
            case fixed = "Fixed"
        }

        /// Auto is KEDA where it is installed and keda.triggers are given, else an HPA; it changes over by itself when
        /// KEDA comes or goes. Fixed keeps to replicas.
        package var engine: Engine
        /// The fewest pods of a region. Only KEDA can go to 0.
        package var minReplicas: Int
        /// The most pods of a region.
        package var maxReplicas: Int
        /// How fast pods come and go, as in a HorizontalPodAutoscaler. Both engines keep to it.
        package var behavior: ScalingBehavior
        /// What an HPA aims at. Every container of the pods needs requests.
        package var hpa: HPASettings
        /// What goes into the ScaledObject of each region.
        package var keda: KEDASettings?
    }

    /// The type of `spec.scaling.behavior`.
    package struct ScalingBehavior: Sendable, Hashable, Codable {
        /// How fast pods are added, as in a HorizontalPodAutoscaler.
        package var scaleUp: JSONObject
        /// How fast pods are removed, as in a HorizontalPodAutoscaler.
        package var scaleDown: JSONObject
    }

    /// The type of `spec.scaling.hpa`.
    package struct HPASettings: Sendable, Hashable, Codable {
        /// The average CPU use of the pods, in per cent of what they request.
        package var cpuUtilization: Int
        /// The average memory use of the pods, in per cent of what they request. Memory does not count where nothing is
        /// said.
        package var memoryUtilization: Int?
    }

    /// The type of `spec.scaling.keda`.
    package struct KEDASettings: Sendable, Hashable, Codable {
        /// Seconds between two checks of the triggers.
        package var pollingInterval: Int
        /// Seconds after the last event before a region goes to 0 pods. Above 0 behavior says how fast pods go.
        package var cooldownPeriod: Int
        /// How many pods there are while triggers fail, as in a ScaledObject.
        package var fallback: JSONObject?
        /// Triggers as in a ScaledObject. $(REGION), $(POOL) and $(NAMESPACE) in the values of metadata stand for the
        /// region, the pool and its namespace; $$(REGION) stays $(REGION).
        package var triggers: [JSONObject]
        /// Secrets for the triggers that name no authenticationRef of their own, by one TriggerAuthentication of the
        /// pool. KEDA reads the Secrets, the operator does not.
        package var authentication: TriggerAuthenticationSettings?
        /// Advanced settings as in a ScaledObject. A behavior that is given here stands above scaling.behavior.
        package var advanced: JSONObject?
    }

    /// The type of `spec.scaling.keda.authentication`.
    package struct TriggerAuthenticationSettings: Sendable, Hashable, Codable {
        /// Parameters of the triggers whose values are in Secrets.
        package var secretTargetRef: [SecretParameter]
    }

    /// The type of `spec.scaling.keda.authentication.secretTargetRef[]`.
    package struct SecretParameter: Sendable, Hashable, Codable {
        /// The trigger's parameter, such as password.
        package var parameter: String
        /// A Secret in the namespace of the pool.
        package var name: String
        /// The key in the Secret.
        package var key: String
    }

    /// The type of `spec.placement`.
    package struct Placement: Sendable, Hashable, Codable {
        /// One topology spread constraint over the pods of a region. Nodes with taints that they don't tolerate are
        /// left out, and the pods of a roll-out are spread among themselves. A constraint of the template for the same
        /// topology takes its place.
        package var spread: Spread
        /// The PriorityClass of the pods where the template names none.
        package var priorityClass: PriorityClassRequest?
    }

    /// The type of `spec.placement.spread`.
    package struct Spread: Sendable, Hashable, Codable {
        /// The type of `spec.placement.spread.whenUnsatisfiable`.
        package enum WhenUnsatisfiable: String, Sendable, Hashable, Codable, CaseIterable {
            case scheduleAnyway = "ScheduleAnyway"
            case doNotSchedule = "DoNotSchedule"
        }

        /// The node label whose values are the domains that the pods are spread over.
        package var topologyKey: String
        /// By how many pods two domains may differ.
        package var maxSkew: Int
        /// ScheduleAnyway places a pod that can't be spread all the same, DoNotSchedule leaves it pending.
        package var whenUnsatisfiable: WhenUnsatisfiable
    }

    /// The type of `spec.placement.priorityClass`.
    package struct PriorityClassRequest: Sendable, Hashable, Codable {
        /// The name of the class. Outside of the namespaces of --privileged-namespaces its value is at most
        /// --max-priority-class-value, and it is none of Kubernetes' own.
        package var name: String
        /// The priority that the pool counts on; needed with create. A class that exists keeps the value that it has,
        /// and a difference is reported.
        package var value: Int?
        /// Makes the class where there is none of that name. It belongs to no pool: it is never changed and never
        /// deleted, since pods of others may name it. Names that begin with system- are refused.
        package var create: Bool
    }

    /// The type of `spec.disruption`.
    package struct Disruption: Sendable, Hashable, Codable {
        /// Pods of a region that may be away at once, as a number or a percentage.
        package var maxUnavailable: IntOrString?
        /// Pods of a region that must stay, as a number or a percentage.
        package var minAvailable: IntOrString?
    }

    /// The type of `spec.network`.
    package struct Network: Sendable, Hashable, Codable {
        /// The type of `spec.network.connectsTo[]`.
        package struct Peer: Sendable, Hashable, Codable {
            /// The name of a component.
            package var component: String
            /// TCP ports of the component's pods. All ports of the component where nothing is said.
            package var ports: [Int]?
        }

        /// With false the pool has no NetworkPolicy.
        package var enabled: Bool
        /// TCP ports that everybody in the cluster may reach, for probes and metrics. The port of
        /// monitoring.serviceMonitor needs no entry.
        package var ingressPorts: [Int]
        /// TCP ports that the pods may reach outside of exceptCIDRs.
        package var egressPorts: [Int]
        /// IPv4 ranges that egressPorts do not open. An address in them, and every IPv6 address, needs a rule of its
        /// own in extraEgress.
        package var exceptCIDRs: [String]
        /// Components of the AppEnvironment in the namespace of the pool that the pods may reach. Both sides are
        /// opened, and no other pods are let in.
        package var connectsTo: [Peer]?
        /// More ingress rules as in a NetworkPolicy, handed on as they are.
        package var extraIngress: [JSONObject]?
        /// More egress rules as in a NetworkPolicy, handed on as they are.
        package var extraEgress: [JSONObject]?
    }

    /// The type of `spec.monitoring`.
    package struct Monitoring: Sendable, Hashable, Codable {
        /// A headless Service <pool>-metrics over all pods of the pool, and a ServiceMonitor that has it scraped. The
        /// label job of its metrics is the name of the Service.
        package var serviceMonitor: Scrape?
        /// The alerts of a PrometheusRule, beside the built-in PoolNotReady (15 minutes) and, with serviceMonitor,
        /// WorkerDown (2 minutes, critical). An alert of one of these names takes its place; an empty list gives the
        /// built-in ones alone.
        package var alerts: [Alert]?
        /// Labels of the ServiceMonitor and the PrometheusRule, by which a Prometheus finds them, such as release:
        /// monitoring. The same keys are refused as in inheritedMetadata.labels.
        package var labels: [String: String]?
        /// The namespace of the ServiceMonitor and the PrometheusRule; that of the pool where nothing is said. Another
        /// one must be listed in the operator's --monitoring-namespaces.
        package var namespace: String?
    }

    /// The type of `spec.monitoring.serviceMonitor`.
    package struct Scrape: Sendable, Hashable, Codable {
        /// The port of the metrics, by its number or by its name in the template.
        package var port: IntOrString
        /// The HTTP path of the metrics.
        package var path: String
        /// How often Prometheus scrapes the metrics, as a duration of Prometheus such as 30s.
        package var interval: String
    }

    /// The type of `spec.monitoring.alerts[]`.
    package struct Alert: Sendable, Hashable, Codable {
        /// The name of the alert.
        package var name: String
        /// The expression of the alert, in PromQL.
        package var expr: String
        /// How long the expression must hold, as a duration of Prometheus.
        package var `for`: String
        /// The label severity of the alert.
        package var severity: String
        /// The annotation summary of the alert, for people.
        package var summary: String?
        /// The annotation description of the alert, for people.
        package var description: String?
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The generation of the spec that this status is about; -1 until the operator has seen the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that was acted on. Set the annotation to have
        /// the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// Enabled regions that have all of their nodes and pods, such as 2/3.
        package var regionsReady: String?
        /// Nodes that the pool has claimed.
        package var nodes: Int?
        /// Pods wanted over all regions, by the spec or by what scales them.
        package var replicas: Int?
        /// Pods that are ready over all regions.
        package var readyReplicas: Int?
        /// What scales the regions: KEDA, HPA or Fixed.
        package var scaler: String?
        /// Whether every node of the pool carries a ledger with the operator's seal. From then on a ledger without one
        /// does not count.
        package var ledgersSealed: Bool?
        /// What was found of each enabled region.
        package var regions: [RegionStatus]?
        /// The children that the operator has made. It deletes those that are not wanted any more.
        package var inventory: [InventoryEntry]?
        /// What was found: Ready, NodesClaimed, Available, AutoscalingReady, and MonitoringReady with monitoring;
        /// Reconciling or Stalled while True.
        package var conditions: [Condition]?
    }

    /// The type of `status.regions[]`.
    package struct RegionStatus: Sendable, Hashable, Codable {
        /// The name of the region.
        package var name: String
        /// The nodes of the region.
        package var nodes: NodeCounts?
        /// The name of the Deployment of the region; absent until there is one.
        package var deployment: String?
        /// Pods wanted, by the spec or by what scales the region.
        package var desired: Int?
        /// Pods that are ready.
        package var ready: Int?
        /// What the region waits for; empty where it is as it should be.
        package var message: String?
    }

    /// The type of `status.regions[].nodes`.
    package struct NodeCounts: Sendable, Hashable, Codable {
        /// Nodes that the nodeSelector of the region matches.
        package var matched: Int
        /// Nodes that carry the claim of this region.
        package var claimed: Int
        /// Claimed nodes that are ready.
        package var ready: Int
        /// Matching nodes that somebody else holds; the first ones where there are many.
        package var conflicts: [NodeConflict]?
    }

    /// The type of `status.regions[].nodes.conflicts[]`.
    package struct NodeConflict: Sendable, Hashable, Codable {
        /// The name of the node.
        package var node: String
        /// Another pool, or another region of this pool, that has the node.
        package var heldBy: String
    }
}
