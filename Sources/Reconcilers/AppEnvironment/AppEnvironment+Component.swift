package import KubeAPI

extension AppEnvironment {
    /// One component as the user wrote it; `Component` is what the builders work with.
    package struct ComponentSpec: Sendable, Hashable, Codable {
        package var name: String
        package var image: String
        package var command: [String]?
        package var args: [String]?
        package var replicas: Int?
        package var autoscaling: Autoscaling?
        package var ports: [Port]?
        /// EnvVars as the user wrote them.
        package var env: [JSONObject]?
        /// EnvFromSources as the user wrote them.
        package var envFrom: [JSONObject]?
        package var config: [String: String]?
        package var secrets: [SecretEnvironment]?
        package var resources: Resources?
        package var probes: Probes
        package var volumes: [Volume]?
        package var placement: Placement
        package var nodeFailureSeconds: Int?
        package var pdb: Switch
        package var priorityClassName: String?
        package var metrics: Metrics?
        package var connectsTo: [Peer]?
        /// Fields of a PodSecurityContext and of a container's SecurityContext.
        package var securityContext: JSONObject?
        /// A PodTemplateSpec that is laid over ours.
        package var template: JSONObject?
    }

    package enum Switch: String, Sendable, Hashable, Codable {
        case auto = "Auto"
        case off = "Off"
    }

    package struct Autoscaling: Sendable, Hashable, Codable {
        package var min: Int?
        package var max: Int
        /// Percent of the request.
        package var cpu: Int?
        /// Percent of the request.
        package var memory: Int?
    }

    package struct Port: Sendable, Hashable, Codable {
        package var name: String
        package var port: Int
        /// `nil`: `port`.
        package var targetPort: Int?
        package var `protocol`: TransportProtocol
    }

    package enum TransportProtocol: String, Sendable, Hashable, Codable {
        case tcp = "TCP"
        case udp = "UDP"
    }

    package struct SecretEnvironment: Sendable, Hashable, Codable {
        package var name: String
        package var optional: Bool
    }

    /// Quantities by the names of resources.
    package struct Resources: Sendable, Hashable, Codable {
        package var requests: [String: JSONValue]?
        package var limits: [String: JSONValue]?
    }

    package struct Probes: Sendable, Hashable, Codable {
        package var defaults: Switch
        /// Probes as the user wrote them.
        package var readiness: JSONObject?
        package var liveness: JSONObject?
        package var startup: JSONObject?
    }

    package struct Volume: Sendable, Hashable, Codable {
        package enum AccessMode: String, Sendable, Hashable, Codable {
            case readWriteOnce = "ReadWriteOnce"
            case readWriteMany = "ReadWriteMany"
        }

        package enum Removal: String, Sendable, Hashable, Codable {
            case retain = "Retain"
            case delete = "Delete"
        }

        package var name: String
        package var path: String
        /// A quantity.
        package var size: JSONValue
        package var storageClass: String?
        package var accessMode: AccessMode
        package var onRemove: Removal
    }

    package struct Placement: Sendable, Hashable, Codable {
        package var spread: Spread?
        package var topologyKey: String
        package var nodeSelector: [String: String]?
        /// Tolerations as the user wrote them.
        package var tolerations: [JSONObject]?
    }

    package enum Spread: String, Sendable, Hashable, Codable {
        case none = "None"
        case preferred = "Preferred"
        case required = "Required"
    }

    package struct Metrics: Sendable, Hashable, Codable {
        /// A port of the container.
        package var port: Int
        package var path: String
        package var interval: String
    }

    /// One of component, namespace and cidr is set.
    package struct Peer: Sendable, Hashable, Codable {
        package struct Port: Sendable, Hashable, Codable {
            package var port: Int
            package var `protocol`: TransportProtocol
        }

        package var component: String?
        package var namespace: String?
        package var podLabels: [String: String]?
        package var cidr: String?
        /// `nil`: all ports of the component.
        package var ports: [Port]?
    }
}
