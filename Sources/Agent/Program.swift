internal import BackupModel
internal import Glibc
internal import KubeAPI

/// Another program, started with a list of arguments and all of its environment: no shell reads either.
struct Program {
    /// Looked for in `PATH` where it has no slash.
    var name: String
    var arguments: [String]
    /// Beside what every program gets.
    var environment: [String: String] = [:]
    var folder: String?
    /// Given to its standard input; nothing where it is `nil`.
    var input: [UInt8]?
    /// Ends it, and with it the run.
    var deadline: Duration?
    /// What it says on standard error is logged while it runs. Not where a failure is an answer.
    var isLogged = true

    init(_ name: String, _ arguments: [String]) {
        self.name = name
        self.arguments = arguments
    }

    /// Where it is told by its environment, kubectl finds the API server of the pod.
    static func kubectl(_ arguments: [String]) -> Program {
        var program = Program("kubectl", arguments)
        for name in ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG"] {
            program.environment[name] = Settings.text(name)
        }
        return program
    }

    /// What a program came to.
    struct Ending {
        /// As a shell counts it: 128 and the signal, where one has ended the program.
        var status: Int32
        /// The end of what it said on standard error, without secrets.
        var messages: String

        /// Its last words, on one line.
        var words: String {
            let lines = messages.split(separator: "\n").filter { !$0.trimmed.isEmpty }
            let telling = lines.filter { !Self.isDetail($0) }
            return (telling.isEmpty ? lines : telling).suffix(3).map { $0.trimmed }.joined(separator: " ")
        }

        /// What borg adds to an error of the system, and the log of kubectl, say nothing of what went wrong.
        private static func isDetail(_ line: Substring) -> Bool {
            let labels = [
                "Traceback (", "  File \"", "    ", "Platform:", "Linux:", "Borg:", "PID:", "sys.argv:",
                "SSH_ORIGINAL_COMMAND:",
            ]
            // I1129 10:00:00.000000 …
            let isLog =
                "EWI".contains(line.prefix(1)) && line.dropFirst().prefix(4).allSatisfy(\.isNumber) && line.count > 5
            return isLog || labels.contains(where: line.hasPrefix)
        }
    }

    /// Called about once a second while programs run: leases are renewed by it.
    nonisolated(unsafe) static var onTick: (() -> Void)?
    private nonisolated(unsafe) static var isTicking = false

    /// How long a program may take that runs in a clean-up.
    private static let cleanUpLimit = Duration.seconds(8)
    /// What a program gets to end in when it is asked to.
    private static let patience = Duration.seconds(8)
    private static let messageLimit = 32 << 10

    /// Runs it to its end.
    ///
    /// - Parameter output: called with what it prints, in pieces; what it throws ends the program.
    /// - Throws: where the program can't be started, where this process has to end, or what `output` throws. It is gone then.
    func run(output: (UnsafeRawBufferPointer) throws -> Void) throws -> Ending {
        try Stop.check()
        let child = try Spawned(self)
        defer { child.end(patience: Self.patience) }
        let began = ContinuousClock.now
        let limit = Stop.isCleaningUp ? Self.cleanUpLimit : deadline
        var messages: [UInt8] = []
        // Whole lines: half of a secret would not be known as one.
        var log = LogLines()
        defer { log.end() }
        func take(_ bytes: UnsafeRawBufferPointer) {
            if isLogged { log.add(bytes) }
            messages += bytes
            if messages.count > 2 * Self.messageLimit { messages.removeFirst(messages.count - Self.messageLimit) }
        }
        var lastTick = began
        func mindTime() throws {
            try Stop.check()
            if let limit, ContinuousClock.now - began >= limit {
                throw AgentFailure("\(name) took more than \(limit.components.seconds) s")
            }
            if ContinuousClock.now - lastTick >= .seconds(1) {
                lastTick = .now
                Self.tick()
            }
        }
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let isOpen = child.wait(milliseconds: 500)
            if try child.read(child.output, &chunk, output) {
                // One that never pauses must keep neither a lease from being renewed nor a deadline from being seen.
                child.read(child.errors, &chunk, take)
                try mindTime()
                continue
            }
            child.read(child.errors, &chunk, take)
            if let status = child.status() {
                while try child.read(child.output, &chunk, output) {}
                while child.read(child.errors, &chunk, take) {}
                return Ending(status: status, messages: Secrets.hide(String(decoding: messages, as: UTF8.self)))
            }
            try mindTime()
            if !isOpen { usleep(2000) }
        }
    }

    /// Runs it and keeps what it prints.
    ///
    /// - Parameter limit: in bytes; more is an error.
    func collect(limit: Int = 256 << 20) throws -> (ending: Ending, output: [UInt8]) {
        var output: [UInt8] = []
        let ending = try run { bytes in
            guard output.count + bytes.count <= limit else {
                throw AgentFailure("\(name) printed more than \(limit) bytes")
            }
            output += bytes
        }
        return (ending, output)
    }

    /// Runs it, and fails where it does.
    ///
    /// - Parameter purpose: what could not be done, as in `the upload failed`.
    @discardableResult
    func text(orFail purpose: String) throws -> String {
        let (ending, output) = try collect()
        guard ending.status == 0 else { throw AgentFailure(purpose, ending) }
        return String(decoding: output, as: UTF8.self)
    }

    private static func tick() {
        guard !isTicking, !Stop.isCleaningUp, let onTick else { return }
        isTicking = true
        defer { isTicking = false }
        onTick()
    }

    /// What every program gets.
    static var commonEnvironment: [String: String] {
        [
            "PATH": Settings.text("PATH") ?? "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "HOME": Settings.text("QM_HOME") ?? "/tmp", "TMPDIR": Settings.text("TMPDIR") ?? "/tmp",
        ]
    }
}
