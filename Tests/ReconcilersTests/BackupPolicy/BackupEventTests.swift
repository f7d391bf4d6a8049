import BackupModel
import KubeAPI
import Testing

@testable import Reconcilers

@Suite("Events and metrics of a BackupPolicy")
struct BackupEventTests {
    private static let good = report(
        "Succeeded", #","artifact":"20260110T020001Z","sizeBytes":2048,"verified":"read","count":3,"deleted":1"#)

    private func run(_ day: Int, _ result: String, message: String = "") throws -> BackupRun {
        let text = result == "Succeeded" ? Self.good : report(result, message: message)
        return try .fixture(
            "2026-01-\(day)T02:05:00Z", condition: result == "Failed" ? "Failed" : "Complete",
            containers: [
                ("source", 0, report("Succeeded")), ("to-bucket", result == "Failed" ? 1 : 0, text),
                ("to-box", 0, Self.good),
            ])
    }

    @Test("Every failed run is a warning, the first good one after it is told, and the others are silent")
    func runs() throws {
        var policy = try BackupPolicy.fixture()
        let object = try policy.dynamicObject()
        var told: [[String]] = []
        let results = ["Succeeded", "Succeeded", "Failed", "Failed", "Succeeded", "Partial", "Succeeded"]
        for (index, result) in results.enumerated() {
            let run = try run(10 + index, result, message: "no route")
            var seen = PolicyObservation(policy: policy, now: try #require(run.endedAt), runs: [run])
            seen.lastScheduled["db"] = run.endedAt
            told.append(seen.events(on: object).map { "\($0.kind.rawValue) \($0.reason.rawValue): \($0.message)" })
            policy.status = seen.status
        }
        #expect(
            told == [
                [], [], ["Warning RunFailed: db to bucket failed: no route"],
                ["Warning RunFailed: db to bucket failed, 2 times in a row: no route"],
                ["Normal RunRecovered: db to bucket went well again: 20260110T020001Z"],
                ["Warning RunFailed: db to bucket is incomplete: no route"],
                ["Normal RunRecovered: db to bucket went well again: 20260110T020001Z"],
            ])
    }

    @Test("A run that did not begin is a warning once")
    func missed() throws {
        var policy = try BackupPolicy.fixture()
        let object = try policy.dynamicObject()
        var told: [ObjectEvent] = []
        for hour in ["02:30:00", "03:00:01", "03:30:00"] {
            let seen = PolicyObservation(
                policy: policy, now: try #require(Timestamp(rfc3339: "2026-01-01T\(hour)Z")), runs: [])
            told += seen.events(on: object)
            policy.status = seen.status
        }
        #expect(told.map(\.reason) == [.runMissed] && told.first?.kind == .warning)
    }

    @Test(
        "Ready that turns False warns where somebody should look, and not where time heals",
        arguments: [
            ("False", "Failed", false, ObjectEvent.Kind.warning), ("False", "Stale", false, .warning),
            ("False", "Missed", false, .warning), ("False", "RollingOut", false, .normal),
            ("False", "ChildRefused", true, .warning), ("True", "Ready", false, .normal),
        ])
    func ready(status: String, reason: String, isStalled: Bool, kind: ObjectEvent.Kind) throws {
        func conditions(_ status: String, _ reason: String) -> JSONObject {
            let ready: JSONValue = [
                "type": "Ready", "status": .string(status), "reason": .string(reason), "message": "m",
            ]
            return ["conditions": .array(isStalled ? [ready, ["type": "Stalled", "status": "True"]] : [ready])]
        }
        let change = ReadyTransition(before: conditions("Unknown", "X"), after: conditions(status, reason))
        let event = change?.event(on: try BackupPolicy.fixture().dynamicObject())
        #expect(event?.kind == kind && event?.reason.rawValue == reason)
    }

    @Test("The condition of alerting tells what is not sent and what is not installed; Ready does not mind")
    func alerting() throws {
        func condition(_ spec: String, _ change: (inout PolicyObservation) -> Void = { _ in }) throws -> String {
            var seen = PolicyObservation(
                policy: try .fixture(spec), now: try #require(Timestamp(rfc3339: "2026-01-01T01:00:00Z")), runs: [])
            change(&seen)
            let conditions = seen.status.conditions ?? []
            #expect(conditions.first { $0.type == "Ready" }?.status == .true)
            let found = conditions.first { $0.type == "AlertingReady" }
            return "\(found?.status.rawValue ?? "") \(found?.reason ?? ""): \(found?.message ?? "")"
        }
        let hook = "alerting: {webhookSecretRef: {name: chat}}"
        #expect(try condition("") == "True Applied: told by a PrometheusRule")
        #expect(try condition(hook) == "True Applied: told by a PrometheusRule and a webhook")
        #expect(try condition("alerting: {prometheusRule: \"Off\"}") == "False Off: spec.alerting tells nobody")
        #expect(try condition("") { $0.isPrometheusMissing = true }.hasPrefix("False CRDNotInstalled: "))
        let unsent = try condition(hook) { $0.notification = RunReport(.failed, "no such host") }
        #expect(unsent == "False NotSent: the last run's result was not sent: no such host")
    }

    @Test("What the notifier reports is read from its pod")
    func notification() throws {
        let run = try BackupRun.fixture(
            "2026-01-10T02:05:00Z",
            containers: [
                ("source", 0, report("Succeeded")), ("to-bucket", 0, Self.good), ("to-box", 0, Self.good),
                ("notify", 0, report("Failed", message: "the webhook was not told")),
            ])
        let seen = PolicyObservation(policy: try .fixture(), now: try #require(run.endedAt), runs: [run])
        #expect(seen.notification?.message == "the webhook was not told")
        #expect(seen.targets.allSatisfy { $0.lastResult == .succeeded })
    }
}
