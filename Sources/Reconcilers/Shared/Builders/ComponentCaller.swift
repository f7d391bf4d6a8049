internal import KubeAPI

/// Pods of a pool or a policy that its spec sends to a component of the environment whose namespace it is in.
///
/// Specs are looked at and nothing else, and those of the namespace alone: whoever may write one there may run pods there. No
/// label opens a way.
package struct ComponentCaller: Sendable, Hashable {
    package enum Ports: Sendable, Hashable {
        /// Of the Service.
        case service(Int)
        /// Of the pods, over TCP.
        case pods([Int])
        case all
    }

    /// Such as `BackupPolicy nightly`.
    package var name: String
    package var podLabels: [String: String]
    package var component: String
    package var ports: Ports
}

extension Component {
    /// The ports that a caller may reach, of those that the component has itself: nobody else declares more.
    func ports(for caller: ComponentCaller) -> [NetworkPolicyRule.Port] {
        let open =
            switch caller.ports {
            case .service(let number): ports.filter { $0.port == number && $0.transport == .tcp }
            case .pods(let numbers): ports.filter { numbers.contains($0.containerPort) && $0.transport == .tcp }
            case .all: ports
            }
        return open.map { NetworkPolicyRule.Port($0.containerPort, $0.transport) }
    }
}
