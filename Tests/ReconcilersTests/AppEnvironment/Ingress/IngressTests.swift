import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Ingress of an environment")
struct IngressTests {
    private func environment(_ ingress: String) throws -> ResolvedEnvironment {
        try .fixture(
            """
            components: [{name: web, image: 'web:1', ports: [{name: http, port: 80, targetPort: 8080}]}]
            ingress: [\(ingress)]
            """)
    }

    private func ingress(_ text: String) throws -> DynamicObject {
        let paths = text.contains("paths:") ? "" : ", paths: [{component: web, port: http}]"
        return try #require(environment("{host: shop.example.com, \(text)\(paths)}").ingresses().first).object
    }

    @Test(
        "Each controller is told what it does not take from the Ingress' own fields, and nothing else",
        arguments: [
            ("className: nginx", [:]), ("className: nginx, tlsSecretName: t", [:]),
            ("className: haproxy, clusterIssuer: le", ["cert-manager.io/cluster-issuer": "le"]),
            ("className: traefik", [:]),
            (
                "className: traefik, tlsSecretName: t",
                [
                    "traefik.ingress.kubernetes.io/router.entrypoints": "websecure",
                    "traefik.ingress.kubernetes.io/router.tls": "true",
                ]
            ),
            (
                "className: traefik-internal, clusterIssuer: le, annotations: "
                    + "{traefik.ingress.kubernetes.io/router.entrypoints: internal, a.example.com/b: c}",
                [
                    "cert-manager.io/cluster-issuer": "le", "a.example.com/b": "c",
                    "traefik.ingress.kubernetes.io/router.entrypoints": "internal",
                    "traefik.ingress.kubernetes.io/router.tls": "true",
                ]
            ),
        ] as [(String, [String: String])])
    func annotations(spec: String, want: [String: String]) throws {
        #expect(try ingress(spec).annotations == want)
    }

    @Test(
        "TLS where there is an issuer or a Secret, with a Secret of the host's name where none is given",
        arguments: [
            ("className: nginx", nil), ("clusterIssuer: le", "shop.example.com-tls"), ("tlsSecretName: own", "own"),
            ("clusterIssuer: le, tlsSecretName: own", "own"),
        ] as [(String, String?)])
    func tls(spec: String, secret: String?) throws {
        let tls = try ingress(spec)[path: "spec", "tls"]
        #expect(tls == secret.map { [["hosts": ["shop.example.com"], "secretName": .string($0)]] })
    }

    @Test("A path leads to the port of the Service, not to that of the container")
    func path() throws {
        let ingress = try ingress("paths: [{path: /api, pathType: Exact, component: web, port: http}]")
        #expect(
            ingress[path: "spec", "rules"]?[0]?["http"]?["paths"]?[0] == [
                "path": "/api", "pathType": "Exact",
                "backend": ["service": ["name": "web", "port": ["number": 80]]],
            ])
    }

    @Test("A wildcard has a name and a certificate, and is no address")
    func wildcard() throws {
        let environment = try environment(
            "{host: '*.example.com', clusterIssuer: le, paths: [{component: web, port: http}]}")
        let object = try #require(environment.ingresses().first).object
        #expect(object.name == "wildcard.example.com")
        #expect(object[path: "spec", "tls"]?[0]?["secretName"] == "wildcard.example.com-tls")
        #expect(environment.urls() == [])
    }

    @Test("A host that an older environment has is left to it")
    func conflict() throws {
        var environment = try environment(
            "{host: a.example.com, paths: [{path: /x, component: web, port: http}]}, "
                + "{host: b.example.com, clusterIssuer: le, paths: [{component: web, port: http}]}")
        #expect(environment.urls() == ["http://a.example.com/x", "https://b.example.com"])
        environment.inputs.lostHosts = ["a.example.com"]
        #expect(try environment.ingresses().map(\.object.name) == ["b.example.com"])
        #expect(environment.urls(without: ["a.example.com"]) == ["https://b.example.com"])
    }

    private func condition(
        lost: [String: HostClaims.Rival] = [:], shared: [String: HostClaims.Rival] = [:],
        _ certificates: [String: CertificateState]?
    ) throws -> Condition {
        var conditions = Conditions()
        try environment("{host: a.example.com, clusterIssuer: le, paths: [{component: web, port: http}]}")
            .addIngress(lost: lost, shared: shared, certificates: certificates, to: &conditions)
        return try #require(conditions.assembled(ready: (.ready, "")).last)
    }

    @Test("The condition says who has the host, and what the certificate waits for")
    func conditions() throws {
        #expect(try condition(["a.example.com": .ready]).reason == "Applied")
        let rival = HostClaims.Rival(name: "a.example.com", holder: "Ingress shop/web", cure: "delete that Ingress")
        let lost = try condition(lost: ["a.example.com": rival], nil)
        #expect(
            lost.reason == "HostConflict"
                && lost.message
                    == "host a.example.com belongs to Ingress shop/web; name another host, or delete that Ingress"
        )
        let shared = try condition(shared: ["a.example.com": rival], ["a.example.com": .ready])
        #expect(
            shared.status == .true
                && shared.message == "1 host; Ingress shop/web came later and serves a.example.com too")
        let pending = try condition(["a.example.com": .pending("Issuing certificate as Secret does not exist")])
        #expect(pending.reason == "CertificatePending" && pending.message.contains("as Secret does not exist"))
        #expect(try condition(["a.example.com": .absent]).reason == "CertificatePending")
        let uninstalled = try condition(nil)
        #expect(uninstalled.status == .true && uninstalled.message.contains("cert-manager is not installed"))
    }
}
