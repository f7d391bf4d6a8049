// Made by `make generate` from crds/quartermaster.dev_regionalworkerpools.yaml; changes are made there.

package import KubeAPI

extension RegionalWorkerPool {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// With true nothing is written to the pool's children and nodes. The status is still updated, and says what
        /// would change.
        package var suspend: Bool
        /// Labels and annotations for every child of the pool. The pool's own labels and annotations are not copied.
        /// The pods do not get these, since a change would replace all of them.
        package var inheritedMetadata: InheritedMetadata?
        /// The regions of the pool. If two of them match the same node, the first in the list gets it.
        package var regions: [RegionSpec]
        /// The number of pods of each region that has no replicas of its own. kubectl scale sets it. While an
        /// autoscaler scales the regions it has no effect, and cannot be changed to anything but 1, the default.
        package var replicas: Int
        /// What the operator sets on the nodes of every region.
        package var nodes: NodeSettings
        /// The PodTemplateSpec of the pods, as in a Deployment. The operator passes all of its fields on and adds to
        /// them. The API server validates it; the status repeats its message. The worker is the container named worker,
        /// or the first one if none has that name.
        package var template: JSONObject
        /// The environment variable that holds the name of the region. It is the first variable of every container and
        /// init container, so that others can refer to it.
        package var regionEnvName: String
        /// Resources of the worker container if the template gives it neither requests nor limits. If set, this
        /// replaces the default as a whole.
        package var resources: JSONObject
        /// How the worker can start containers of its own.
        package var runtime: Runtime
        /// Scales the pods of each region between a minimum and a maximum. Without it every region has the number of
        /// pods that replicas says.
        package var scaling: Scaling?
        /// How the pods of a region are placed on its nodes.
        package var placement: Placement
        /// The PodDisruptionBudget of each region that has, or can be scaled to, at least two pods. For a single pod
        /// none is made, since it would only block drains.
        package var disruption: Disruption
        /// The NetworkPolicy of the pods. DNS over UDP and TCP 53 is allowed; everything else that is not listed here
        /// is denied, in both directions.
        package var network: Network
        /// Objects for the Prometheus operator. They are made as soon as its CRDs are installed.
        package var monitoring: Monitoring?
    }

    /// The type of `spec.regions[]`.
    package struct RegionSpec: Sendable, Hashable, Codable {
        /// The name of the region, unique in the pool. It is the value of the region label and a part of the names of
        /// children.
        package var name: String
        /// Selects the nodes of the region, by at least one label. The operator never writes or removes a label whose
        /// key is used here.
        package var nodeSelector: LabelSelector
        /// With false the region is removed: its children are deleted, so its pods end, and its nodes are released.
        package var enabled: Bool
        /// The number of pods of this region. Default: the replicas of the pool. Ignored while an autoscaler scales the
        /// region.
        package var replicas: Int?
        /// The fewest pods of this region. Default: scaling.minReplicas. Needs scaling.
        package var minReplicas: Int?
        /// The most pods of this region. Default: scaling.maxReplicas. Needs scaling.
        package var maxReplicas: Int?
        /// The runtime of this region. It replaces the runtime of the pool as a whole.
        package var runtime: Runtime?
        /// What the operator sets on the nodes of this region. Each field that is given replaces the same field of the
        /// pool's nodes.
        package var nodes: NodeOverrides?
        /// Environment variables of the worker container in this region. A variable that the template has too gets this
        /// value.
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
            /// The path of the socket on the node. A file named containerd.sock is taken for containerd's, any other
            /// for Docker's.
            package var path: String
        }

        /// The type of `spec.regions[].runtime.dockerInDocker`, `spec.runtime.dockerInDocker`.
        package struct DockerInDocker: Sendable, Hashable, Codable {
            /// The image of the sidecar. It needs Docker's daemon and command line.
            package var image: String
            /// The size limit for images and containers of the daemon on the node. The pod requests as much ephemeral
            /// storage, and is evicted when it uses more.
            package var storage: JSONValue
            /// Resources of the sidecar. The containers that the worker starts run in the sidecar and use its
            /// resources.
            package var resources: JSONObject
        }

        /// The type of `spec.regions[].runtime.runtimeClass`, `spec.runtime.runtimeClass`.
        package struct RuntimeClass: Sendable, Hashable, Codable {
            /// The name of a RuntimeClass of the cluster, such as sysbox-runc.
            package var name: String
        }

        /// None gives the worker nothing. HostSocket gives it the socket of the node's Docker or containerd,
        /// DockerInDocker a Docker daemon of its own in a privileged sidecar. RuntimeClass runs the pod in a runtime of
        /// the node that allows nested containers. HostSocket and DockerInDocker are permitted only in the namespaces
        /// that the operator's --privileged-namespaces lists.
        package var type: Kind
        /// Settings of type HostSocket.
        package var hostSocket: HostSocket?
        /// Settings of type DockerInDocker.
        package var dockerInDocker: DockerInDocker?
        /// Settings of type RuntimeClass; required with that type.
        package var runtimeClass: RuntimeClass?
    }

    /// The type of `spec.regions[].nodes`.
    package struct NodeOverrides: Sendable, Hashable, Codable {
        /// Labels that the operator sets on the nodes. Keys under kubernetes.io, k8s.io and quartermaster.dev are
        /// refused.
        package var labels: [String: String]?
        /// The key of the node label whose value is the name of the region. It must not be in labels.
        package var regionLabelKey: String?
        /// Taints that the operator sets on the nodes. The pods of the pool tolerate them. Keys of taints that
        /// Kubernetes, its cloud provider or its control plane uses are refused.
        package var taints: [Taint]?
        /// What happens to a node that leaves the pool. RemoveOwned removes the labels and taints that the pool has set
        /// and restores what they had replaced. Retain leaves the node as it is.
        package var onRelease: ReleasePolicy?
    }

    /// The type of `spec.regions[].nodes.onRelease`, `spec.nodes.onRelease`.
    package enum ReleasePolicy: String, Sendable, Hashable, Codable, CaseIterable {
        case removeOwned = "RemoveOwned"
        case retain = "Retain"
    }

    /// The type of `spec.nodes`.
    package struct NodeSettings: Sendable, Hashable, Codable {
        /// Labels that the operator sets on the nodes; an empty map sets none. Keys under kubernetes.io, k8s.io and
        /// quartermaster.dev are refused.
        package var labels: [String: String]
        /// The key of the node label whose value is the name of the region. It must not be in labels.
        package var regionLabelKey: String
        /// Taints that the operator sets on the nodes; an empty list sets none. The pods of the pool tolerate them.
        /// Keys of taints that Kubernetes, its cloud provider or its control plane uses are refused.
        package var taints: [Taint]
        /// What happens to taints that would leave no node for pods without tolerations, for the operator or for the
        /// cluster's DNS, or would evict one of those two. Refuse writes no new taint of the pool and reports LockOut.
        /// Allow writes them.
        package var lockOutPolicy: LockOutPolicy
        /// What happens to a node that leaves the pool. RemoveOwned removes the labels and taints that the pool has set
        /// and restores what they had replaced. Retain leaves the node as it is.
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

        /// What scales the regions. Auto: KEDA if it is installed and keda.triggers are given, else a
        /// HorizontalPodAutoscaler; it switches when KEDA is installed or removed. Fixed: nothing, every region has the
        /// number of pods that replicas says.
        package var engine: Engine
        /// The fewest pods of a region. Only KEDA can scale to 0.
        package var minReplicas: Int
        /// The most pods of a region.
        package var maxReplicas: Int
        /// How fast pods are added and removed, as in a HorizontalPodAutoscaler. Both engines use it.
        package var behavior: ScalingBehavior
        /// The targets of the HorizontalPodAutoscaler. Every container of the pods needs requests for them.
        package var hpa: HPASettings
        /// Settings of the ScaledObject of each region.
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
        /// The average CPU use of the pods to aim for, in per cent of their requests.
        package var cpuUtilization: Int
        /// The average memory use of the pods to aim for, in per cent of their requests. Without it the pods are not
        /// scaled by memory.
        package var memoryUtilization: Int?
    }

    /// The type of `spec.placement`.
    package struct Placement: Sendable, Hashable, Codable {
        /// A topology spread constraint for the pods of each region. Nodes with taints that the pods do not tolerate do
        /// not count, and each roll-out is spread by itself. If the template has a constraint with the same topologyKey
        /// and whenUnsatisfiable, that one is used.
        package var spread: Spread
        /// The PriorityClass of the pods if the template names none.
        package var priorityClass: PriorityClassRequest?
    }

    /// The type of `spec.placement.spread`.
    package struct Spread: Sendable, Hashable, Codable {
        /// The type of `spec.placement.spread.whenUnsatisfiable`.
        package enum WhenUnsatisfiable: String, Sendable, Hashable, Codable, CaseIterable {
            case scheduleAnyway = "ScheduleAnyway"
            case doNotSchedule = "DoNotSchedule"
        }

        /// The node label whose values are the groups of nodes that the pods are spread over.
        package var topologyKey: String
        /// By how many pods two groups of nodes may differ.
        package var maxSkew: Int
        /// What happens to a pod that can't be spread. ScheduleAnyway: it is scheduled nevertheless. DoNotSchedule: it
        /// stays pending.
        package var whenUnsatisfiable: WhenUnsatisfiable
    }

    /// The type of `spec.placement.priorityClass`.
    package struct PriorityClassRequest: Sendable, Hashable, Codable {
        /// The name of the class. Outside of the namespaces that --privileged-namespaces lists, its value may be at
        /// most --max-priority-class-value, and names that begin with system- are refused.
        package var name: String
        /// The priority that the class should have; required with create. A class that exists keeps the value that it
        /// has; if that is another one, the pool reports PriorityMismatch.
        package var value: Int?
        /// With true the operator makes the class if there is none of that name. It never changes or deletes the class,
        /// since pods of others may name it. Names that begin with system- are refused.
        package var create: Bool
    }

    /// The type of `spec.disruption`.
    package struct Disruption: Sendable, Hashable, Codable {
        /// How many pods of a region may be evicted at once, as a number or a percentage.
        package var maxUnavailable: IntOrString?
        /// How many pods of a region evictions must leave, as a number or a percentage.
        package var minAvailable: IntOrString?
    }

    /// The type of `spec.network`.
    package struct Network: Sendable, Hashable, Codable {
        /// The type of `spec.network.connectsTo[]`.
        package struct Peer: Sendable, Hashable, Codable {
            /// The name of a component.
            package var component: String
            /// The namespace of the component. Default: that of the pool.
            package var namespace: String
            /// TCP ports of the component's pods. Default: all ports of the component.
            package var ports: [Int]?
        }

        /// With false the pool has no NetworkPolicy.
        package var enabled: Bool
        /// TCP ports of the pods that everybody may reach, for probes and metrics. The port of
        /// monitoring.serviceMonitor needs no entry.
        package var ingressPorts: [Int]
        /// TCP ports that the pods may reach at every IPv4 address outside of exceptCIDRs.
        package var egressPorts: [Int]
        /// IPv4 ranges to which egressPorts do not apply. An address in them, and every IPv6 address, needs a rule in
        /// extraEgress.
        package var exceptCIDRs: [String]
        /// Components of AppEnvironments that the pods may reach. Of the pool's own namespace the operator opens both
        /// sides: the pods' egress, and the component's ingress for these pods alone. Of another namespace it opens the
        /// pods' egress, and the component's allowFrom has to name the pool.
        package var connectsTo: [Peer]?
        /// More ingress rules, as in a NetworkPolicy. They are passed on as they are.
        package var extraIngress: [JSONObject]?
        /// More egress rules, as in a NetworkPolicy. They are passed on as they are.
        package var extraEgress: [JSONObject]?
    }

    /// The type of `spec.monitoring`.
    package struct Monitoring: Sendable, Hashable, Codable {
        /// Makes a headless Service <pool>-metrics for all pods of the pool, and a ServiceMonitor so that Prometheus
        /// scrapes it. The label job of the metrics is the name of the Service.
        package var serviceMonitor: Scrape?
        /// The alerts of a PrometheusRule. It also has the built-in alerts PoolNotReady (after 15 minutes) and, with
        /// serviceMonitor, WorkerDown (after 2 minutes, critical); an alert of the same name replaces a built-in one.
        /// An empty list gives only the built-in ones; without the field there is no PrometheusRule.
        package var alerts: [Alert]?
        /// Labels of the ServiceMonitor and the PrometheusRule, by which your Prometheus selects them, such as release:
        /// monitoring. The same keys are refused as in inheritedMetadata.labels.
        package var labels: [String: String]?
        /// The namespace of the ServiceMonitor and the PrometheusRule. Default: that of the pool. Another one must be
        /// listed in the operator's --monitoring-namespaces.
        package var namespace: String?
    }

    /// The type of `spec.monitoring.serviceMonitor`.
    package struct Scrape: Sendable, Hashable, Codable {
        /// The port of the metrics: its number, or its name in the template.
        package var port: IntOrString
        /// The HTTP path of the metrics.
        package var path: String
        /// How often Prometheus scrapes the metrics, such as 30s.
        package var interval: String
    }

    /// The type of `spec.monitoring.alerts[]`.
    package struct Alert: Sendable, Hashable, Codable {
        /// The name of the alert.
        package var name: String
        /// The expression of the alert, in PromQL.
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
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The metadata.generation that this status describes; -1 until the operator has reconciled the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that the operator acted on. Set the
        /// annotation to any new value, such as the current time, to have the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// Enabled regions that have all of their nodes and pods, such as 2/3.
        package var regionsReady: String?
        /// Nodes that the pool has claimed.
        package var nodes: Int?
        /// How many pods all regions together should have, by the spec or by what scales them.
        package var replicas: Int?
        /// How many pods of all regions together are ready.
        package var readyReplicas: Int?
        /// The pods of the region that has the fewest, of those that follow spec.replicas; of all regions while an
        /// autoscaler scales them. It is status.replicas of the scale subresource.
        package var replicasPerRegion: Int?
        /// Selects the pods of all regions. It is status.selector of the scale subresource.
        package var selector: String?
        /// What scales the regions: KEDA, HPA or Fixed.
        package var scaler: String?
        /// True once every node of the pool has a ledger (the annotation quartermaster.dev/claim) with the operator's
        /// seal. From then on a ledger without a valid seal is ignored.
        package var ledgersSealed: Bool?
        /// The state of each enabled region.
        package var regions: [RegionStatus]?
        /// The children that the operator has made. Those that are no longer wanted are deleted.
        package var inventory: [InventoryEntry]?
        /// Ready, NodesClaimed, Available, AutoscalingReady and, with monitoring, MonitoringReady. Reconciling and
        /// Stalled are present only while they are True.
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
        /// How many pods the region should have, by the spec or by what scales it.
        package var desired: Int?
        /// Pods that are ready.
        package var ready: Int?
        /// What the region waits for; empty if it is as it should be.
        package var message: String?
    }

    /// The type of `status.regions[].nodes`.
    package struct NodeCounts: Sendable, Hashable, Codable {
        /// Nodes that the nodeSelector of the region matches.
        package var matched: Int
        /// Nodes that this region has claimed.
        package var claimed: Int
        /// Claimed nodes that are ready.
        package var ready: Int
        /// Matching nodes that another pool or region has; only the first ones if there are many.
        package var conflicts: [NodeConflict]?
    }

    /// The type of `status.regions[].nodes.conflicts[]`.
    package struct NodeConflict: Sendable, Hashable, Codable {
        /// The name of the node.
        package var node: String
        /// The pool, or the other region of this pool, that has the node.
        package var heldBy: String
    }
}
