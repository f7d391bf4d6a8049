internal import Glibc
internal import Synchronization

/// Writes log lines to a descriptor from a thread of its own.
///
/// A pipe whose reader is slow must not hold up a reconcile. Lines wait in a bounded buffer; what does not fit is
/// dropped and counted, and the loss is said in the log once there is room again.
package final class LogWriter: LogDestination {
    private struct State {
        var pending: [UInt8] = []
        var isWriting = false
        var dropped: UInt64 = 0
        var unreportedDrops: UInt64 = 0
    }

    private let descriptor: Int32
    private let format: LogFormat
    private let service: String
    private let capacity: Int
    private let state = Mutex(State())
    private let work = ThreadSemaphore()

    /// - Parameters:
    ///   - descriptor: stays open as long as the process runs.
    ///   - service: the value of `service` in JSON lines.
    ///   - capacity: bytes that may wait.
    package init(descriptor: Int32 = 2, format: LogFormat, service: String, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        self.format = format
        self.service = service
        self.capacity = capacity
        startDetachedThread(named: "log") { [self] in drain() }
    }

    /// Lines lost since the start.
    package var droppedLines: UInt64 { state.withLock { $0.dropped } }

    package func write(_ record: Logger.Record) {
        let line = format.line(record, service: service)
        let wasEmpty = state.withLock { state -> Bool in
            guard state.pending.count + line.count <= capacity else {
                state.dropped += 1
                state.unreportedDrops += 1
                return false
            }
            let wasEmpty = state.pending.isEmpty
            state.pending += line
            return wasEmpty
        }
        if wasEmpty { work.signal() }
    }

    /// Waits until everything is written, for at most `limit`: what the process does last. Blocks its thread.
    package func flush(within limit: Duration = .seconds(1)) {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline, state.withLock({ !$0.pending.isEmpty || $0.isWriting }) {
            usleep(1000)
        }
    }

    private func drain() {
        while true {
            work.wait()
            let (lines, lost) = state.withLock { state -> ([UInt8], UInt64) in
                defer {
                    state.pending = []
                    state.isWriting = true
                    state.unreportedDrops = 0
                }
                return (state.pending, state.unreportedDrops)
            }
            writeAll(lines)
            if lost > 0 { writeAll(format.line(lossRecord(lost), service: service)) }
            state.withLock { $0.isWriting = false }
        }
    }

    private func lossRecord(_ count: UInt64) -> Logger.Record {
        Logger.Record(
            time: LogClock.now(), level: .warning, message: "log lines were dropped: the reader of the log is too slow",
            fields: [("lines", .integer(Int64(clamping: count)))])
    }

    private func writeAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&poller, 1, 1000)
            } else if errno != EINTR {
                // Nobody reads any more (EPIPE, EBADF): a log that cannot be written is no reason to stop.
                return
            }
        }
    }
}
