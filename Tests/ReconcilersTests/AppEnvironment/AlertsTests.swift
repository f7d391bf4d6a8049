import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Alerts of an environment")
struct EnvironmentAlertTests {
    private let spec = """
        components:
        - {name: web, image: 'web:1', ports: [{name: http, port: 80}], metrics: {port: 80}}
        - {name: worker, image: 'worker:1'}
        """

    private func rules(_ spec: String) throws -> [JSONValue] {
        let rule = try ResolvedEnvironment.fixture(tier: .staging, spec).alerts().first
        return rule?.object[path: "spec", "groups"]?.elements.flatMap { $0["rules"]?.elements ?? [] } ?? []
    }

    @Test("A component without metrics has the alerts that need none")
    func names() throws {
        let names = try rules(spec).map { "\($0["labels"]?["component"]?.string ?? "") \($0["alert"]?.string ?? "")" }
        #expect(
            names == [
                "web ComponentDown", "web ComponentUnavailable", "web ComponentRestarts", "web ComponentHighLatency",
                "web ComponentHighErrorRate", "worker ComponentUnavailable", "worker ComponentRestarts",
            ])
    }

    @Test("Without monitors nothing is said about metrics, and without alerts nothing at all")
    func switches() throws {
        let blind = try rules("observability: {serviceMonitor: false}\n\(spec)")
        #expect(blind.allSatisfy { ["ComponentUnavailable", "ComponentRestarts"].contains($0["alert"]?.string) })
        #expect(try rules("observability: {alerts: false}\n\(spec)").isEmpty)
        #expect(try ResolvedEnvironment.fixture(tier: .preview, spec).alerts().isEmpty)
        #expect(try ResolvedEnvironment.fixture(tier: .preview, spec).serviceMonitors().isEmpty)
    }

    @Test("promtool finds nothing wrong with them", .enabled(if: Promtool.isThere, "promtool is not installed"))
    func promtool() throws {
        let group = try #require(
            ResolvedEnvironment.fixture(tier: .staging, spec).alerts().first?.object[path: "spec"])
        let result = try Promtool.run(
            ["check", "rules", "--lint-fatal", "rules.yaml"], files: ["rules.yaml": YAML.write([group])])
        #expect(result.status == 0 && result.output.contains("7 rules found"), "\(result.output)")
    }

    private let series = """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
        - interval: 1m
          input_series:
          - {series: 'up{namespace="shop", job="web", instance="a"}', values: '1x5 0x20'}
          - {series: 'up{namespace="other", job="web", instance="b"}', values: '0x30'}
          - {series: 'kube_deployment_status_replicas_available{namespace="shop", deployment="worker"}', values: '0x30'}
          - {series: 'kube_deployment_spec_replicas{namespace="shop", deployment="worker"}', values: '0x30'}
          - {series: 'http_requests_total{namespace="shop", job="web", status_code="200"}', values: '0+90x30'}
          - {series: 'http_requests_total{namespace="shop", job="web", status_code="500"}', values: '0+10x30'}
          alert_rule_test:
          - {alertname: ComponentDown, eval_time: 8m, exp_alerts: []}
          - alertname: ComponentDown
            eval_time: 15m
            exp_alerts: [{exp_labels: {severity: critical, namespace: shop, component: web, job: web, instance: a}}]
          - {alertname: ComponentUnavailable, eval_time: 20m, exp_alerts: []}
          - alertname: ComponentHighErrorRate
            eval_time: 15m
            exp_alerts: [{exp_labels: {severity: warning, namespace: shop, component: web}}]
        """

    @Test(
        "They fire for the component of this namespace, and not for one that is scaled to nothing",
        .enabled(if: Promtool.isThere, "promtool is not installed"))
    func fire() throws {
        var group = try #require(
            ResolvedEnvironment.fixture(tier: .staging, spec).alerts().first?.object[path: "spec"])
        // The texts for people are not what is tested.
        group["groups"] = .array(
            (group["groups"]?.elements ?? []).map { group in
                var group = group
                group["rules"] = .array(
                    (group["rules"]?.elements ?? []).map { rule in
                        var rule = rule
                        rule["annotations"] = nil
                        return rule
                    })
                return group
            })
        let result = try Promtool.run(
            ["test", "rules", "test.yaml"], files: ["rules.yaml": YAML.write([group]), "test.yaml": series])
        #expect(result.status == 0, "\(result.output)")
    }
}
