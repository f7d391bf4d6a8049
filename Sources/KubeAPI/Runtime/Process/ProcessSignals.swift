internal import Glibc
internal import Synchronization

/// Signals of the system as a stream.
package enum ProcessSignals {
    /// The pipe's end that the handler writes to: the one thing a handler may touch.
    private static let writeEnd = Atomic<Int32>(-1)

    /// The signals that ask a process to end: SIGTERM and SIGINT. A broken pipe is ignored from now on: it shows as an
    /// error of the write.
    ///
    /// For one call in a process: a signal goes to the stream of the last call.
    package static func termination() -> AsyncStream<Int32> {
        signal(SIGPIPE, SIG_IGN)
        return stream(of: [SIGTERM, SIGINT])
    }

    static func stream(of signals: [Int32]) -> AsyncStream<Int32> {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { fatalError("no pipe for signals: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait, whatever the reader does.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        writeEnd.store(ends[1], ordering: .releasing)
        let reader = ends[0]
        let stream = AsyncStream<Int32> { continuation in
            startDetachedThread(named: "signals") {
                while true {
                    var number: UInt8 = 0
                    let count = read(reader, &number, 1)
                    if count == 1 { continuation.yield(Int32(number)) }
                    if count == 0 || (count < 0 && errno != EINTR) { return continuation.finish() }
                }
            }
        }
        for signal in signals { install(signal) }
        return stream
    }

    private static func install(_ signal: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in
            let error = errno
            var number = UInt8(truncatingIfNeeded: signal)
            _ = write(ProcessSignals.writeEnd.load(ordering: .acquiring), &number, 1)
            errno = error
        }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}
