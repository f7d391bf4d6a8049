internal import KubeAPI

extension ResolvedEnvironment {
    /// The addresses of the environment. Each entry has an Ingress of its own so that one that is refused takes no other along.
    func ingresses() throws -> [DesiredChild] {
        try (spec.ingress ?? []).flatMap { ingress -> [DesiredChild] in
            let hosts = ingress.hosts.filter { !inputs.lostHosts.contains($0) }
            guard !hosts.isEmpty else { return [] }
            return try ingress.routes.map { route in
                let paths = JSONValue.array(route.paths.compactMap(path))
                return try child(
                    .ingress, named: route.name, annotations: route.annotations,
                    [
                        "spec": .compact([
                            "ingressClassName": ingress.className.map(JSONValue.string),
                            "tls": ingress.secretName.map {
                                [["hosts": .array(hosts.map(JSONValue.string)), "secretName": .string($0)]]
                            },
                            "rules": .array(hosts.map { ["host": .string($0), "http": ["paths": paths]] }),
                        ])
                    ])
            }
        }
    }

    private func path(_ path: AppEnvironment.Ingress.Path) -> JSONValue? {
        guard let port = component(path.component)?.ports.first(where: { $0.name == path.port }) else { return nil }
        return [
            "path": .string(path.path),
            "pathType": .string(path.pathType.rawValue),
            "backend": [
                "service": ["name": .string(path.component), "port": ["number": .integer(Int64(port.port))]]
            ],
        ]
    }

    /// Where the environment is reached; a wildcard is no address.
    package func urls(without conflicts: Set<String> = []) -> [String] {
        (spec.ingress ?? []).flatMap { ingress in
            let shortest = ingress.paths.map(\.path).min { $0.count < $1.count } ?? "/"
            return ingress.hosts.filter { !conflicts.contains($0) && !$0.hasPrefix("*") }.map { host in
                "\(ingress.secretName == nil ? "http" : "https")://\(host)\(shortest == "/" ? "" : shortest)"
            }
        }
    }
}

extension AppEnvironment.Ingress {
    /// All hosts of the entry. The first one names what is made for it.
    package var hosts: [String] { [host] + (additionalHosts ?? []) }

    /// What the Ingress is called that the entry has in any case.
    var mainName: String { plainHost }

    /// A host can be a name, but for the star of a wildcard.
    private var plainHost: String { host.hasPrefix("*") ? "wildcard\(host.dropFirst())" : host }

    /// One of the Ingresses of an entry.
    struct Route: Sendable, Hashable {
        var name: String
        var annotations: [String: String]
        var paths: [Path]
    }

    /// One Ingress for each path with annotations of its own, since controllers take them for the whole of it, and one for all
    /// others. That comes last: what moves out of it is there already.
    var routes: [Route] {
        let apart = paths.filter { $0.annotations?.isEmpty == false }
        let main = paths.filter { $0.annotations?.isEmpty != false }
        // One has the name of the host, whatever its paths: it is the one that asks for the certificate.
        guard let first = main.isEmpty ? apart.first : nil else {
            return apart.map(route) + [Route(name: plainHost, annotations: controllerAnnotations, paths: main)]
        }
        let annotations = controllerAnnotations.merging(first.annotations ?? [:]) { $1 }
        return apart.dropFirst().map(route) + [Route(name: plainHost, annotations: annotations, paths: [first])]
    }

    private func route(_ path: Path) -> Route {
        let hash = ChildName.stableHash("\(path.pathType.rawValue) \(path.path)")
        return Route(
            name: ChildName.joined(plainHost, hash, limit: 253),
            annotations: controllerAnnotations.filter { !Self.isOfTheWholeHost($0.key) }
                .merging(path.annotations ?? [:]) { $1 },
            paths: [path])
    }

    /// What one Ingress of the host says for all of them: names of hosts, and who issues the certificate.
    private static func isOfTheWholeHost(_ key: String) -> Bool {
        let domain = key.prefix { $0 != "/" }
        return HostName.annotationKeys.contains(key) || key == "kubernetes.io/tls-acme" || domain == "cert-manager.io"
            || domain.hasSuffix(".cert-manager.io")
    }

    /// The Secret of the certificate; `nil`: no TLS.
    package var secretName: String? { tlsSecretName ?? clusterIssuer.map { _ in "\(plainHost.prefix(249))-tls" } }

    /// What the controller has to be told beside the Ingress' own fields. The user's word stands above it.
    var controllerAnnotations: [String: String] {
        var own: [String: String] = [:]
        if let clusterIssuer { own["cert-manager.io/cluster-issuer"] = clusterIssuer }
        // Traefik takes an Ingress on every entry point, and without TLS there, unless it is told. HAProxy and nginx
        // go by `spec.tls`.
        if secretName != nil, className == "traefik" || className?.hasPrefix("traefik-") == true {
            own["traefik.ingress.kubernetes.io/router.entrypoints"] = "websecure"
            own["traefik.ingress.kubernetes.io/router.tls"] = "true"
        }
        return own.merging(annotations ?? [:]) { $1 }
    }
}
