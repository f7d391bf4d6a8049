internal import KubeAPI

/// Where pods have to get to over the network, as far as the spec says it.
enum Reach: Sendable, Hashable {
    /// A Service: its pods are in this namespace, their ports are not known.
    case namespace(String)
    /// Any address: names of hosts mean nothing to a NetworkPolicy.
    case port(Int)
    /// The address is in a Secret, or its port follows from something that is not in the spec.
    case unknown
}

/// What a spec says of where its pods have to get to.
enum Endpoint: Sendable, Hashable {
    case host(String, port: Int)
    /// Of a provider, whose addresses are its own matter.
    case provider(port: Int)
    case unknown
}

extension ResolvedPolicy {
    /// Where every pod of the policy has to get to.
    var destinationReach: Set<Reach> { Set(policy.destinationEndpoints.map(reach)) }

    /// Where the pods of one source have to get to beside that.
    func sourceReach(of source: BackupPolicy.Source) -> Set<Reach> {
        // Where a CNI looks before the Service's address is translated it is 443; 6443 is what most servers listen on.
        let usesAPI = source.manifests != nil || (spec.hooks != nil && source.velero == nil)
        let own = Set(usesAPI ? ([443, 6443] + inputs.serverPorts).map(Reach.port) : [])
        return own.union(policy.sourceEndpoints(of: source).map(reach))
    }

    private func reach(_ endpoint: Endpoint) -> Reach {
        switch endpoint {
        case .unknown: return .unknown
        case .provider(let port): return .port(port)
        case .host(let host, let port):
            // The short form with a namespace may as well be a public name.
            guard let service = ServiceHost(host, from: namespace), !service.isAmbiguous else {
                return .port(port)
            }
            return .namespace(service.namespace)
        }
    }
}

extension BackupPolicy {
    var destinationEndpoints: Set<Endpoint> {
        let webhook: Set<Endpoint> = spec.alerting.webhookSecretRef == nil ? [] : [.unknown]
        return spec.destinations.reduce(into: webhook) { $0.formUnion(endpoints(of: $1)) }
    }

    func sourceEndpoints(of source: Source) -> Set<Endpoint> {
        source.postgres.map { [.host($0.host, port: $0.port)] } ?? []
    }

    private func endpoints(of destination: Destination) -> Set<Endpoint> {
        if let s3 = destination.s3 { return [endpoint(address: s3.endpoint)] }
        if let borg = destination.borg { return endpoints(borg: borg.repository) }
        if let restic = destination.restic { return endpoints(restic: restic.repository) }
        return [.unknown]
    }

    private func endpoints(borg repository: String) -> Set<Endpoint> {
        if repository.hasPrefix("ssh://") { return [endpoint(address: repository)] }
        guard !repository.hasPrefix("/"), let at = repository.firstIndex(of: "@") else { return [] }
        return [.host(String(repository[repository.index(after: at)...].prefix { $0 != ":" }), port: 22)]
    }

    /// Source: restic, "Preparing a new repository".
    private func endpoints(restic repository: String) -> Set<Endpoint> {
        if repository.hasPrefix("/") { return [] }
        guard let colon = repository.firstIndex(of: ":") else { return [.unknown] }
        let rest = String(repository[repository.index(after: colon)...])
        switch repository[..<colon] {
        case "rest": return [endpoint(address: rest)]
        case "s3": return [endpoint(address: rest.contains("://") ? rest : "https://\(rest)")]
        case "b2", "azure", "gs": return [.provider(port: 443)]
        case "sftp" where rest.hasPrefix("//"): return [endpoint(address: "ssh:\(rest)")]
        case "sftp": return endpoints(borg: rest)
        default: return [.unknown]
        }
    }

    /// - Parameter address: `scheme://[user@]host[:port][/…]`.
    private func endpoint(address: String) -> Endpoint {
        let ports = ["https": 443, "http": 80, "ssh": 22]
        guard let mark = address.firstRange(of: "://"), let standard = ports[String(address[..<mark.lowerBound])] else {
            return .unknown
        }
        var host = address[mark.upperBound...].prefix { $0 != "/" }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        // An IPv6 address stands in brackets.
        let end = host.lastIndex(of: "]") ?? host.startIndex
        guard let colon = host[end...].lastIndex(of: ":") else { return .host(String(host), port: standard) }
        guard let port = Int(host[host.index(after: colon)...]) else { return .unknown }
        return .host(String(host[..<colon]), port: port)
    }
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
        call.source.map(runLabels) ?? Self.podSelector(ofPolicy: metadata.name ?? "")
    }

    /// The labels of all pods of a policy.
    static func podSelector(ofPolicy name: String) -> [String: String] {
        [LabelKey.backupPolicy: ChildName.labelValue(name)]
    }

    var callers: [ComponentCaller] {
        calls.filter { $0.host.namespace == metadata.namespace }.map { call in
            ComponentCaller(
                name: "\(Self.resourceType.kind) \(metadata.name ?? "")", podLabels: podLabels(of: call),
                component: call.host.name, ports: .service(call.port))
        }
    }
}
