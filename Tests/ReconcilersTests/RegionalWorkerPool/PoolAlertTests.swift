import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Alerts of a pool")
struct PoolAlertTests {
    private func rules(_ monitoring: String) throws -> [JSONValue] {
        let pool = try RegionalWorkerPool.fixture(
            spec: """
                regions: [{name: eu, nodeSelector: {matchLabels: {zone: eu}}}]
                monitoring: \(monitoring)
                """)
        let rule = try pool.rendered().first { $0.type == .prometheusRule }
        return rule?.object[path: "spec", "groups"]?.elements.flatMap { $0["rules"]?.elements ?? [] } ?? []
    }

    @Test("WorkerDown is there where something is scraped, PoolNotReady always; an own alert stands in their place")
    func builtIn() throws {
        func names(_ monitoring: String) throws -> [String?] { try rules(monitoring).map { $0["alert"]?.string } }
        #expect(try names("{alerts: []}") == ["PoolNotReady"])
        #expect(try names("{alerts: [], serviceMonitor: {}}") == ["WorkerDown", "PoolNotReady"])
        #expect(try names("{serviceMonitor: {}}") == [])
        let own = try rules("{alerts: [{name: WorkerDown, expr: vector(1)}], serviceMonitor: {}}")
        #expect(own.map { $0["alert"]?.string } == ["WorkerDown", "PoolNotReady"])
        #expect(own.first?["expr"] == "vector(1)")
    }

    @Test("The built-in alerts are made of metrics and labels that are there")
    func metricsExist() throws {
        let all = try rules("{alerts: [], serviceMonitor: {}}")
        #expect(all.first?["expr"]?.string == "up{namespace=\"workers\",job=\"pool-metrics\"} == 0")
        let notReady = try #require(all.last?["expr"]?.string)
        #expect(notReady.contains("max(quartermaster_resource_condition{"))
        // The labels that `exposeConditions` gives.
        for label in ["kind", "namespace", "name", "type", "status"] { #expect(notReady.contains("\(label)=\"")) }
    }

    @Test(
        "promtool finds nothing against the rules of any fixture or sample",
        .enabled(if: Promtool.isThere, "promtool is not installed"),
        arguments: Repository.cases(in: "Tests/Fixtures/regionalworkerpool/valid").map {
            "Tests/Fixtures/regionalworkerpool/valid/\($0).yaml"
        } + ["config/samples/queue-workers.yaml"])
    func promtoolIsContent(file: String) throws {
        let children = try Rendering.children(of: Repository.yaml(file))
        for rule in children where rule.kind == "PrometheusRule" {
            let (status, output) = try check(try #require(rule["spec"]))
            #expect(status == 0, "\(output)")
            #expect(output.contains("SUCCESS"))
        }
    }

    @Test("A wrong expression is found, so the check checks", .enabled(if: Promtool.isThere))
    func findsFaults() throws {
        let rules = try rules("{alerts: [{name: A, expr: 'sum(('}]}")
        #expect(try check(["groups": [["name": "g", "rules": .array(rules)]]]).status != 0)
    }

    private func check(_ groups: JSONValue) throws -> (status: Int32, output: String) {
        try Promtool.run(["check", "rules", "rules.yaml"], files: ["rules.yaml": YAML.write([groups])])
    }
}
