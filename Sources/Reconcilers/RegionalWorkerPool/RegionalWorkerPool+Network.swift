package import KubeAPI

extension RegionalWorkerPool {
    /// What the pods may be reached on, and what they may reach.
    package struct Network: Sendable, Hashable, Codable {
        package var enabled: Bool
        package var ingressPorts: [Int]
        package var egressPorts: [Int]
        package var exceptCIDRs: [String]
        /// NetworkPolicyIngressRules as the user wrote them.
        package var extraIngress: [JSONObject]?
        /// NetworkPolicyEgressRules as the user wrote them.
        package var extraEgress: [JSONObject]?
    }
}
