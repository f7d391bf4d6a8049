package import KubeAPI

/// One pool of workers spread over the regions of a cluster.
///
/// The fields without `?` have defaults in the CRD: `RegionalWorkerPool.init(defaulting:)` fills them in where a
/// server has not.
package struct RegionalWorkerPool: OwnResource, Hashable {
    package static let resourceType = ResourceType(
        group: "quartermaster.dev", version: "v1alpha1", kind: "RegionalWorkerPool", plural: "regionalworkerpools")
    package static let ownerLabelKey = LabelKey.regionalWorkerPool
    package static let childComponent = "worker"
    package static let definition = CustomResource.regionalWorkerPool

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package var inheritedMetadata: InheritedMetadata? { spec.inheritedMetadata }

    package struct Spec: Sendable, Hashable, Codable {
        package var suspend: Bool
        package var inheritedMetadata: InheritedMetadata?
        package var regions: [RegionSpec]
        /// Pods per region.
        package var replicas: Int
        package var nodes: NodeSettings
        /// The PodTemplateSpec as the user wrote it.
        package var template: JSONObject
        package var regionEnvName: String
        /// ResourceRequirements of the worker where the template has none.
        package var resources: JSONObject
        package var runtime: Runtime
        /// `nil`: every region has `replicas` pods.
        package var scaling: Scaling?
        package var placement: Placement
        package var disruption: Disruption
        package var network: Network
        package var monitoring: Monitoring?
    }

    package struct RegionSpec: Sendable, Hashable, Codable {
        package var name: String
        package var nodeSelector: LabelSelector
        package var enabled: Bool
        package var replicas: Int?
        package var minReplicas: Int?
        package var maxReplicas: Int?
        package var runtime: Runtime?
        package var nodes: NodeOverrides?
        /// EnvVars as the user wrote them.
        package var env: [JSONObject]?
    }

    package struct NodeSettings: Sendable, Hashable, Codable {
        package var labels: [String: String]
        package var regionLabelKey: String
        package var taints: [Taint]
        package var lockOutPolicy: LockOutPolicy
        package var onRelease: ReleasePolicy
    }

    package struct NodeOverrides: Sendable, Hashable, Codable {
        package var labels: [String: String]?
        package var regionLabelKey: String?
        package var taints: [Taint]?
        package var onRelease: ReleasePolicy?
    }

    package struct Placement: Sendable, Hashable, Codable {
        package var spread: Spread
        package var priorityClass: PriorityClassRequest?
    }

    package struct PriorityClassRequest: Sendable, Hashable, Codable {
        package var name: String
        package var value: Int?
        package var create: Bool
    }

    package struct Spread: Sendable, Hashable, Codable {
        package var topologyKey: String
        package var maxSkew: Int
        package var whenUnsatisfiable: String
    }

    /// One of the two is set.
    package struct Disruption: Sendable, Hashable, Codable {
        package var maxUnavailable: IntOrString?
        package var minAvailable: IntOrString?
    }
}

/// What happens to taints that would lock others out of the cluster.
package enum LockOutPolicy: String, Sendable, Hashable, Codable {
    /// They are held back, and the pool says why.
    case refuse = "Refuse"
    /// They are written.
    case allow = "Allow"
}

/// What happens to a node that leaves the pool.
package enum ReleasePolicy: String, Sendable, Hashable, Codable {
    /// The labels and taints that the pool had set go, and what they had replaced comes back.
    case removeOwned = "RemoveOwned"
    /// The node stays as it is, only the claim goes.
    case retain = "Retain"
}
