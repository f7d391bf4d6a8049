import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Hosts that share requests")
struct HostNameTests {
    @Test(
        "Two hosts meet where one name fits both; a wildcard is for one label",
        arguments: [
            ("a.example.com", "a.example.com", true), ("A.Example.COM", "a.example.com.", true),
            ("a.example.com", "b.example.com", false), ("*.example.com", "a.example.com", true),
            ("*.example.com", "*.example.com", true), ("*.example.com", "example.com", false),
            ("*.example.com", "a.b.example.com", false), ("*.b.example.com", "a.b.example.com", true),
            ("*.example.com", "*.b.example.com", false), ("localhost", "localhost", true),
        ])
    func overlap(left: String, right: String, meet: Bool) throws {
        for (one, other) in [(left, right), (right, left)] {
            let one = try #require(HostName(one))
            let other = try #require(HostName(other))
            #expect(!Set(one.overlaps).isDisjoint(with: other.indexValues) == meet)
        }
    }

    @Test(
        "Annotations add hosts, each controller's in its own way; a regular expression is none",
        arguments: [
            ([:], ["a.example.com"]),
            (
                ["nginx.ingress.kubernetes.io/server-alias": "B.example.com, c.example.com"],
                ["a.example.com", "b.example.com", "c.example.com"]
            ),
            (["haproxy-ingress.github.io/server-alias": "b.example.com"], ["a.example.com", "b.example.com"]),
            (["konghq.com/host-aliases": "*.example.com"], ["a.example.com", "*.example.com"]),
            (["nginx.ingress.kubernetes.io/from-to-www-redirect": "true"], ["a.example.com", "www.a.example.com"]),
            (["nginx.ingress.kubernetes.io/server-alias": #"~^b\.example\.com$"#], ["a.example.com"]),
        ] as [([String: String], [String])])
    func aliases(annotations: [String: String], want: [String]) {
        #expect(HostName.all(["a.example.com"], annotations).map(\.text) == want)
    }

    @Test("Of an Ingress of others only what it serves is kept")
    func trimmed() throws {
        let ingress = try YAML.parseDocument(
            Array(
                """
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata:
                  {name: web, namespace: shop, uid: u, resourceVersion: "7", creationTimestamp: "2026-01-01T00:00:00Z",
                   labels: {team: shop, quartermaster.dev/share: "true"},
                   annotations: {note: long, nginx.ingress.kubernetes.io/server-alias: b.example.com}}
                spec:
                  ingressClassName: nginx
                  rules: [{host: a.example.com, http: {paths: []}}, {http: {paths: []}}]
                status: {loadBalancer: {}}
                """.utf8))
        let kept = ForeignObjects.outline(CachedObject(try DynamicObject(ingress)))
        let wanted: JSONValue = [
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
            "metadata": [
                "namespace": "shop", "name": "web", "uid": "u", "resourceVersion": "7",
                "labels": ["quartermaster.dev/share": "true"],
                "annotations": ["nginx.ingress.kubernetes.io/server-alias": "b.example.com"],
            ],
            "spec": ["rules": [["host": "a.example.com"], [:]]],
        ]
        #expect(kept == wanted)
        let cached = CachedObject(try DynamicObject(kept))
        #expect(cached.servedHosts.map(\.text) == ["a.example.com", "b.example.com"])
    }
}
