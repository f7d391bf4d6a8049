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

    @Test(
        "Several hosts have one Ingress with a rule for each, and one certificate; one that somebody else has is left out"
    )
    func severalHosts() throws {
        var environment = try environment(
            "{host: a.example.com, additionalHosts: [www.a.example.com], clusterIssuer: le, "
                + "paths: [{component: web, port: http}]}")
        func hosts() throws -> [[String]] {
            try environment.ingresses().map(\.object).map { ingress in
                let rules = ingress[path: "spec", "rules"]?.elements.compactMap { $0["host"]?.string } ?? []
                let signed = ingress[path: "spec", "tls"]?[0]?["hosts"]?.elements.compactMap(\.string)
                #expect(rules == signed)
                #expect(ingress[path: "spec", "tls"]?[0]?["secretName"] == "a.example.com-tls")
                #expect(ingress.name == "a.example.com")
                return rules
            }
        }
        #expect(try hosts() == [["a.example.com", "www.a.example.com"]])
        #expect(environment.urls() == ["https://a.example.com", "https://www.a.example.com"])
        environment.inputs.lostHosts = ["a.example.com"]
        #expect(try hosts() == [["www.a.example.com"]])
        #expect(environment.urls(without: ["a.example.com"]) == ["https://www.a.example.com"])
        environment.inputs.lostHosts = ["a.example.com", "www.a.example.com"]
        #expect(try hosts() == [])
    }

    private func routes(_ paths: String, _ fields: String) throws -> [(DynamicObject, [String])] {
        try environment("{host: a.example.com, \(fields), paths: [\(paths)]}").ingresses().map(\.object).map {
            ingress in
            let rules = ingress[path: "spec", "rules"]?[0]?["http"]?["paths"]?.elements ?? []
            return (ingress, rules.compactMap { $0["path"]?.string })
        }
    }

    @Test(
        "A path with annotations has an Ingress of its own, before that of the others, which alone asks for a certificate"
    )
    func ownAnnotations() throws {
        let routes = try routes(
            """
            {component: web, port: http}, {path: /api, component: web, port: http, annotations: {a.example.com/rewrite: /}}, \
            {path: /x, component: web, port: http}
            """,
            """
            clusterIssuer: le, annotations: {a.example.com/rewrite: /no, a.example.com/b: c, kubernetes.io/tls-acme: 'true', \
            acme.cert-manager.io/http01-ingress-class: x, nginx.ingress.kubernetes.io/server-alias: b.example.com}
            """)
        try #require(routes.map(\.1) == [["/api"], ["/", "/x"]])
        let (own, main) = (routes[0].0, routes[1].0)
        #expect(own.annotations == ["a.example.com/rewrite": "/", "a.example.com/b": "c"])
        #expect(main.annotations["cert-manager.io/cluster-issuer"] == "le")
        #expect(main.annotations["a.example.com/rewrite"] == "/no" && main.annotations.count == 6)
        #expect(own[path: "spec", "tls"] == main[path: "spec", "tls"])
        #expect(main.name == "a.example.com" && own.name.hasPrefix("a.example.com-"))
    }

    @Test("Where every path has annotations, the first has the Ingress of the host's name, with the certificate")
    func onlyOwnAnnotations() throws {
        let routes = try routes(
            """
            {path: /a, component: web, port: http, annotations: {a.example.com/x: a}}, \
            {path: /b, component: web, port: http, annotations: {a.example.com/x: b}}
            """, "clusterIssuer: le")
        try #require(routes.map(\.1) == [["/b"], ["/a"]])
        #expect(routes[0].0.annotations == ["a.example.com/x": "b"])
        #expect(routes[1].0.annotations == ["a.example.com/x": "a", "cert-manager.io/cluster-issuer": "le"])
        #expect(routes[1].0.name == "a.example.com")
    }

    @Test("The name of a path's Ingress follows from the host, the path and its type, and always fits")
    func routeNames() throws {
        func name(_ path: String, _ host: String = "a.example.com") throws -> String {
            try #require(
                environment(
                    "{host: \(host), paths: [{component: web, port: http}, {component: web, port: http, "
                        + "annotations: {a: b}, \(path)}]}"
                ).ingresses().first
            ).object.name
        }
        let names = try [
            name("path: /a"), name("path: /b"), name("path: /a, pathType: Exact"), name("path: /a", "b.example.com"),
        ]
        #expect(Set(names).count == 4)
        #expect(try names[0] == name("path: /a"))
        let long = (0..<25).map { _ in "abcdefghi" }.joined(separator: ".")
        #expect(try name("path: /a", long).utf8.count <= 253)
    }

    @Test(
        "A certificate is waited for until it is for every host, by name or by a wildcard; a host that is lost is not asked for"
    )
    func namesOfCertificate() throws {
        func state(_ names: String, _ hosts: [String]) throws -> CertificateState {
            CertificateState(
                CachedObject(
                    try .fixture(
                        """
                        {apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: t}, spec: {dnsNames: \(names)},
                         status: {conditions: [{type: Ready, status: 'True'}]}}
                        """)), for: hosts)
        }
        let both = ["a.example.com", "www.a.example.com"]
        #expect(try state("[a.example.com, www.a.example.com]", both) == .ready)
        #expect(try state("[a.example.com, '*.a.example.com']", both) == .ready)
        #expect(try state("[a.example.com]", both) == .pending("it is not for www.a.example.com yet"))
        #expect(try state("[a.example.com]", ["a.example.com"]) == .ready)
        #expect(try state("['*.example.com']", ["*.example.com"]) == .ready)
        // One without names has a common name or addresses.
        #expect(try state("[]", both) == .ready)
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
        lost: [String: HostClaims.Rival] = [:], shared: [String: String] = [:],
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
        let shared = try condition(shared: ["a.example.com": "another one, too"], ["a.example.com": .ready])
        #expect(
            shared.status == .true
                && shared.message == "1 host; another one, too")
        let pending = try condition(["a.example.com": .pending("Issuing certificate as Secret does not exist")])
        #expect(pending.reason == "CertificatePending" && pending.message.contains("as Secret does not exist"))
        #expect(try condition(["a.example.com": .absent]).reason == "CertificatePending")
        let uninstalled = try condition(nil)
        #expect(uninstalled.status == .true && uninstalled.message.contains("cert-manager is not installed"))
    }
}
