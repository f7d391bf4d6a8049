internal import BackupModel
internal import Glibc
internal import Synchronization

/// Why this process has to end before its work is done. Seen by everything that waits.
enum Stop {
    private static let signalNumber = Atomic<Int32>(0)
    private static let pipeEnds = Mutex<(read: Int32, write: Int32)>((-1, -1))
    private static let writeEnd = Atomic<Int32>(-1)
    private static let deadline = Mutex<ContinuousClock.Instant?>(nil)
    /// How deep in work that must be done in spite of it.
    private static let cleanups = Atomic<Int>(0)

    /// Listens to SIGTERM and SIGINT from now on.
    static func listen() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { fatalError("no pipe for signals: \(String(cString: strerror(errno)))") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        pipeEnds.withLock { $0 = (ends[0], ends[1]) }
        writeEnd.store(ends[1], ordering: .releasing)
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGTERM, SIGINT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let error = errno
                Stop.signalNumber.store(number, ordering: .releasing)
                var byte: UInt8 = 0
                _ = write(Stop.writeEnd.load(ordering: .acquiring), &byte, 1)
                errno = error
            }
            sigaction(number, &action, nil)
        }
    }

    /// Ends the work after this time, before others end the pod and nothing could be reported.
    static func after(_ time: Duration) { deadline.withLock { $0 = .now + time } }

    /// Becomes readable with the first signal, and stays so.
    static var descriptor: Int32 { pipeEnds.withLock { $0.read } }

    static var isCleaningUp: Bool { cleanups.load(ordering: .acquiring) > 0 }

    /// - Throws: where the work has to end; never in a clean-up.
    static func check() throws(AgentFailure) {
        guard !isCleaningUp else { return }
        if signalNumber.load(ordering: .acquiring) != 0 { throw AgentFailure("stopped by a signal", .stopped) }
        if let end = deadline.withLock({ $0 }), ContinuousClock.now >= end {
            throw AgentFailure("it took longer than activeDeadlineSeconds", .deadlineExceeded)
        }
    }

    /// Waits, unless the work has to end.
    static func sleep(_ time: Duration) throws(AgentFailure) {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            try check()
            let left = min(end - ContinuousClock.now, .seconds(1))
            var polls = isCleaningUp ? [] : [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            _ = poll(&polls, nfds_t(polls.count), Int32(max(1, left.milliseconds)))
        }
        try check()
    }

    /// Work that gives back what others wait for: it is done even after a signal, and is short.
    static func cleanUp(_ work: () -> Void) {
        cleanups.add(1, ordering: .acquiringAndReleasing)
        work()
        cleanups.subtract(1, ordering: .acquiringAndReleasing)
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
