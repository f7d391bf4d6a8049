import KubeAPI
import Support
import Testing

@testable import Reconcilers

/// The samples against the manifests that they stand for: every field that somebody would write by hand has the same
/// value, but for those that are listed here with the reason.
@Suite("Samples against manifests that are written by hand")
struct ByHandTests {
    /// Names that differ: by hand, and ours.
    private static let names = [
        "ResourceQuota my-app-quota": "environment", "ResourceQuota shop-quota": "environment",
        "LimitRange container-limits": "environment", "Ingress my-app-ingress": "my-app.staging.example.com",
        "Ingress backend-ingress": "api.shop.example.com", "PrometheusRule my-app-alerts": "alerts",
    ]

    /// By the end of the path: our labels tell environments apart, too.
    private static let everywhere = ["metadata.labels.app", "metadata.labels.component", "metadata.labels.environment"]

    /// What is ours to decide otherwise.
    private static let reasons: [String: [String: String]] = [
        "staging": [
            "Deployment my-app: spec.selector.matchLabels.app": "selected by environment and component",
            "Deployment my-app: spec.template.metadata.annotations": "a ServiceMonitor finds the metrics",
            "Deployment my-app: spec.template.spec.terminationGracePeriodSeconds": "30 is the API's default",
            "Deployment my-app: spec.template.spec.imagePullSecrets": "they hang on the ServiceAccount",
            "Deployment my-app: spec.template.spec.containers[my-app].imagePullPolicy":
                "the tag names one build: pulling it again brings nothing",
            "Deployment my-app: spec.template.spec.containers[my-app].envFrom[0].configMapRef.name":
                "the name tells the content",
            "Service my-app: spec.selector.app": "selected by environment and component",
            "Ingress my-app.staging.example.com: metadata.annotations.haproxy-ingress.github.io/ssl-redirect":
                "it is the controller's default with TLS",
            "Ingress my-app.staging.example.com: spec.tls[0].secretName": "named after the host",
            "ServiceMonitor my-app: spec.selector.matchLabels.app": "selected by environment and component",
            "ServiceMonitor my-app: spec.endpoints[0].scrapeTimeout": "10 s is Prometheus' default",
            "PrometheusRule alerts: metadata.namespace": "in the environment's own namespace, and gone with it",
            "PrometheusRule alerts: metadata.labels.app.kubernetes.io/name": "the environment",
            "PrometheusRule alerts: metadata.labels.prometheus": "release is enough; more in observability.labels",
            "PrometheusRule alerts: metadata.labels.role": "release is enough; more in observability.labels",
            "PrometheusRule alerts: spec.groups[my-app.rules]": "named after the namespace; compared below",
        ],
        "production": [
            "PodDisruptionBudget backend: spec.minAvailable": "maxUnavailable 1 never blocks a drain",
            "PodDisruptionBudget backend: spec.selector.matchLabels.app": "selected by environment and component",
            "ServiceMonitor backend: spec.selector.matchLabels.app": "selected by environment and component",
        ],
        "api": [
            "Deployment api: spec.selector.matchLabels.app": "selected by environment and component",
            "Deployment api: spec.template.spec.imagePullSecrets": "they hang on the ServiceAccount",
            "Deployment api: spec.template.spec.affinity": "a spread constraint, compared below",
            "PodDisruptionBudget api: spec.minAvailable": "maxUnavailable 1 never blocks a drain",
            "PodDisruptionBudget api: spec.selector.matchLabels.app": "selected by environment and component",
        ],
    ]

    @Test("Field by field", arguments: ["staging", "production", "api"])
    func fields(sample: String) throws {
        let ours = try Rendering.children(of: Repository.yaml("config/samples/appenvironment-\(sample).yaml"))
        var found: Set<String> = []
        for document in try Repository.yaml("Tests/Fixtures/appenvironment/by-hand/\(sample).yaml") {
            let hand = try DynamicObject(document)
            let name = Self.names["\(hand.kind) \(hand.name)"] ?? hand.name
            let own = try #require(ours.first { $0.kind == hand.kind && $0.name == name }, "\(hand.kind) \(hand.name)")
            var wanted = hand
            wanted[path: "metadata", "name"] = .string(name)
            for difference in differences(wanted.json, own.json, at: "") {
                guard !Self.everywhere.contains(where: difference.hasSuffix) else { continue }
                found.insert("\(hand.kind) \(name): \(difference)")
            }
        }
        #expect(found.sorted() == (Self.reasons[sample] ?? [:]).keys.sorted())
    }

