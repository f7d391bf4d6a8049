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

    /// With something for each of the built-in alerts.
    private let whole = """
        components:
        - name: web
          image: web:1
          ports: [{name: http, port: 80}]
          metrics: {port: 80}
          autoscaling: {max: 4}
        - name: db
          image: db:1
          volumes: [{name: data, path: /data, size: 1Gi}, {name: wal, path: /wal, size: 1Gi}]
        ingress:
        - {host: shop.example.com, clusterIssuer: le, paths: [{component: web, port: http}]}
        - {host: api.example.com, tlsSecretName: own, paths: [{component: web, port: http}]}
        """

    private func rules(_ spec: String, of name: String = "alerts", tier: AppEnvironment.Tier = .staging) throws
        -> [JSONValue]
    {
        let rule = try ResolvedEnvironment.fixture(tier: tier, spec).alerts().first { $0.object.name == name }
        return rule?.object[path: "spec", "groups"]?.elements.flatMap { $0["rules"]?.elements ?? [] } ?? []
    }

    private func expression(_ alert: String, _ spec: String) throws -> String {
        try #require(rules(spec).first { $0["alert"]?.string == alert }?["expr"]?.string)
    }

    private func names(_ spec: String) throws -> [String] {
        try rules(spec).map { "\($0["labels"]?["component"]?.string ?? "") \($0["alert"]?.string ?? "")" }
    }

    @Test("A component without metrics has the alerts that need none")
    func names() throws {
        #expect(
            try names(spec) == [
                "web ComponentDown", "web ComponentUnavailable", "web ComponentRestarts", "web ComponentHighLatency",
                "web ComponentHighErrorRate", "web ComponentHighCPU", "web ComponentHighMemory",
                "worker ComponentUnavailable", "worker ComponentRestarts", "worker ComponentHighCPU",
                "worker ComponentHighMemory",
            ])
    }

    @Test("Volumes, autoscalers and certificates of cert-manager have alerts where they are, and others have none")
    func parts() throws {
        let more = Set(try names(whole)).subtracting(try names(spec)).filter { !$0.hasPrefix("db Component") }
        #expect(more == ["db VolumeFillingUp", "web AutoscalerBlind", " CertificateExpiresSoon"])
        #expect(try expression("CertificateExpiresSoon", whole).split(separator: "shop[.]example[.]com-tls").count == 3)
        #expect(try !expression("CertificateExpiresSoon", whole).contains("own"))
    }

    @Test("At 0 pods, where KEDA may scale to, an autoscaler is inactive and no alert fires")
    func atNone() throws {
        func blind(_ scaling: String) throws -> String {
            try expression(
                "AutoscalerBlind",
                "observability: {alerts: true}\ncomponents: [{name: web, image: 'web:1', autoscaling: {\(scaling)}}]")
        }
        let byKEDA = try blind("min: 0, max: 3, keda: {triggers: [{type: cron}]}")
        #expect(byKEDA.contains("horizontalpodautoscaler=\"web\""))
        #expect(
            byKEDA.hasSuffix(" and max(kube_deployment_spec_replicas{namespace=\"shop\", deployment=\"web\"}) > 0"))
        #expect(try !blind("min: 1, max: 3").contains("kube_deployment_spec_replicas"))
    }

    @Test(
        "Thresholds are those of the spec, in the units of the metrics",
        arguments: [
            ("", "ComponentHighLatency", "> 2"), ("latencyMilliseconds: 500", "ComponentHighLatency", "> 0.5"),
            ("latencyMilliseconds: 1025", "ComponentHighLatency", "> 1.025"),
            ("", "ComponentHighErrorRate", "> 0.05"), ("errorPercent: 10", "ComponentHighErrorRate", "> 0.1"),
            ("errorPercent: 0", "ComponentHighErrorRate", "> 0"), ("", "ComponentRestarts", "> 3"),
            ("restarts: 0", "ComponentRestarts", "> 0"), ("", "ComponentHighCPU", "> 80"),
            ("cpuPercent: 95", "ComponentHighCPU", "> 95"), ("", "ComponentHighMemory", "> 90"),
            ("memoryPercent: 70", "ComponentHighMemory", "> 70"), ("", "VolumeFillingUp", "> 85"),
            ("volumePercent: 50", "VolumeFillingUp", "> 50"), ("", "CertificateExpiresSoon", "< 864000"),
            ("certificateDays: 20", "CertificateExpiresSoon", "< 1728000"),
        ])
    func thresholds(field: String, alert: String, end: String) throws {
        let expression = try expression(alert, "observability: {thresholds: {\(field)}}\n\(whole)")
        #expect(expression.hasSuffix(" \(end)"), "\(expression)")
    }

    // MARK: Of one's own

    private let extra = """
        observability:
          extraAlerts:
          - {name: NobodyBuys, expr: 'sum(rate(orders_total{namespace="shop"}[1h])) == 0', severity: critical}
        components:
        - name: web
          image: web:1
          extraAlerts:
          - name: ComponentHighCPU
            expr: vector(1)
            for: 1h
            summary: It is hot
            description: Very.
            runbookURL: https://wiki.example.com/hot
            labels: {team: shop}
        - {name: db, image: 'db:1'}
        """

    @Test("Those of one's own are an object of their own, with what their author says of them")
    func extraAlerts() throws {
        let rules = try rules(extra, of: "extra-alerts")
        #expect(
            rules == [
                [
                    "alert": "NobodyBuys", "expr": #"sum(rate(orders_total{namespace="shop"}[1h])) == 0"#, "for": "5m",
                    "labels": ["namespace": "shop", "severity": "critical"], "annotations": ["summary": "NobodyBuys"],
                ],
                [
                    "alert": "ComponentHighCPU", "expr": "vector(1)", "for": "1h",
                    "labels": ["component": "web", "namespace": "shop", "severity": "warning", "team": "shop"],
                    "annotations": [
                        "summary": "It is hot", "description": "Very.", "runbook_url": "https://wiki.example.com/hot",
                    ],
                ],
            ])
    }

    @Test("One of a component replaces the built-in one there, and one of the environment everywhere")
    func replacing() throws {
        let names = try names(extra)
        #expect(!names.contains("web ComponentHighCPU") && names.contains("db ComponentHighCPU"))
        let everywhere = "observability: {extraAlerts: [{name: ComponentRestarts, expr: vector(1)}, "
        let left = try self.names("\(everywhere){name: CertificateExpiresSoon, expr: vector(1)}]}\n\(whole)")
        #expect(!left.contains { $0.hasSuffix("ComponentRestarts") || $0.hasSuffix("CertificateExpiresSoon") })
        #expect(left.contains("web ComponentHighCPU"))
    }

    @Test("They are made in every tier, and ObservabilityReady says so", arguments: AppEnvironment.Tier.allCases)
    func everyTier(tier: AppEnvironment.Tier) throws {
        let spec = extra.replacing("extraAlerts:\n  - {name", with: "alerts: false\n  extraAlerts:\n  - {name")
        #expect(try rules(spec, of: "extra-alerts", tier: tier).count == 2)
        #expect(try rules(spec, tier: tier).isEmpty)
        var seen = EnvironmentObservation(try .fixture(tier: tier, "\(spec)"))
        seen.dependencies = EnvironmentObservation.Dependencies(
            secrets: EnvironmentSecrets(), lostHosts: [:], sharedHosts: [:], certificates: nil, unknownNamespaces: [])
        let condition = seen.status.conditions?.first { $0.type == "ObservabilityReady" }
        #expect(condition?.status == .true && condition?.message.hasSuffix("and the alerts") == true)
    }

    @Test("A scrape is given up after the time that the spec says")
    func scrapeTimeout() throws {
        let spec = "components: [{name: web, image: 'web:1', metrics: {port: 80, scrapeTimeout: 20s}}]"
        let monitor = try #require(ResolvedEnvironment.fixture(tier: .staging, spec).serviceMonitors().first)
        #expect(
            monitor.object[path: "spec", "endpoints"]?[0]
                == ["port": "metrics", "path": "/metrics", "interval": "30s", "scrapeTimeout": "20s"])
        let other = try #require(ResolvedEnvironment.fixture(tier: .staging, self.spec).serviceMonitors().first)
        #expect(other.object[path: "spec", "endpoints"]?[0]?["scrapeTimeout"] == nil)
    }

    // MARK: As Prometheus sees them

    @Test("Without monitors nothing is said about metrics, and without alerts nothing at all")
    func switches() throws {
        let blind = try rules("observability: {serviceMonitor: false}\n\(spec)")
        let ofMetrics = ["ComponentDown", "ComponentHighLatency", "ComponentHighErrorRate"]
        #expect(!blind.isEmpty && blind.allSatisfy { !ofMetrics.contains($0["alert"]?.string ?? "") })
        #expect(try rules("observability: {alerts: false}\n\(spec)").isEmpty)
        #expect(try ResolvedEnvironment.fixture(tier: .preview, spec).alerts().isEmpty)
        #expect(try ResolvedEnvironment.fixture(tier: .preview, spec).serviceMonitors().isEmpty)
    }

    @Test("promtool finds nothing wrong with them", .enabled(if: Promtool.isThere, "promtool is not installed"))
    func promtool() throws {
        for (spec, count) in [(spec, 11), (whole, 14), (extra, 7)] {
            let group = try #require(
                ResolvedEnvironment.fixture(tier: .staging, spec).alerts().first?.object[path: "spec"])
            let result = try Promtool.run(
                ["check", "rules", "--lint-fatal", "rules.yaml"], files: ["rules.yaml": YAML.write([group])])
            #expect(result.status == 0 && result.output.contains("\(count) rules found"), "\(result.output)")
        }
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
    func fire() throws { try play(series, spec) }

    @Test(
        "Those of CPU, memory, volumes, autoscalers and certificates fire when they should, and not before",
        .enabled(if: Promtool.isThere, "promtool is not installed"))
    func fireByUse() throws { try play(Repository.text("Tests/Fixtures/alerts/environment.yaml"), whole) }

    private func play(_ series: String, _ spec: String) throws {
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
