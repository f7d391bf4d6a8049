internal import BackupModel
internal import Glibc
internal import KubeAPI

/// One container of a backup's pod: it does one thing, and reports it.
enum AgentProgram {
    /// What a verb does; it fills in the report as it goes, and throws where it fails.
    typealias Work = @Sendable (_ arguments: [String], _ report: inout RunReport) throws -> Void

    private static let verbs: [String: Work] = [
        "prepare": { _, report in try DestinationCommands.prepare(&report) },
        delivery: { _, report in try DestinationCommands.deliver(&report) },
        "check": { _, report in try DestinationCommands.check(&report) },
        "list": { _, report in try DestinationCommands.list(&report) },
        "fetch": { _, report in try DestinationCommands.fetch(&report) },
        "source-postgres": { _, report in try PostgresSource.run(&report) },
        "source-pvc": { _, report in try VolumeSource.run(&report) },
        "source-etcd": { _, report in try EtcdSource.run(&report) },
        "source-manifests": { _, report in try ManifestSource.run(&report) },
        "drill-postgres": { _, report in try PostgresDrill.run(&report) },
        "drill-etcd": { _, report in try EtcdDrill.run(&report) },
        "hook": { arguments, report in try Hook.run(arguments, &report) },
        notifier: { _, report in try Notifier.run(&report) },
    ]

    private static let delivery = "deliver"
    /// It waits for the others, and ends when it is told to.
    private static let notifier = "notify"

    /// - Returns: the exit status.
    static func run(_ arguments: [String]) -> Int32 {
        guard let verb = arguments.first, let work = verbs[verb] else {
            Log.say(
                "usage: quartermaster-agent \(verbs.keys.sorted().joined(separator: "|")); pods of a BackupPolicy run it"
            )
            return 2
        }
        // Sources of volumes and of etcd are root, what comes after them is not; their group is the same.
        umask(0o007)
        let began = ContinuousClock.now
        var report = RunReport(.failed)
        do {
            if verb != notifier { try limitTime() }
            try work(Array(arguments.dropFirst()), &report)
        } catch let failure as RunFailure {
            report.fail(failure.description, failure.reason)
        } catch {
            report.fail("\(error)", nil)
        }
        report.message = oneLine(report.message)
        report.suspicion = report.suspicion.map(oneLine)
        report.finding = report.finding.map(oneLine)
        report.durationSeconds = report.durationSeconds ?? (ContinuousClock.now - began).components.seconds
        write(report)
        if report.result == .failed { Log.say("failed: \(report.message)") }
        return exitStatus(of: report, verb)
    }

    /// All containers of a pod have the same time together: it began with the first of them.
    private static func limitTime() throws(AgentFailure) {
        guard let limit = try Settings.number("QM_DEADLINE_SECONDS") else { return }
        let known = [Hook.podBeganFile, "\(Settings.runFolder)/pod-began"].lazy.compactMap {
            Files.line($0).flatMap(Int64.init)
        }
        let began = known.first ?? Timestamp.now().secondsSinceEpoch
        let left = began + limit - Timestamp.now().secondsSinceEpoch
        // A clock that was set meanwhile must not give more time than there is, nor none.
        Stop.after(.seconds(max(min(left, limit), min(limit, 10))))
    }

    private static func exitStatus(of report: RunReport, _ verb: String) -> Int32 {
        // That nobody could be told fails no backup.
        if verb == notifier { return 0 }
        // The destinations have to get to what a source has left incomplete; they say it again.
        let isBefore = verb.hasPrefix("source-") || verb == "hook"
        if report.result == .partial, isBefore { return 0 }
        // Another attempt would store a second artifact of the run wherever the first went well. The report tells of it.
        if report.result == .failed, verb == delivery, Settings.flag("QM_OPTIONAL") { return 0 }
        // Hooks that come after it have to be run: the last of them ends the pod.
        if report.result == .failed, Settings.flag("QM_DEFER_FAILURE"),
            report.reason != RunFailure.Reason.stopped.rawValue
        {
            try? Files.makeFolder("\(Settings.staging)/hooks")
            if (try? Files.write(report.message + "\n", to: "\(Settings.staging)/hooks/failed")) != nil { return 0 }
        }
        return report.result.exitStatus
    }

    private static func write(_ report: RunReport) {
        let line = report.line + "\n"
        if let path = Settings.text("QM_REPORT"), let file = fopen(path, "we") {
            fputs(line, file)
            if fclose(file) != 0 { Log.say("the report could not be written to \(path)") }
        }
        // For the container that notifies, where there is one: whole or not at all.
        if let path = Settings.text("QM_REPORT_COPY") { try? Files.write(line, to: path) }
    }

    private static func oneLine(_ text: String) -> String {
        let printable = String(
            String.UnicodeScalarView(
                Secrets.hide(text).unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
        return printable.split(separator: " ").joined(separator: " ")
    }
}

extension RunReport {
    fileprivate mutating func fail(_ message: String, _ reason: RunFailure.Reason?) {
        result = .failed
        self.message = message
        self.reason = reason?.rawValue
    }
}
