internal import Glibc
internal import Synchronization

/// One run of another program: no terminal, no input, a deadline that ends it and all that it has started.
struct ChildProcess: Sendable {
    /// Absolute.
    var path: String
    /// Without the program's name.
    var arguments: [String]
    /// All of its environment; nothing is inherited.
    var environment: [String: String]
    var deadline: Duration
    /// What is kept of its output; beyond, the run counts as failed.
    var outputLimit = 1 << 20
    /// What is kept of its messages; the rest is read and dropped.
    var messageLimit = 4 << 10

    struct Result: Sendable {
        /// As a shell counts it: 128 and the signal, where one has ended the program.
        var exitCode: Int32
        var output: [UInt8]
        var messages: [UInt8]
    }

    enum Failure: Error {
        case notStarted(code: Int32)
        case timedOut
        case tooMuchOutput
    }

    /// Runs to the end, on a thread of its own.
    ///
    /// - Throws: `Failure`, or `CancellationError`; the program and its children are gone then.
    func run() async throws -> Result {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                startDetachedThread(
                    named: "child", orElse: { continuation.resume(throwing: Failure.notStarted(code: $0)) },
                    { continuation.resume(with: Swift.Result { try runBlocking(isCancelled) }) })
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private func runBlocking(_ isCancelled: CancellationFlag) throws -> Result {
        let (process, output, messages) = try start()
        // A child that stays behind would hold our pipes.
        defer { process.sendToGroup(SIGKILL) }
        let end = ContinuousClock.now + deadline
        var result = Result(exitCode: -1, output: [], messages: [])
        while true {
            let wasOpen = Self.wait(for: [output, messages])
            guard output.read(into: &result.output, limit: outputLimit) else {
                Self.end(process)
                throw Failure.tooMuchOutput
            }
            _ = messages.read(into: &result.messages, limit: messageLimit)
            if let ending = process.ending() {
                // What it has written before its end may still be in the pipes.
                _ = output.read(into: &result.output, limit: outputLimit)
                _ = messages.read(into: &result.messages, limit: messageLimit)
                result.exitCode = ending.exitCode
                return result
            }
            if isCancelled.isSet {
                Self.end(process)
                throw CancellationError()
            }
            if ContinuousClock.now >= end {
                Self.end(process)
                throw Failure.timedOut
            }
            // Nothing to wait on any more but the end of the process itself.
            if !wasOpen { usleep(2000) }
        }
    }

    private func start() throws(Failure) -> (process: SpawnedProcess, output: ProcessPipe, messages: ProcessPipe) {
        do throws(ProcessLaunch.Failure) {
            let (output, messages) = (try ProcessPipe(), try ProcessPipe())
            let launch = ProcessLaunch(
                [path] + arguments, environment: environment, output: .descriptor(output.writeEnd),
                errors: .descriptor(messages.writeEnd))
            let process = try launch.start()
            output.closeWriteEnd()
            messages.closeWriteEnd()
            return (process, output, messages)
        } catch {
            throw .notStarted(code: error.code)
        }
    }

    private static func end(_ process: SpawnedProcess) {
        process.sendToGroup(SIGKILL)
        process.waitForEnding()
    }

    /// Waits for output, at most as long as a cancellation may take to be seen; `false` where all pipes are closed.
    private static func wait(for pipes: [ProcessPipe]) -> Bool {
        var polls = pipes.filter { !$0.isAtEnd }.map { pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0) }
        guard !polls.isEmpty else { return false }
        _ = poll(&polls, nfds_t(polls.count), 20)
        return true
    }
}

extension ProcessPipe {
    /// Takes what is there; `false` where there was more than the limit, which is dropped.
    fileprivate func read(into bytes: inout [UInt8], limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while let count = read(&chunk) {
            let room = max(0, limit - bytes.count)
            bytes += chunk[..<min(count, room)]
            if count > room { return false }
        }
        return true
    }
}

private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
