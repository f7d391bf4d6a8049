internal import BackupModel
internal import Glibc
internal import KubeAPI

/// Runs a command in pods of the policy's namespace, before or after the source. The arguments are the command.
struct Hook {
    /// When the first container of the pod began, where hooks run before the source.
    static var podBeganFile: String { "\(Settings.staging)/hooks/pod-began" }

    private enum Stage: String { case pre, post }

    /// Left by what has failed in a pod that still has to get to its last hooks.
    private static var failedFile: String { "\(Settings.staging)/hooks/failed" }

    private let command: [String]
    private let namespace: String
    private let selector: String
    private let timeout: Duration

    static func run(_ command: [String], _ report: inout RunReport) throws {
        guard let stage = Stage(rawValue: try Settings.required("QM_HOOK_STAGE")), let program = command.first else {
            throw AgentFailure("QM_HOOK_STAGE must be pre or post, and the arguments a command")
        }
        noteBegin()
        try Source.waitForTurn()
        if stage == .pre, Files.exists(failedFile) {
            report.result = .succeeded
            report.message = "skipped: a hook before it failed"
            return
        }
        report.result = .succeeded
        if let problem = try Hook(command).problem() {
            try judge("\(stage.rawValue) hook \(program): \(problem)", stage, &report)
        }
        if Settings.flag("QM_HOOK_IS_LAST"), let failure = Files.text(failedFile) { throw AgentFailure(failure) }
    }

    /// An application that was halted is let go on whatever can't be written here.
    private static func noteBegin() {
        guard !Files.exists(podBeganFile) else { return }
        do {
            try Files.makeFolder("\(Settings.staging)/hooks")
            try Files.write("\(Timestamp.now().secondsSinceEpoch)\n", to: podBeganFile)
        } catch {
            Log.say("when the pod began is not noted: \(error)")
        }
    }

    /// What a hook that failed means for the run.
    private static func judge(_ problem: String, _ stage: Stage, _ report: inout RunReport) throws {
        if Settings.text("QM_HOOK_ON_ERROR") == "Continue" {
            report.message = "\(problem); the run goes on"
            Log.say(report.message)
        } else if stage == .pre {
            throw AgentFailure(problem)
        } else {
            report.message = problem
            guard Handover.isComplete else { return }
            // The artifact is whole: it is stored, and the run is no full success.
            report.result = .partial
            do {
                try Handover.add(omission: Secrets.hide(problem).split(separator: "\n").joined(separator: " "))
            } catch {
                throw AgentFailure("\(problem); the destinations can't be told: \(error)")
            }
        }
    }

    private init(_ command: [String]) throws {
        self.command = command
        namespace = try Settings.required("QM_NAMESPACE")
        selector = try Settings.required("QM_HOOK_SELECTOR")
        timeout = .seconds(try Settings.number("QM_HOOK_TIMEOUT") ?? 60)
    }

    /// Runs the command in each pod; `nil` where all went well.
    private func problem() throws -> String? {
        let (ending, output) = try Program.kubectl(
            [
                "get", "pods", "--namespace", namespace, "--selector", selector,
                "--field-selector=status.phase=Running", "-o", "name",
            ]
        ).collect()
        guard ending.status == 0 else { return "its pods could not be listed: \(ending.words)" }
        let pods = String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
        if pods.isEmpty { return "no running pod has the labels \(selector)" }
        for pod in pods {
            if let problem = try problem(in: pod) { return problem }
        }
        return nil
    }

    private func problem(in pod: String) throws -> String? {
        Log.say("running the hook in \(pod)")
        let container = Settings.text("QM_HOOK_CONTAINER").map { ["--container", $0] } ?? []
        var kubectl = Program.kubectl(["exec", "--namespace", namespace, pod] + container + ["--"] + command)
        kubectl.deadline = timeout
        let began = ContinuousClock.now
        do {
            let ending = try kubectl.run { Log.pass($0) }
            return ending.status == 0 ? nil : "it failed in \(pod) (status \(ending.status)): \(ending.words)"
        } catch {
            try Stop.check()
            guard ContinuousClock.now - began >= timeout else { throw error }
            return "it took more than \(timeout.components.seconds) s in \(pod)"
        }
    }
}
