internal import BackupModel
internal import Glibc
internal import KubeAPI

/// Tells a webhook what became of a run: a container beside those of the run, which begins before them and ends with
/// the pod. It needs neither the operator nor the API server. That it fails, fails no backup: it says so in its own
/// report.
enum Notifier {
    static func run(_ report: inout RunReport) throws {
        let folder = try Settings.required("QM_REPORTS")
        let summary = PodSummary(first: words("QM_FIRST"), last: words("QM_LAST")) {
            Files.read("\(folder)/\($0).json")
        }
        let pause = Double(Settings.text("QM_PAUSE") ?? "2") ?? 2
        var isOver = false
        while !isOver, !summary.isComplete { isOver = isEnded(within: .milliseconds(Int64(pause * 1000))) }
        // A container that was started again has nothing to add.
        let isFirst = !Files.exists("\(folder)/notified")
        if isFirst { try Files.write("", to: "\(folder)/notified") }
        // Work that a signal does not end: it is what this process is for, and it is short.
        if isFirst { Stop.cleanUp { tell(summary.summedUp(), folder) } }
        while !isOver { isOver = isEnded(within: .seconds(60)) }
        report.result = .succeeded
        if let problem = Files.text("\(folder)/unsent") {
            report.result = .failed
            report.message = problem
        }
    }

    private static func tell(_ summary: PodSummary, _ folder: String) {
        guard summary.outcome != .succeeded || Settings.flag("QM_ON_SUCCESS") else { return }
        let body = summary.body(
            namespace: Settings.text("QM_NAMESPACE") ?? "", policy: Settings.text("QM_POLICY") ?? "",
            task: Settings.text("QM_TASK") ?? "", source: Settings.text("QM_SOURCE") ?? "", time: Timestamp.now())
        do {
            try Webhook().tell(body)
        } catch {
            Log.say("not sent: \(error)")
            try? Files.write(Secrets.hide("\(error)") + "\n", to: "\(folder)/unsent")
        }
    }

    /// Waits; whether the pod ends.
    private static func isEnded(within time: Duration) -> Bool {
        do {
            try Stop.sleep(time)
            return false
        } catch {
            return true
        }
    }

    private static func words(_ name: String) -> [String] {
        (Settings.text(name) ?? "").split(separator: " ").map(String.init)
    }
}