    /// The paths of the fields by hand that are not the same in ours.
    private func differences(_ hand: JSONValue, _ ours: JSONValue?, at path: String) -> [String] {
        switch (hand, ours) {
        case (.object(let fields), .object(let own)):
            return fields.flatMap { key, value in
                differences(value, own[key], at: path.isEmpty ? key : "\(path).\(key)")
            }
        case (.array(let elements), .array(let own)):
            return elements.enumerated().flatMap { index, element in
                let key = element["name"]?.string ?? element["key"]?.string
                let same = key.flatMap { key in own.first { ($0["name"] ?? $0["key"])?.string == key } }
                let counterpart = key == nil ? (own.indices.contains(index) ? own[index] : nil) : same
                return differences(element, counterpart, at: "\(path)[\(key ?? "\(index)")]")
            }
        default: return isSame(hand, ours) ? [] : [path]
        }
    }

    /// Quantities are the same in whatever way they are written.
    private func isSame(_ hand: JSONValue, _ ours: JSONValue?) -> Bool {
        guard let ours else { return false }
        if hand == ours { return true }
        guard let left = Amount.quantity(hand), let right = Amount.quantity(ours) else { return false }
        return left == right
    }

    private func rendered(_ sample: String, _ kind: String, _ name: String) throws -> JSONValue {
        try #require(
            Rendering.children(of: Repository.yaml("config/samples/appenvironment-\(sample).yaml"))
                .first { $0.kind == kind && $0.name == name }
        ).json
    }

    @Test("Alerts: the same names, times and severities, about the component of this namespace only")
    func alerts() throws {
        let hand = try #require(
            Repository.yaml("Tests/Fixtures/appenvironment/by-hand/staging.yaml")
                .first { $0["kind"] == "PrometheusRule" })
        let own = try rendered("staging", "PrometheusRule", "alerts")["spec"]?["groups"]?[0]
        #expect(own?["interval"] == "60s")
        for rule in hand["spec"]?["groups"]?[0]?["rules"]?.elements ?? [] {
            let ours = try #require(own?["rules"]?.elements.first { $0["alert"] == rule["alert"] })
            #expect(ours["for"] == rule["for"])
            #expect(ours["labels"]?["severity"] == rule["labels"]?["severity"])
            #expect(ours["labels"]?["component"] == rule["labels"]?["component"])
            let expression = try #require(ours["expr"]?.string)
            #expect(expression.contains(#"namespace="my-app-staging", job="my-app""#))
            let threshold = try #require(rule["expr"]?.string?.split(separator: " ").last)
            #expect(expression.hasSuffix(" \(threshold)"))
        }
    }

    @Test("Two pods, on different nodes where there are some")
    func spread() throws {
        let pod = try rendered("api", "Deployment", "api")["spec"]?["template"]?["spec"]
        let spread = pod?["topologySpreadConstraints"]?[0]
        #expect(spread?["topologyKey"] == "kubernetes.io/hostname")
        #expect(spread?["whenUnsatisfiable"] == "ScheduleAnyway")
    }

    @Test("Who may reach whom in production is what the guide says of a frontend, a backend, a database and a cache")
    func edges() throws {
        let document = try #require(Repository.yaml("config/samples/appenvironment-production.yaml").first)
        let environment = try ResolvedEnvironment(AppEnvironment(defaulting: DynamicObject(document)))
        let policies = try environment.networkPolicies().map { try NetworkPolicyDocument($0.object) }
        let network = PolicyNetwork(
            namespaces: ["shop": [:], "kube-system": [:], "observability": [:]], policies: policies)
        let places = environment.components.enumerated().map { index, component in
            (
                component.name,
                TrafficEndpoint.pod(
                    component.name, in: "shop", labels: component.podLabels, address: "10.42.0.\(index)",
                    node: "n\(index)")
            )
        }
        let clients = [
            (
                "traefik",
                TrafficEndpoint.pod(
                    "t", in: "kube-system", labels: ["app.kubernetes.io/name": "traefik"], address: "10.42.9.1",
                    node: "x")
            ),
            ("prometheus", .pod("p", in: "observability", labels: [:], address: "10.42.9.2", node: "y")),
        ]
        let ports = ["frontend": 3000, "backend": 3001, "database": 5432, "cache": 6379, "indexer": 3000]
        var callers: [String: Set<String>] = [:]
        for (name, target) in places {
            callers[name] = Set(
                (places + clients).filter { caller, source in
                    caller != name && network.allows(from: source, to: target, port: ports[name] ?? 0)
                }.map(\.0))
        }
        #expect(
            callers == [
                "frontend": ["traefik"], "backend": ["traefik", "frontend", "indexer"],
                "database": ["backend", "indexer"], "cache": ["backend"], "indexer": [],
            ])
        let backend = try #require(places.first { $0.0 == "backend" }).1
        #expect(network.allows(from: clients[1].1, to: backend, port: 9090))
    }
}
