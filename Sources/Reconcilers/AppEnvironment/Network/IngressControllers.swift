internal import KubeAPI

/// Where the controllers of ingress classes are, as their own installation guides have them.
enum IngressControllers {
    private struct Place {
        var name: String
        var namespace: String
        var labels: [String: String]
    }

    /// Source: the manifests and charts of Traefik in K3s, of ingress-nginx and of HAProxy's Kubernetes Ingress Controller.
    private static let places = [
        Place(name: "traefik", namespace: "kube-system", labels: ["app.kubernetes.io/name": "traefik"]),
        Place(name: "nginx", namespace: "ingress-nginx", labels: ["app.kubernetes.io/name": "ingress-nginx"]),
        Place(
            name: "haproxy", namespace: "haproxy-controller", labels: ["app.kubernetes.io/name": "kubernetes-ingress"]),
    ]

    private static func place(_ className: String) -> Place? {
        places.first { className == $0.name || className.hasPrefix("\($0.name)-") }
    }

    /// Whether the spec says nothing of the controller: what stands there is the CRD's default.
    fileprivate static func isDefault(_ controller: AppEnvironment.Network.IngressController) -> Bool {
        controller.namespace == places[0].namespace && controller.podSelector == places[0].labels
            && (controller.cidrs ?? []).isEmpty
    }

    /// Where the controller of a class is, where the default is not it and it is known.
    fileprivate static func other(_ className: String) -> NetworkPolicyRule.Peer? {
        guard let place = place(className), place.name != places[0].name else { return nil }
        return .namespace(place.namespace, pods: place.labels)
    }

    fileprivate static func isKnown(_ className: String) -> Bool { place(className) != nil }
}

extension ResolvedEnvironment {
    /// Where requests for an ingress come from.
    func controllerPeers(of ingress: AppEnvironment.Ingress) -> [NetworkPolicyRule.Peer] {
        let controller = spec.network.ingressController
        // The default is Traefik's. A class that says otherwise would be shut out by it.
        let other = IngressControllers.isDefault(controller) ? ingress.className.flatMap(IngressControllers.other) : nil
        // A controller on the host's network has its node's address, and no selector finds it.
        return [.namespace(controller.namespace, pods: controller.podSelector)] + [other].compactMap(\.self)
            + (controller.cidrs ?? []).map { .addresses($0) }
    }

    /// Classes whose controller nobody has named: requests are let in from where Traefik is, which may not serve them.
    var unknownClasses: [String] {
        let controller = spec.network.ingressController
        guard spec.network.ingress != .allow, IngressControllers.isDefault(controller) else { return [] }
        return Set((spec.ingress ?? []).compactMap(\.className)).filter { !IngressControllers.isKnown($0) }.sorted()
    }

    /// cert-manager answers challenges over HTTP by pods of its own in the namespace, which `default-deny` is for too.
    ///
    /// No component's policy has this name: those begin with `allow-`.
    func solverPolicy() throws -> [DesiredChild] {
        let signed = (spec.ingress ?? []).filter(\.isSigned)
        guard spec.network.ingress != .allow, !signed.isEmpty else { return [] }
        let peers = signed.map(controllerPeers).reduce(into: [NetworkPolicyRule.Peer]()) { all, peers in
            all += peers.filter { !all.contains($0) }
        }
        return [
            try .networkPolicy(
                of: environment, named: "acme-challenges",
                NetworkPolicySpec(
                    podLabels: [LabelKey.challengeSolver: "true"],
                    ingress: [NetworkPolicyRule(peers, ports: [.tcp(ChallengeSolver.port)])]))
        ]
    }

    /// The pods of challenges, one for each host at a time.
    var solverPods: [SiblingPods] {
        (spec.ingress ?? []).filter(\.isSigned).map {
            SiblingPods(template: ChallengeSolver.template, count: $0.hosts.count)
        }
    }
}

/// The pods by which cert-manager answers HTTP-01 challenges. Source: cert-manager, `pkg/issuer/acme/http` and the flags
/// `--acme-http01-solver-resource-…` of its controller.
enum ChallengeSolver {
    static let port = 8089
    static let requests = ["cpu": "10m", "memory": "64Mi"]
    static let limits = ["cpu": "100m", "memory": "64Mi"]

    fileprivate static let template: JSONObject = [
        "spec": ["containers": [["resources": ["requests": .strings(requests), "limits": .strings(limits)]]]]
    ]
}

extension AppEnvironment.Ingress {
    /// Whether cert-manager is asked for the certificate, by our field or by annotations of its own. Source: cert-manager,
    /// "Annotated Ingress resource".
    var isSigned: Bool {
        guard secretName != nil else { return false }
        let annotations = controllerAnnotations
        return annotations["cert-manager.io/cluster-issuer"] != nil || annotations["cert-manager.io/issuer"] != nil
            || annotations["kubernetes.io/tls-acme"] == "true"
    }
}
