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

extension BackupPolicy {
    /// A Service that pods of the policy have to get to.
    struct Call: Sendable, Hashable {
        var host: ServiceHost
        var port: Int
        /// `nil`: pods of every source.
        var source: String?
    }

    var calls: [Call] {
        let ofSources = ownSources.flatMap { source in
            sourceEndpoints(of: source).compactMap { call($0, from: source.name) }
        }
        // In an order that is always the same.
        return ofSources
            + destinationEndpoints.compactMap { call($0, from: nil) }.sorted {
                ($0.host.name, $0.port) < ($1.host.name, $1.port)
            }
    }

    private func call(_ endpoint: Endpoint, from source: String?) -> Call? {
        guard !ownSources.isEmpty, case .host(let text, let port) = endpoint,
            let host = ServiceHost(text, from: metadata.namespace ?? "")
        else { return nil }
        return Call(host: host, port: port, source: source)
    }

    /// The pods that make a call.
    func podLabels(of call: Call) -> [String: String] {
        call.source.map(runLabels) ?? [LabelKey.backupPolicy: ChildName.labelValue(metadata.name ?? "")]
    }

    var callers: [ComponentCaller] {
        calls.filter { $0.host.namespace == metadata.namespace }.map { call in
            ComponentCaller(
                name: "\(Self.resourceType.kind) \(metadata.name ?? "")", podLabels: podLabels(of: call),
                component: call.host.name, ports: .service(call.port))
        }
    }
}

extension RegionalWorkerPool {
    var callers: [ComponentCaller] {
        (spec.network.connectsTo ?? []).map { peer in
            ComponentCaller(
                name: "\(Self.resourceType.kind) \(metadata.name ?? "")", podLabels: podSelector,
                component: peer.component, ports: peer.ports.map(ComponentCaller.Ports.pods) ?? .all)
        }
    }
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
