internal import KubeAPI

extension ResolvedEnvironment {
    /// The addresses of the environment, each an Ingress of its own so that one that is refused takes no other along.
    func ingresses() throws -> [DesiredChild] {
        try (spec.ingress ?? []).filter { !inputs.lostHosts.contains($0.host) }.map { ingress in
            try child(
                .ingress, named: ingress.objectName, annotations: ingress.controllerAnnotations,
                [
                    "spec": .compact([
                        "ingressClassName": ingress.className.map(JSONValue.string),
                        "tls": ingress.secretName.map {
                            [["hosts": [.string(ingress.host)], "secretName": .string($0)]]
                        },
                        "rules": [
                            [
                                "host": .string(ingress.host),
                                "http": ["paths": .array(ingress.paths.compactMap(path))],
                            ]
                        ],
                    ])
                ])
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
        (spec.ingress ?? []).filter { !conflicts.contains($0.host) && !$0.host.hasPrefix("*") }.map { ingress in
            let shortest = ingress.paths.map(\.path).min { $0.count < $1.count } ?? "/"
            return "\(ingress.secretName == nil ? "http" : "https")://\(ingress.host)\(shortest == "/" ? "" : shortest)"
        }
    }
}

extension AppEnvironment.Ingress {
    /// A host can be a name, but for the star of a wildcard.
    private var plainHost: String { host.hasPrefix("*") ? "wildcard\(host.dropFirst())" : host }

    var objectName: String { plainHost }

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
