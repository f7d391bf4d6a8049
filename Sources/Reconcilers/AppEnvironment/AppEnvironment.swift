package import KubeAPI

/// One environment of an application: a namespace and all that is in it.
///
/// The fields without `?` have defaults in the CRD: `AppEnvironment.init(defaulting:)` fills them in where a server has
/// not. What depends on the tier is filled in by `ResolvedEnvironment`.
package struct AppEnvironment: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "AppEnvironment", plural: "appenvironments",
        isNamespaced: false)
    package static let ownerLabelKey = LabelKey.appEnvironment
    package static let childComponent = "environment"
    package static let definition = CustomResource.appEnvironment
    /// Whether the children stay when the environment goes is for its deletion policy to say, and garbage collection
    /// would not ask.
    package static let childrenNameOwner = false
    package static let inventoryLimit = 960

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }
    package var childNamespace: String? { namespaceName }

    package struct Spec: Sendable, Hashable, Codable {
        package var tier: Tier
        package var suspend: Bool
        package var inheritedMetadata: InheritedMetadata?
        package var defaultsVersion: Int?
        package var namespace: NamespaceSettings
        package var deletionPolicy: DeletionPolicy?
        /// Such as `72h`; previews only.
        package var ttl: String?
        package var quota: Quota
        package var limitRange: LimitRange
        package var secretsFrom: SecretSource?
        package var imagePullSecrets: [SecretName]?
        package var access: Access
        package var components: [ComponentSpec]
        package var ingress: [Ingress]?
        package var network: Network
        package var observability: Observability
    }

    package enum Tier: String, Sendable, Hashable, Codable, CaseIterable {
        case development, staging, production, preview
    }

    package struct NamespaceSettings: Sendable, Hashable, Codable {
        package enum Adoption: String, Sendable, Hashable, Codable {
            case never = "Never"
            case ifUnmanaged = "IfUnmanaged"
        }

        /// `nil`: the name of the environment.
        package var name: String?
        package var adopt: Adoption
        package var podSecurity: PodSecurityLevel?
    }

    package enum PodSecurityLevel: String, Sendable, Hashable, Codable {
        case privileged, baseline, restricted
    }

    package enum DeletionPolicy: String, Sendable, Hashable, Codable {
        /// Everything stays and runs on.
        case retain = "Retain"
        /// The namespace, its claims and Secrets stay.
        case keepData = "KeepData"
        case delete = "Delete"
    }

    package struct Quota: Sendable, Hashable, Codable {
        package enum Mode: String, Sendable, Hashable, Codable {
            case auto = "Auto"
            case fixed = "Fixed"
            case off = "Off"
        }

        package var mode: Mode
        /// Quantities by the names of a ResourceQuota.
        package var hard: [String: JSONValue]?
        package var headroomPercent: Int
    }

    /// Quantities by `cpu` and `memory`.
    package struct LimitRange: Sendable, Hashable, Codable {
        package var enabled: Bool
        package var min: [String: JSONValue]?
        package var defaultRequest: [String: JSONValue]?
        package var `default`: [String: JSONValue]?
        package var max: [String: JSONValue]?
    }

    package struct SecretSource: Sendable, Hashable, Codable {
        package var namespace: String
        package var names: [String]
    }

    package struct SecretName: Sendable, Hashable, Codable {
        package var name: String
    }

    package struct Access: Sendable, Hashable, Codable {
        package struct Binding: Sendable, Hashable, Codable {
            package var role: String
            package var subjects: [Subject]
        }

        package struct Subject: Sendable, Hashable, Codable {
            package var kind: String
            package var name: String
            package var namespace: String?
        }

        package var deployer: Bool
        package var bindings: [Binding]?
    }
}

extension AppEnvironment {
    package struct Ingress: Sendable, Hashable, Codable {
        package struct Path: Sendable, Hashable, Codable {
            package var path: String
            package var pathType: String
            package var component: String
            /// The name of a port of the component.
            package var port: String
        }

        package var host: String
        package var paths: [Path]
        package var className: String?
        package var clusterIssuer: String?
        package var tlsSecretName: String?
        package var annotations: [String: String]?
    }

    package struct Network: Sendable, Hashable, Codable {
        package enum IngressMode: String, Sendable, Hashable, Codable {
            case deny = "Deny"
            case namespace = "Namespace"
            case allow = "Allow"
        }

        package enum EgressMode: String, Sendable, Hashable, Codable {
            case declared = "Declared"
            case internet = "Internet"
            case allow = "Allow"
        }

        package struct IngressController: Sendable, Hashable, Codable {
            package var namespace: String
            package var podSelector: [String: String]
            package var cidrs: [String]?
        }

        package struct DNS: Sendable, Hashable, Codable {
            package var namespace: String
            package var podLabels: [String: String]
            package var cidrs: [String]?
        }

        package var ingress: IngressMode
        /// `nil`: the tier's.
        package var egress: EgressMode?
        package var ingressController: IngressController
        package var prometheusNamespace: String
        package var dns: DNS
    }

    package struct Observability: Sendable, Hashable, Codable {
        /// `nil`: the tier's.
        package var serviceMonitor: Bool?
        /// `nil`: the tier's.
        package var alerts: Bool?
        package var labels: [String: String]
        package var otlpEndpoint: String?
    }
}

extension AppEnvironment {
    /// The namespace of the environment.
    package var namespaceName: String { spec.namespace.name ?? metadata.name ?? "" }
}
