import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Alerts of components that are no Deployments")
struct RunAlertsTests {
    private let spec = """
        tier: staging
        components:
        - {name: migrate, kind: Job, image: 'web:1'}
        - {name: report, kind: CronJob, image: 'report:1', cronJob: {schedule: '@daily'}}
        - {name: fresh, kind: CronJob, image: 'report:1', cronJob: {schedule: '@daily'}}
        - {name: busy, kind: CronJob, image: 'report:1', cronJob: {schedule: '@daily'}}
        - {name: well, kind: CronJob, image: 'report:1', cronJob: {schedule: '@daily'}}
        - {name: db, kind: StatefulSet, image: 'db:1'}
        """

    private func series(_ times: String) -> String {
        """
        rule_files: [rules.yaml]
        evaluation_interval: 1m
        tests:
        - interval: 1m
          input_series:
        \(times)
          alert_rule_test:
          - alertname: ComponentRunFailed
            eval_time: 15m
            exp_alerts:
            - exp_labels: {severity: warning, namespace: shop, component: migrate, job_name: migrate-0123456789, condition: "true"}
            - exp_labels: {severity: warning, namespace: shop, component: report, cronjob: report}
            - exp_labels: {severity: warning, namespace: shop, component: fresh, cronjob: fresh}
          - alertname: ComponentUnavailable
            eval_time: 15m
            exp_alerts: [{exp_labels: {severity: critical, namespace: shop, component: db, statefulset: db}}]
        """
    }

    /// - Parameter success: `nil`: it has never succeeded.
    private func cronJob(_ name: String, due: Int, success: Int?, active: Int) -> [String] {
        func line(_ metric: String, _ value: Int) -> String {
            "  - {series: 'kube_cronjob_status_\(metric){namespace=\"shop\", cronjob=\"\(name)\"}', values: '\(value)x30'}"
        }
        return [line("last_schedule_time", due), line("active", active)]
            + (success.map { [line("last_successful_time", $0)] } ?? [])
    }

    @Test(
        "They fire for the Job and the runs that have failed, not for what runs or has succeeded since",
        .enabled(if: Promtool.isThere, "promtool is not installed"))
    func fire() throws {
        let times =
            [
                "  - {series: 'kube_job_failed{namespace=\"shop\", job_name=\"migrate-0123456789\", condition=\"true\"}', values: '1x30'}",
                "  - {series: 'kube_job_failed{namespace=\"shop\", job_name=\"migrate-more-0123456789\", condition=\"true\"}', values: '1x30'}",
                "  - {series: 'kube_statefulset_status_replicas_available{namespace=\"shop\", statefulset=\"db\"}', values: '0x30'}",
                "  - {series: 'kube_statefulset_replicas{namespace=\"shop\", statefulset=\"db\"}', values: '1x30'}",
            ] + cronJob("report", due: 200, success: 100, active: 0)
            + cronJob("fresh", due: 200, success: nil, active: 0)
            + cronJob("busy", due: 200, success: 100, active: 1) + cronJob("well", due: 200, success: 210, active: 0)
        let rules = try #require(ResolvedEnvironment.written(spec).alerts().first?.object[path: "spec", "groups"])
        // The texts for people are not what is tested.
        let bare = rules.elements.map { group in
            var group = group
            group["rules"] = .array(
                (group["rules"]?.elements ?? []).map { rule in
                    var rule = rule
                    rule["annotations"] = nil
                    return rule
                })
            return group
        }
        let result = try Promtool.run(
            ["test", "rules", "test.yaml"],
            files: [
                "rules.yaml": YAML.write([["groups": .array(bare)]]),
                "test.yaml": series(times.joined(separator: "\n")),
            ])
        #expect(result.status == 0, "\(result.output)")
    }
}
