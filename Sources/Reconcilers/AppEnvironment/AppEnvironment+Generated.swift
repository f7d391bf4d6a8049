// Made by `make generate` from crds/quartermaster.dev_appenvironments.yaml; changes are made there.

package import KubeAPI

extension AppEnvironment {
    /// The type of `spec`.
    package struct Spec: Sendable, Hashable, Codable {
        /// Picks the defaults of what is not said here. It can't be changed.
        package var tier: Tier
        /// Stops every write to what the environment has, the deletion of a preview included. The status goes on.
        package var suspend: Bool
        /// Labels and annotations for every child of the environment. Nothing else of its metadata is copied.
        package var inheritedMetadata: InheritedMetadata?
        /// The version of the tier's defaults. Without it the environment keeps the version that it was made with, also
        /// under a newer operator, and no pod is replaced because a default has changed. status.defaultsVersion says
        /// which.
        package var defaultsVersion: Int?
        /// The namespace of the environment.
        package var namespace: NamespaceSettings
        /// What becomes of everything when the environment is deleted. Retain: everything stays and runs on. KeepData:
        /// the namespace, its claims and Secrets stay. Delete: everything goes; in production only with the annotation
        /// quartermaster.dev/confirm-delete, whose value is the name of the environment. The tier's where nothing is
        /// said.
        package var deletionPolicy: DeletionPolicy?
        /// How long a preview lives after the last change of its spec, such as 72h or 90m; 72h where nothing is said.
        /// Only for the tier preview.
        package var ttl: String?
        /// The ResourceQuota of the namespace.
        package var quota: Quota
        /// Bounds and defaults of a container in the namespace. The tier's where nothing is said; those are cut to what
        /// is given here.
        package var limitRange: LimitRange
        /// Secrets of another namespace that are copied here and kept in step. The operator's
        /// --secret-source-namespaces must list that namespace, and each Secret must carry the label
        /// quartermaster.dev/share=true.
        package var secretsFrom: SecretSource?
        /// Secrets of the namespace with which images are pulled. They hang on the ServiceAccounts of the components.
        package var imagePullSecrets: [SecretName]?
        /// Who may do what in the namespace.
        package var access: Access
        /// The parts of the application; each is a Deployment with what belongs to it.
        package var components: [ComponentSpec]
        /// Hosts by which the components are reached from outside. Each has an Ingress of its own.
        package var ingress: [Ingress]?
        /// Who may talk to whom. The default is nobody, but for what connectsTo, ingress and metrics declare.
        package var network: Network
        /// How the components are watched.
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

        /// The name of the namespace; that of the environment where nothing is said. It can't be changed.
        package var name: String?
        /// What happens where the namespace exists and the operator has not made it: Never leaves it alone and says so;
        /// IfUnmanaged takes it over unless somebody else manages it. A namespace that was taken over is never deleted.
        package var adopt: Adoption
        /// The Pod Security level that the namespace enforces. The tier's where nothing is said.
        package var podSecurity: PodSecurityLevel?
    }

    /// The type of `spec.namespace.podSecurity`.
    package enum PodSecurityLevel: String, Sendable, Hashable, Codable, CaseIterable {
        case privileged
        case baseline
        case restricted
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

        /// Auto: what the components need, surge and the autoscalers' maximum included, with headroom, and never less
        /// than the tier's amounts. Fixed: hard, or the tier's amounts where nothing is said. Off: no quota.
        package var mode: Mode
        /// Amounts as in a ResourceQuota. Under Auto they stand in the place of the computed ones.
        package var hard: [String: JSONValue]?
        /// How many per cent Auto adds to the need.
        package var headroomPercent: Int
    }

    /// The type of `spec.limitRange`.
    package struct LimitRange: Sendable, Hashable, Codable {
        /// With false the namespace has no LimitRange of the environment.
        package var enabled: Bool
        /// The least that a container may request, by cpu and memory.
        package var min: [String: JSONValue]?
        /// What a container requests that says nothing, by cpu and memory.
        package var defaultRequest: [String: JSONValue]?
        /// The limit of a container that says nothing, by cpu and memory.
        package var `default`: [String: JSONValue]?
        /// The highest limit that a container may have, by cpu and memory.
        package var max: [String: JSONValue]?
    }

    /// The type of `spec.secretsFrom`.
    package struct SecretSource: Sendable, Hashable, Codable {
        /// The namespace that the Secrets are copied from.
        package var namespace: String
        /// The names of the Secrets; the copies have the same. A copy whose name leaves the list is deleted.
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

            /// The ClusterRole of this name.
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
            /// The namespace of a ServiceAccount, which needs one. Users and groups have none.
            package var namespace: String?
        }

