import KubeAPI
import Testing

@testable import Reconcilers

@Suite("NetworkPolicy, monitoring and names of a pool")
struct PoolNetworkTests {
    private func pool(_ more: String, name: String = "pool", template: String? = nil) throws -> RegionalWorkerPool {
        try RegionalWorkerPool.fixture(
            name: name, spec: "regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]\n" + more,
            template: template ?? "containers: [{name: worker, image: w, ports: [{name: http, containerPort: 8000}]}]")
    }

    private func child(_ kind: String, _ pool: RegionalWorkerPool) throws -> DynamicObject? {
        try pool.rendered().first { $0.type.kind == kind }?.object
    }

    @Test(
        "The port that is scraped is let in, once",
        arguments: [
            ("network: {ingressPorts: []}\nmonitoring: {serviceMonitor: {}}", [8000]),
            ("monitoring: {serviceMonitor: {}}", [8000]),
            ("monitoring: {serviceMonitor: {port: 9090}}", [8000, 9090]),
            ("network: {ingressPorts: []}", []),
        ] as [(String, [Int64])])
    func scrapedPort(more: String, ports: [Int64]) throws {
        let policy = try #require(try child("NetworkPolicy", pool(more)))
        let found = policy[path: "spec", "ingress"]?.elements.flatMap { $0["ports"]?.elements ?? [] } ?? []
        #expect(found.map { $0["port"]?.integer } == ports)
        #expect(policy[path: "spec", "policyTypes"] == ["Ingress", "Egress"])
    }

    @Test("DNS goes out over UDP and TCP, whatever else is closed")
    func dns() throws {
        let policy = try #require(try child("NetworkPolicy", pool("network: {egressPorts: []}")))
        #expect(
            policy[path: "spec", "egress"] == [
                ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]]
            ])
    }

    @Test("A port of the metrics that the template does not name is told, not guessed")
    func unknownPort() throws {
        let pool = ResolvedPool(try pool("monitoring: {serviceMonitor: {port: stats}}"))
        #expect(pool.metricsPort == nil)
        var seen = PoolObservation(pool)
        #expect(monitoringReady(seen)?.reason == "PortUnknown")
        seen.pool = try ResolvedPool(self.pool("monitoring: {serviceMonitor: {port: http}}"))
        #expect(monitoringReady(seen)?.reason == "Applied")
        let sidecar =
            "containers: [{name: worker, image: w}]\ninitContainers: "
            + "[{name: s, image: s, restartPolicy: Always, ports: [{name: http, containerPort: 7000}]}]"
        let named = ResolvedPool(try self.pool("monitoring: {serviceMonitor: {}}", template: sidecar))
        #expect(named.metricsPort == 7000)
    }

    @Test("MonitoringReady is there where monitoring is wanted, and a missing CRD does not make the pool unready")
    func conditions() throws {
        var seen = PoolObservation(ResolvedPool(try pool("")))
        seen.regions = []
        #expect(monitoringReady(seen) == nil)
        seen.pool = try ResolvedPool(pool("monitoring: {alerts: []}"))
        #expect(monitoringReady(seen)?.status == .true)
        seen.missingMonitoring = Finding(.crdNotInstalled, "PrometheusRule is not served", .wait)
        #expect(monitoringReady(seen)?.reason == "CRDNotInstalled")
        #expect(seen.status.conditions?.first?.status == .true)
        seen.monitoringFailures = [
            WriteFailure(
                object: WrittenObject(.prometheusRule, ObjectKey(namespace: "a", name: "b")), kind: .refused,
                message: "bad PromQL")
        ]
        #expect(monitoringReady(seen)?.reason == "ChildRefused")
        #expect(seen.status.conditions?.first?.reason == "ChildRefused")
        seen.pool.mayMonitor = false
        #expect(monitoringReady(seen)?.reason == "NotPermitted")
    }

    private func monitoringReady(_ seen: PoolObservation) -> Condition? {
        seen.status.conditions?.first { $0.type == "MonitoringReady" }
    }

    @Test(
        "Names stay within the limits of the longest pool and region, and the name of the Service is one",
        arguments: [
            String(repeating: "p", count: 253), "1.dotted.name", String(repeating: "a.", count: 126) + "a", "short",
        ])
    func names(pool name: String) throws {
        let region = String(repeating: "r", count: 20)
        let pool = try RegionalWorkerPool.fixture(
            name: name,
            spec: """
                regions: [{name: \(region), nodeSelector: {matchLabels: {zone: eu}}, replicas: 2}]
                monitoring: {serviceMonitor: {port: 8000}, alerts: [], namespace: elsewhere}
                """)
        for child in try pool.rendered() {
            #expect(child.object.name.utf8.count <= 63, "\(child.name)")
            #expect(child.object.labels.values.allSatisfy { $0.utf8.count <= 63 })
            if child.type == .service { #expect(child.object.name.wholeMatch(of: #/[a-z][-a-z0-9]*[a-z0-9]/#) != nil) }
        }
        let names = try pool.rendered().map { "\($0.type.kind) \($0.object.name)" }
        #expect(Set(names).count == names.count)
    }

    @Test("Pools of one name in two namespaces do not share an object in a third one")
    func outsideNames() {
        #expect(ChildName.outside("a", "b-c", "alerts") != ChildName.outside("a-b", "c", "alerts"))
        #expect(ChildName.service("a.b", "metrics") != ChildName.service("a-b", "metrics"))
        #expect(ChildName.service("a-b", "metrics") == "a-b-metrics")
    }

    @Test("The placement's priority is for templates that name none")
    func priority() throws {
        func name(_ template: String) throws -> JSONValue? {
            try child("Deployment", pool("placement: {priorityClass: {name: a}}", template: template))?[
                path: "spec", "template", "spec", "priorityClassName"]
        }
        #expect(try name("containers: [{name: worker, image: w}]") == "a")
        #expect(try name("{containers: [{name: worker, image: w}], priorityClassName: own}") == "own")
    }
}
