import KubeAPI
import Testing

@testable import Reconcilers

@Suite("An Auto quota beside the pools and backups of its namespace")
struct SiblingQuotaTests {
    private func hard(_ mode: String, _ siblings: [SiblingPods], ingress: String = "") throws -> [String: String] {
        var environment = try ResolvedEnvironment.fixture(
            tier: .staging,
            """
            quota: {\(mode)}
            components:
            - {name: api, image: 'api:1', resources: {requests: {cpu: "4", memory: 1Gi}, limits: {cpu: "8", memory: 1Gi}}, ports: [{name: http, port: 80}]}
            \(ingress)
            """)
        environment.inputs.siblings = siblings
        return (try #require(environment.quotaHard)).mapValues { $0.string ?? "" }
    }

    private func pods(_ count: Int) throws -> SiblingPods {
        let template = try YAML.parseDocument(
            Array(
                """
                spec:
                  containers: [{name: w, resources: {requests: {cpu: "2"}, limits: {cpu: "2"}}}]
                  volumes: [{name: s, ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 100Gi}}}}}}]
                """.utf8))
        return SiblingPods(template: try #require(template.object), count: count)
    }

    @Test("Their pods are added to the need, and the headroom is the components' own")
    func added() throws {
        let alone = try hard("headroomPercent: 0", [])
        #expect(alone["limits.cpu"] == "16" && alone["requests.storage"] == "300Gi")
        let together = try hard("headroomPercent: 0", [pods(4)])
        #expect(together["limits.cpu"] == "24" && together["requests.cpu"] == "16")
        #expect(together["requests.storage"] == "400Gi", "claims that come with the pods count, too")
        #expect(try hard("headroomPercent: 50", [pods(4)])["limits.cpu"] == "32")
    }

    @Test("What a tier gives is not added on top: there is room as long as all fit")
    func withinTheTier() throws {
        var environment = try ResolvedEnvironment.fixture(tier: .staging)
        environment.inputs.siblings = [try pods(1)]
        #expect(environment.quotaHard?["limits.cpu"] == "8")
    }

    @Test("A Fixed quota stays what its author wrote")
    func fixed() throws {
        #expect(try hard("mode: Fixed, hard: {limits.cpu: \"1\"}", [pods(50)]) == ["limits.cpu": "1"])
    }

    @Test("Pods of challenges have their room while certificates are renewed")
    func challenges() throws {
        let ingress = "ingress: [{host: a.example.com, clusterIssuer: le, paths: [{component: api, port: http}]}]"
        #expect(try hard("headroomPercent: 0", [], ingress: ingress)["limits.cpu"] == "16100m")
    }

    @Test("Regions count at their largest with what a roll-out adds, jobs of policies once")
    func counts() throws {
        let pool = try RegionalWorkerPool.fixture(
            spec: """
                regions:
                - {name: eu, nodeSelector: {matchLabels: {zone: eu}}, maxReplicas: 9}
                - {name: us, nodeSelector: {matchLabels: {zone: us}}}
                - {name: ap, nodeSelector: {matchLabels: {zone: ap}}, enabled: false}
                scaling: {engine: HPA, minReplicas: 1, maxReplicas: 4}
                """)
        let policy = try BackupPolicy.fixture(
            "sources: [{name: a, pvc: {claimName: a}}, {name: b, pvc: {claimName: b}}]", isPrepared: false)
        func look(_ mode: String) throws -> [SiblingPods] {
            let environment = try ResolvedEnvironment.fixture(tier: .staging, "quota: {mode: \(mode)}\ncomponents: []")
            return Siblings.find([policy], [pool], for: environment).pods
        }
        #expect(try look("Fixed").isEmpty)
        let found = try look("Auto")
        #expect(found.suffix(2).map(\.count) == [12, 5])
        #expect(found.dropLast(2).map(\.count) == [1, 1, 1])
    }
}
