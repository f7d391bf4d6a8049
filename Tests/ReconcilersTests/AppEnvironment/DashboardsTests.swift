import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Dashboards of an environment's own")
struct DashboardsTests {
    private func violations(_ json: String) throws -> [Violation] {
        var environment = try AppEnvironment.fixture()
        environment.spec.observability.dashboards = [
            .init(name: "good", json: #"{"title": "A"}"#), .init(name: "mine", json: json),
        ]
        return environment.violationsBeyondDefinition
    }

    @Test(
        "What Grafana would not load is refused with its place, and why",
        arguments: [
            ("{", "dashboard mine is not JSON"), ("{\n\"title\": \"A\"\n\"rows\": []}", "(line 3)"),
            ("title: A", "dashboard mine is not JSON"),
            ("[]", "dashboard mine is not a JSON object"), ("{}", "dashboard mine has no title"),
            (#"{"title": ""}"#, "has no title"), (#"{"dashboard": {"title": "A"}, "meta": {}}"#, "has no title"),
        ])
    func refused(json: String, why: String) throws {
        let found = try violations(json)
        #expect(found.map(\.path) == ["spec.observability.dashboards[1].json"])
        #expect(found.first?.message.contains(why) == true, "\(found)")
    }

    @Test("Each is a ConfigMap with the labels of the sidecar, and a file whose name no other namespace has")
    func configMaps() throws {
        let environment = try ResolvedEnvironment.written(
            """
            tier: staging
            components: []
            observability: {dashboards: [{name: a, json: '{"title": "A"}'}, {name: b, json: '{"title": "B"}'}]}
            """)
        let maps = try environment.dashboards().map(\.object)
        #expect(maps.map(\.name) == ["dashboard-a", "dashboard-b"])
        #expect(maps.allSatisfy { $0.labels["grafana_dashboard"] == "1" })
        #expect(maps[0]["data"] == ["shop-a.json": #"{"title": "A"}"#])
    }

    @Test("ObservabilityReady counts them, and says why one is not there")
    func condition() throws {
        var observed = EnvironmentObservation(
            try .written(
                """
                tier: preview
                components: []
                observability: {dashboards: [{name: a, json: '{"title": "A"}'}]}
                """))
        func condition() throws -> Condition {
            observed.dependencies = .init(
                secrets: EnvironmentSecrets(), lostHosts: [:], sharedHosts: [:], unknownNamespaces: [])
            return try #require(observed.status.conditions?.first { $0.type == "ObservabilityReady" })
        }
        #expect(try condition().message == "0 ServiceMonitors and 1 dashboard")
        let key = ObjectKey(namespace: "shop", name: "dashboard-a")
        observed.failures = [
            WriteFailure(object: WrittenObject(.configMap, key), kind: .nameTaken, message: "somebody else's")
        ]
        #expect(try condition().reason == "NameConflict")
    }
}
