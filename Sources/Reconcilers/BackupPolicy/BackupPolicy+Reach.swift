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

extension BackupPolicy {
    /// Where every pod of the policy has to get to.
    var destinationReach: Set<Reach> {
        let webhook: Set<Reach> = spec.alerting.webhookSecretRef == nil ? [] : [.unknown]
        return spec.destinations.reduce(into: webhook) { $0.formUnion(reach(of: $1)) }
    }

    /// Where the pods of one source have to get to beside that.
    func sourceReach(of source: Source) -> Set<Reach> {
        // Where a CNI looks before the Service's address is translated it is 443; 6443 is what most servers listen on.
        let usesAPI = source.manifests != nil || (spec.hooks != nil && source.velero == nil)
        let own = Set(usesAPI ? ([443, 6443] + serverPorts).map(Reach.port) : [])
        return own.union(source.postgres.map { [reach(host: $0.host, port: $0.port)] } ?? [])
    }

    private func reach(of destination: Destination) -> Set<Reach> {
        if let s3 = destination.s3 { return [reach(address: s3.endpoint)] }
        if let borg = destination.borg { return reach(borg: borg.repository) }
        if let restic = destination.restic { return reach(restic: restic.repository) }
        return [.unknown]
    }

    private func reach(borg repository: String) -> Set<Reach> {
        if repository.hasPrefix("ssh://") { return [reach(address: repository)] }
        guard !repository.hasPrefix("/"), let at = repository.firstIndex(of: "@") else { return [] }
        return [reach(host: String(repository[repository.index(after: at)...].prefix { $0 != ":" }), port: 22)]
    }

    /// Source: restic, "Preparing a new repository".
    private func reach(restic repository: String) -> Set<Reach> {
        if repository.hasPrefix("/") { return [] }
        guard let colon = repository.firstIndex(of: ":") else { return [.unknown] }
        let rest = String(repository[repository.index(after: colon)...])
        switch repository[..<colon] {
        case "rest": return [reach(address: rest)]
        case "s3": return [reach(address: rest.contains("://") ? rest : "https://\(rest)")]
        case "b2", "azure", "gs": return [.port(443)]
        case "sftp" where rest.hasPrefix("//"): return [reach(address: "ssh:\(rest)")]
        case "sftp": return reach(borg: rest)
        default: return [.unknown]
        }
    }

    /// - Parameter address: `scheme://[user@]host[:port][/…]`.
    private func reach(address: String) -> Reach {
        let ports = ["https": 443, "http": 80, "ssh": 22]
        guard let mark = address.firstRange(of: "://"), let standard = ports[String(address[..<mark.lowerBound])] else {
            return .unknown
        }
        var host = address[mark.upperBound...].prefix { $0 != "/" }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        // An IPv6 address stands in brackets.
        let end = host.lastIndex(of: "]") ?? host.startIndex
        guard let colon = host[end...].lastIndex(of: ":") else { return reach(host: String(host), port: standard) }
        guard let port = Int(host[host.index(after: colon)...]) else { return .unknown }
        return reach(host: String(host[..<colon]), port: port)
    }

    private func reach(host: String, port: Int) -> Reach {
        let labels = host.split(separator: ".")
        // `name.namespace.svc` with or without the cluster's domain; a name alone is of the policy's namespace.
        if labels.count >= 3, labels[2] == "svc" { return .namespace(String(labels[1])) }
        if labels.count == 1, !host.contains(":"), host != "localhost" {
            return .namespace(metadata.namespace ?? "")
        }
        return .port(port)
    }
}
