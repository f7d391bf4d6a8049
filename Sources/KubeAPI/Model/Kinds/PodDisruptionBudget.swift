/// Bounds how many pods a drain may take at a time. Source: Kubernetes API reference, PodDisruptionBudget policy/v1.
package struct PodDisruptionBudget: KubernetesObject, Hashable {
    package static let resourceType = ResourceType.podDisruptionBudget

    package enum UnhealthyPodEvictionPolicy: String, Sendable, Codable {
        case ifHealthyBudget = "IfHealthyBudget"
        /// Pods that are not ready never block a drain.
        case alwaysAllow = "AlwaysAllow"
    }

    package struct Spec: Sendable, Hashable, Codable {
        /// Only one of `minAvailable` and `maxUnavailable` may be set.
        package var minAvailable: IntOrString?
        package var maxUnavailable: IntOrString?
        package var selector: LabelSelector?
        package var unhealthyPodEvictionPolicy: UnhealthyPodEvictionPolicy?

        package init(
            minAvailable: IntOrString? = nil, maxUnavailable: IntOrString? = nil, selector: LabelSelector?,
            unhealthyPodEvictionPolicy: UnhealthyPodEvictionPolicy? = nil
        ) {
            self.minAvailable = minAvailable
            self.maxUnavailable = maxUnavailable
            self.selector = selector
            self.unhealthyPodEvictionPolicy = unhealthyPodEvictionPolicy
        }
    }

    package struct Status: Sendable, Hashable, Codable {
        package var observedGeneration: Int64?
        package var disruptionsAllowed: Int?
        package var currentHealthy: Int?
        package var desiredHealthy: Int?
        package var expectedPods: Int?
    }

    package var metadata: ObjectMeta
    package var spec: Spec
    package var status: Status?

    package init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}
