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
                DetachedThread.start(
                    { continuation.resume(with: Swift.Result { try runBlocking(isCancelled) }) },
                    orElse: { continuation.resume(throwing: Failure.notStarted(code: $0)) })
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private func runBlocking(_ isCancelled: CancellationFlag) throws -> Result {
        let output = try Pipe()
        let messages = try Pipe()
        let process = try spawn(output: output.writeEnd, messages: messages.writeEnd)
        output.closeWriteEnd()
        messages.closeWriteEnd()
        // The group has the process' id. It is ended in any case: a child that stays behind would hold our pipes.
        defer { kill(-process, SIGKILL) }
        let end = ContinuousClock.now + deadline
        var result = Result(exitCode: -1, output: [], messages: [])
        while true {
            let wasOpen = Self.wait(for: [output, messages])
            guard output.read(into: &result.output, limit: outputLimit) else {
                Self.end(process)
                throw Failure.tooMuchOutput
            }
            _ = messages.read(into: &result.messages, limit: messageLimit)
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process {
                // What it has written before its end may still be in the pipes.
                _ = output.read(into: &result.output, limit: outputLimit)
                _ = messages.read(into: &result.messages, limit: messageLimit)
                result.exitCode = Self.exitCode(status)
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

    private static func end(_ process: pid_t) {
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    private static func exitCode(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    /// Waits for output, at most as long as a cancellation may take to be seen; `false` where all pipes are closed.
    private static func wait(for pipes: [Pipe]) -> Bool {
        var polls = pipes.filter { !$0.isAtEnd }.map { pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0) }
        guard !polls.isEmpty else { return false }
        _ = poll(&polls, nfds_t(polls.count), 20)
        return true
    }
}

extension ChildProcess {
    private func spawn(output: Int32, messages: Int32) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, messages, 2)
        // Ours close by themselves on exec; what a library has opened without that flag must not reach the program.
        for descriptor in Self.openDescriptors() where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var process: pid_t = 0
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let code = CStringArray.with([path] + arguments) { argv in
            CStringArray.with(variables) { envp in posix_spawn(&process, path, &actions, &attributes, argv, envp) }
        }
        guard code == 0 else { throw .notStarted(code: code) }
        return process
    }

    private static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        let own = dirfd(folder)
        var descriptors: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name), descriptor != own { descriptors.append(descriptor) }
        }
        return descriptors
    }
}

private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

/// A pipe whose reading end does not block. Used by one thread.
private final class Pipe {
    let readEnd: Int32
    private(set) var writeEnd: Int32
    private(set) var isAtEnd = false

    init() throws(ChildProcess.Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .notStarted(code: errno) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
    }

    deinit {
        closeWriteEnd()
        close(readEnd)
    }

    func closeWriteEnd() {
        guard writeEnd >= 0 else { return }
        close(writeEnd)
        writeEnd = -1
    }

    /// Takes what is there; `false` where there was more than the limit, which is dropped.
    func read(into bytes: inout [UInt8], limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        var isWithin = true
        while !isAtEnd {
            let count = Glibc.read(readEnd, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { break }
            if count == 0 { isAtEnd = true }
            let room = max(0, limit - bytes.count)
            bytes += chunk[..<min(count, room)]
            if count > room {
                isWithin = false
                break
            }
        }
        return isWithin
    }
}

private enum CStringArray {
    /// A list as C takes it, ended by a null pointer, for the time of the call.
    static func with<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the list ends with a null pointer") }
            return body(base)
        }
    }
}

/// A thread for one piece of blocking work.
private enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ run: @escaping @Sendable () -> Void, orElse failed: (Int32) -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return failed(code)
        }
    }
}