        /// Makes a ServiceAccount deployer with which a pipeline may look at everything but Secrets, restart
        /// Deployments and run Jobs. What is deployed is said in this object: another image on a Deployment is put
        /// back.
        package var deployer: Bool
        /// Who has which of the cluster's own roles in the namespace.
        package var bindings: [Binding]?
    }

    /// The type of `spec.components[]`.
    package struct ComponentSpec: Sendable, Hashable, Codable {
        /// The name of the component and of its children, so it begins with a letter as a Service does.
        package var name: String
        /// The image of the container. In production it has a digest, or a tag other than latest.
        package var image: String
        /// The program of the container, without a shell; the entry point of the image where nothing is said.
        package var command: [String]?
        /// The arguments of the program; those of the image where neither command nor args is given.
        package var args: [String]?
        /// How many pods the component has. The tier's number where nothing is said, 1 with a volume that only one node
        /// can mount.
        package var replicas: Int?
        /// A HorizontalPodAutoscaler that takes the place of replicas. It begins with the pods that there are.
        package var autoscaling: Autoscaling?
        /// Ports of the Service of the component. A component without ports has no Service.
        package var ports: [Port]?
        /// Environment of the container, as in a Pod. It stands above config, secrets and envFrom.
        package var env: [JSONObject]?
        /// Sources of environment as in a container of a Pod, for ConfigMaps and Secrets that somebody else makes. Of
        /// two entries of one name, those of envFrom stand above config and secrets.
        package var envFrom: [JSONObject]?
        /// Environment that is not secret. It becomes an immutable ConfigMap whose name tells its content, so a change
        /// replaces the pods exactly once.
        package var config: [String: String]?
        /// Secrets of the namespace whose entries become environment. A change of their content replaces the pods.
        package var secrets: [SecretEnvironment]?
        /// What the container asks for and what bounds it. The defaults of the tier's LimitRange where nothing is said.
        package var resources: Resources?
        /// Probes as in a container of a Pod; an httpGet or tcpSocket without a port means the first port. What they do
        /// not say is filled in: ready every 5 s and lost after 2 failures, alive every 10 s and restarted after 3.
        package var probes: Probes
        /// Claims of the component, each mounted at its path. With one of ReadWriteOnce the component has one pod,
        /// which is replaced by Recreate.
        package var volumes: [Volume]?
        /// Which nodes the pods of the component run on.
        package var placement: Placement
        /// How many seconds a pod stays bound to a node that is lost. The tier's number where nothing is said; 300 with
        /// a ReadWriteOnce volume, because a pod elsewhere could not mount it.
        package var nodeFailureSeconds: Int?
        /// Auto makes a PodDisruptionBudget of one pod at a time where there are two pods or more, Off makes none.
        package var pdb: Switch
        /// The PriorityClass of the pods; the tier's where nothing is said. critical-infrastructure, production, tools
        /// and staging are made where they do not exist. One above --max-priority-class-value, and Kubernetes' own, are
        /// refused.
        package var priorityClassName: String?
        /// Where Prometheus finds the metrics of the component.
        package var metrics: Metrics?
        /// Whom the component talks to: each entry has one of component, namespace and cidr. Everything else is
        /// refused, see network.
        package var connectsTo: [Peer]?
        /// As in a Pod and in its containers; each field goes where it belongs. What the restricted level asks for is
        /// filled in.
        package var securityContext: JSONObject?
        /// A PodTemplateSpec that is laid over the pods as a strategic merge. Lists of named things, such as
        /// containers, are merged by name; the container of the component has its name.
        package var template: JSONObject?
    }

    /// The type of `spec.components[].autoscaling`.
    package struct Autoscaling: Sendable, Hashable, Codable {
        /// The fewest pods. The tier's replicas where nothing is said.
        package var min: Int?
        /// The most pods.
        package var max: Int
        /// The average CPU use that is aimed at, in per cent of the request. 70 where neither cpu nor memory is given.
        package var cpu: Int?
        /// The average memory use that is aimed at, in per cent of the request.
        package var memory: Int?
    }

    /// The type of `spec.components[].ports[]`.
    package struct Port: Sendable, Hashable, Codable {
        /// The name of the port, by which ingress and template refer to it.
        package var name: String
        /// The port of the Service.
        package var port: Int
        /// The port of the container; that of the Service where nothing is said.
        package var targetPort: Int?
        /// The transport protocol of the port.
        package var `protocol`: TransportProtocol
    }

    /// The type of `spec.components[].ports[].protocol`, `spec.components[].connectsTo[].ports[].protocol`.
    package enum TransportProtocol: String, Sendable, Hashable, Codable, CaseIterable {
        case tcp = "TCP"
        case udp = "UDP"
    }

    /// The type of `spec.components[].secrets[]`.
    package struct SecretEnvironment: Sendable, Hashable, Codable {
        /// The name of the Secret.
        package var name: String
        /// Whether the pods start without it.
        package var optional: Bool
    }

    /// The type of `spec.components[].resources`.
    package struct Resources: Sendable, Hashable, Codable {
        /// What the scheduler reserves for the container, by resource.
        package var requests: [String: JSONValue]?
        /// What the container may use at most, by resource.
        package var limits: [String: JSONValue]?
    }

    /// The type of `spec.components[].probes`.
    package struct Probes: Sendable, Hashable, Codable {
        /// Auto: a component with a TCP port is ready and alive while that port takes connections, and has five minutes
        /// to start. Off: only what is given here.
        package var defaults: Switch
        /// Whether the container takes requests, a Probe as in a container of a Pod.
        package var readiness: JSONObject?
        /// Whether the container is alive or has to be restarted, a Probe as in a container of a Pod.
        package var liveness: JSONObject?
        /// Whether the container has started, a Probe as in a container of a Pod. The other probes wait for it.
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

        /// The name of the volume. Its claim is called <component>-<volume>.
        package var name: String
        /// Where the container has the volume.
        package var path: String
        /// The size of the claim. It can grow where the StorageClass allows it; no volume becomes smaller than it is.
        package var size: JSONValue
        /// The StorageClass of the claim; the default of the cluster where nothing is said. It can't be changed.
        package var storageClass: String?
        /// Whether one node or several can mount the volume. It can't be changed.
        package var accessMode: AccessMode
        /// What becomes of the claim when the volume or its component is taken out of the list.
        package var onRemove: Removal
    }

    /// The type of `spec.components[].placement`.
    package struct Placement: Sendable, Hashable, Codable {
        /// Whether the pods shall, or must, be on different nodes. The tier's where nothing is said.
        package var spread: Spread?
        /// The node label whose values are the domains that the pods are spread over.
        package var topologyKey: String
        /// Labels of the nodes that the pods may run on.
        package var nodeSelector: [String: String]?
        /// Tolerations as in a Pod. One for a lost node takes the place of nodeFailureSeconds.
        package var tolerations: [JSONObject]?
    }

    /// The type of `spec.components[].placement.spread`.
    package enum Spread: String, Sendable, Hashable, Codable, CaseIterable {
        case none = "None"
        case preferred = "Preferred"
        case required = "Required"
    }

    /// The type of `spec.components[].metrics`.
    package struct Metrics: Sendable, Hashable, Codable {
        /// A port of the container. One that is not in ports becomes the Service's port metrics.
        package var port: Int
        /// The HTTP path of the metrics.
        package var path: String
        /// How often Prometheus scrapes the metrics, as a duration of Prometheus such as 30s.
        package var interval: String
    }

    /// The type of `spec.components[].connectsTo[]`.
    package struct Peer: Sendable, Hashable, Codable {
        /// The type of `spec.components[].connectsTo[].ports[]`.
        package struct Port: Sendable, Hashable, Codable {
            /// The number of the port.
            package var port: Int
            /// The transport protocol of the port.
            package var `protocol`: TransportProtocol
        }

        /// The name of a component of this environment. Both sides are opened.
        package var component: String?
        /// Another namespace, whose pods the component may reach at ports. That namespace has to let it in.
        package var namespace: String?
        /// Labels of the pods of the other namespace; all of its pods where nothing is said.
        package var podLabels: [String: String]?
        /// A range of addresses that the component may reach at ports.
        package var cidr: String?
        /// Ports of the pods of the other side, not of their Service. All ports of a component where nothing is said.
        package var ports: [Port]?
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
            /// How the path is compared, as in an Ingress.
            package var pathType: PathType
            /// The name of the component.
            package var component: String
            /// The name of one of the component's ports.
            package var port: String
        }

        /// The host name. It belongs to the oldest environment that names it; wildcards count.
        package var host: String
        /// Which component answers which path of the host.
        package var paths: [Path]
        /// The IngressClass, such as traefik, haproxy or nginx; the default of the cluster where nothing is said.
        package var className: String?
        /// The ClusterIssuer of cert-manager that signs the certificate.
        package var clusterIssuer: String?
        /// The Secret of the certificate; <host>-tls with a clusterIssuer. Without it and without clusterIssuer there
        /// is no TLS.
        package var tlsSecretName: String?
        /// Annotations of the Ingress, for its controller. They stand above those that the operator sets.
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
            /// Addresses of the nodes, for a controller on the network of its node.
            package var cidrs: [String]?
        }

        /// The type of `spec.network.dns`.
        package struct DNS: Sendable, Hashable, Codable {
            /// The namespace of the DNS server.
            package var namespace: String
            /// Labels of the pods of the DNS server.
            package var podLabels: [String: String]
            /// Addresses that names are resolved at beside these pods: that of a NodeLocal DNSCache, such as
            /// 169.254.20.10/32, and the DNS Service's own where that cache answers for it.
            package var cidrs: [String]?
        }

        /// Deny: only what is declared. Namespace: also every pod of the namespace. Allow: everybody.
        package var ingress: IngressMode
        /// Declared: DNS and connectsTo. Internet: also every address that is not private. Allow: everything. The
        /// tier's where nothing is said.
        package var egress: EgressMode?
        /// The pods that requests from outside come from. Where nothing is said, the classes nginx and haproxy also let
        /// in their controllers where their own guides install them.
        package var ingressController: IngressController
        /// The namespace of the Prometheus that may reach metrics.
        package var prometheusNamespace: String
        /// Where names are resolved. Every pod may reach it over UDP and TCP 53.
        package var dns: DNS
    }

    /// The type of `spec.observability`.
    package struct Observability: Sendable, Hashable, Codable {
        /// A ServiceMonitor for each component with metrics. The tier's where nothing is said.
        package var serviceMonitor: Bool?
        /// A PrometheusRule with the alerts of all components. The tier's where nothing is said.
        package var alerts: Bool?
        /// Labels of the ServiceMonitors and the PrometheusRule, by which Prometheus finds them. The same keys are
        /// refused as in inheritedMetadata.labels.
        package var labels: [String: String]
        /// Where traces go, such as http://tempo.monitoring.svc:4318. Sets OTEL_EXPORTER_OTLP_ENDPOINT,
        /// OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES unless env has them, and opens the way there.
        package var otlpEndpoint: String?
    }

    /// The type of `status`.
    package struct Status: Sendable, Hashable, Codable {
        /// The generation of the spec that this status is about; -1 until the operator has seen the object.
        package var observedGeneration: Int64?
        /// The last value of the annotation quartermaster.dev/requestedAt that was acted on. Set the annotation to have
        /// the object reconciled now.
        package var lastHandledReconcileAt: String?
        /// The name of the namespace of the environment.
        package var namespace: String?
        /// The version of the tier's defaults that is in use.
        package var defaultsVersion: Int?
        /// Components with all of their pods ready, such as 3/4.
        package var componentsReady: String?
        /// Where the environment is reached, without wildcards and hosts that somebody else has.
        package var urls: [String]?
        /// The last change of the spec that was seen; a preview's time counts from it.
        package var specChange: SpecChange?
        /// When the preview is deleted.
        package var expiresAt: Timestamp?
        /// What was found of each component.
        package var components: [ComponentStatus]?
        /// How the need of the components compares with the quotas of the namespace.
        package var quota: QuotaStatus?
        /// What the operator has made, but for the namespace. It deletes what is not wanted any more.
        package var inventory: [InventoryEntry]?
        /// What was found: Ready, NamespaceReady, QuotaSufficient, SecretsResolved, AutoscalingReady, NetworkReady,
        /// IngressReady, ObservabilityReady, ComponentsAvailable and, in a deletion, DeletionBlocked; Reconciling or
        /// Stalled while True.
        package var conditions: [Condition]?
    }

    /// The type of `status.specChange`.
    package struct SpecChange: Sendable, Hashable, Codable {
        /// The generation of the spec after the change.
        package var generation: Int64
        /// When the change was seen.
        package var time: Timestamp
    }

    /// The type of `status.components[]`.
    package struct ComponentStatus: Sendable, Hashable, Codable {
        /// The name of the component.
        package var name: String
        /// The image that the component is meant to run.
        package var image: String?
        /// Pods wanted, by the spec or by the autoscaler.
        package var desired: Int?
        /// Pods that are ready.
        package var ready: Int?
        /// A hash of the configuration that the pods are meant to have.
        package var configHash: String?
        /// What the component waits for; empty where it is as it should be.
        package var message: String?
    }

    /// The type of `status.quota`.
    package struct QuotaStatus: Sendable, Hashable, Codable {
        /// What is used of the quota of the environment, by the entries of a ResourceQuota.
        package var used: [String: String]?
        /// What the components need at their largest, surge and autoscaling included, by the entries of a
        /// ResourceQuota.
        package var required: [String: String]?
        /// What is missing, by the entries of a ResourceQuota; absent where everything fits. No roll-out begins until
        /// then.
        package var shortfall: [String: String]?
    }
}
