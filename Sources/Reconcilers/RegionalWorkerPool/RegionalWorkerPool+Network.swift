package import KubeAPI

extension RegionalWorkerPool {
    /// What the pods may be reached on, and what they may reach.
    package struct Network: Sendable, Hashable, Codable {
        /// A component of the AppEnvironment that the pool shares its namespace with.
        package struct Peer: Sendable, Hashable, Codable {
            package var component: String
            /// TCP ports of the component's pods; `nil`: all ports of the component.
            package var ports: [Int]?
        }

        package var enabled: Bool
        package var ingressPorts: [Int]
        package var egressPorts: [Int]
        package var exceptCIDRs: [String]
        package var connectsTo: [Peer]?
        /// NetworkPolicyIngressRules as the user wrote them.
        package var extraIngress: [JSONObject]?
        /// NetworkPolicyEgressRules as the user wrote them.
        package var extraEgress: [JSONObject]?
    }
}
