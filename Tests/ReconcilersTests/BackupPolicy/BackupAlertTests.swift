import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Alerts of a BackupPolicy")
struct BackupAlertTests {
    private func rules(_ policy: BackupPolicy) throws -> String {
        let child = try #require(try policy.resolved.prometheusRules().first)
        return YAML.write([try #require(child.object["spec"])])
    }

    @Test("promtool has nothing against the rules", .enabled(if: Promtool.isThere, "promtool is not installed"))
    func checked() throws {
        let (status, output) = try Promtool.run(
            ["check", "rules", "rules.yaml"], files: ["rules.yaml": try rules(.fixture())])
        #expect(status == 0 && output.contains("9 rules found"), "\(output)")
    }

    @Test(
        "Each alert fires on the metrics that the operator exposes, and on those of its own policy only",
        .enabled(if: Promtool.isThere, "promtool is not installed"),
        arguments: [
            (
                #"quartermaster_backup_consecutive_failures{namespace="shop",name="nightly",source="db",destination="box"}"#,
                "2", "BackupFailed"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Fresh",status="False",reason="Stale"}"#,
                "1", "BackupStale"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Fresh",status="False",reason="Missed"}"#,
                "1", "BackupMissed"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Fresh",status="False",reason="Suspicious"}"#,
                "1", "BackupSuspicious"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="BackupSucceeded",status="False",reason="Partial"}"#,
                "1", "BackupIncomplete"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Verified",status="False",reason="Failed"}"#,
                "1", "BackupUnverified"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Ready",status="False",reason="ArtifactsMissing"}"#,
                "1", "BackupArtifactsMissing"
            ),
            (
                #"quartermaster_backup_drill_failed{namespace="shop",name="nightly",source="db",destination="box"}"#,
                "1", "BackupDrillFailed"
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="other",type="Fresh",status="False",reason="Stale"}"#,
                "1", ""
            ),
            (
                #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Fresh",status="False",reason="Suspended"}"#,
                "1", ""
            ),
            (
                #"quartermaster_backup_consecutive_failures{namespace="shop",name="nightly",source="db",destination="box"}"#,
                "0", ""
            ),
        ])
    func fires(series: String, value: String, alert: String) throws {
        // The operator is there, twice: one alert all the same.
        let ready =
            #"quartermaster_resource_condition{kind="BackupPolicy",namespace="shop",name="nightly",type="Ready",status="True",reason="Ready"}"#
        let replicas = ["a", "b"].flatMap { pod in
            [series, ready].map { $0.replacing("}", with: ",pod=\"\(pod)\"}") }
        }
        #expect(
            try firing(replicas.map { ($0, $0.contains(#"type="Ready""#) ? "1" : value) })
                == (alert.isEmpty ? [] : [alert]))
    }

    @Test("An operator that is gone is told", .enabled(if: Promtool.isThere, "promtool is not installed"))
    func unknown() throws { #expect(try firing([("up", "1")]) == ["BackupUnknown"]) }

    /// The names of the alerts that fire after half an hour.
    private func firing(_ series: [(String, String)]) throws -> [String] {
        // What promtool expects and does not get is told with what it got.
        var found: [String] = []
        for name in try BackupPolicy.fixture().resolved.alertRules.map(\.name) {
            let input = series.map { "      - {series: '\($0)', values: '\($1)x40'}" }.joined(separator: "\n")
            let test = """
                rule_files: [rules.yaml]
                evaluation_interval: 1m
                tests:
                  - interval: 1m
                    input_series:
                \(input)
                    alert_rule_test:
                      - {eval_time: 30m, alertname: \(name), exp_alerts: []}
                """
            let (status, output) = try Promtool.run(
                ["test", "rules", "test.yaml"], files: ["rules.yaml": try rules(.fixture()), "test.yaml": test])
            if status != 0 {
                #expect(output.contains("got:"), "\(output)")
                #expect(output.components(between: "Labels:", and: "Annotations:") == 1, "\(output)")
                found.append(name)
            }
        }
        return found
    }

    @Test("Labels by which a Prometheus selects its rules are on the object; without alerts there is none")
    func labels() throws {
        let rule = try #require(
            try BackupPolicy.fixture("alerting: {labels: {release: p}}").resolved.prometheusRules().first)
        #expect(rule.object.labels["release"] == "p" && rule.object.labels[LabelKey.backupPolicy] == "nightly")
        #expect(try BackupPolicy.fixture("alerting: {prometheusRule: \"Off\"}").resolved.prometheusRules().isEmpty)
    }
}

extension String {
    /// How often the first word is followed by the second.
    fileprivate func components(between first: String, and second: String) -> Int {
        split(separator: "got:").last?.ranges(of: first).count ?? 0
    }
}
