internal import Glibc

/// A pipe to or from another process, of which our end does not block. Used by one thread.
package final class ProcessPipe {
    package private(set) var readEnd: Int32
    package private(set) var writeEnd: Int32
    package private(set) var isAtEnd = false
    package private(set) var isBroken = false

    package init() throws(ProcessLaunch.Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ProcessLaunch.Failure(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        // The program gets a copy of one end, and shares its flags: each side is set before the other is handed over only
        // where it stays with us, so the flag is given by `read` and `write` themselves.
    }

    deinit {
        closeReadEnd()
        closeWriteEnd()
    }

    package func closeReadEnd() {
        if readEnd >= 0 { close(readEnd) }
        readEnd = -1
    }

    package func closeWriteEnd() {
        if writeEnd >= 0 { close(writeEnd) }
        writeEnd = -1
    }

    /// How many bytes there were; `nil` where none are there now.
    package func read(_ chunk: inout [UInt8]) -> Int? {
        guard !isAtEnd else { return nil }
        setNonblocking(readEnd)
        while true {
            let count = Glibc.read(readEnd, &chunk, chunk.count)
            if count > 0 { return count }
            if count < 0, errno == EINTR { continue }
            if count == 0 { isAtEnd = true }
            return nil
        }
    }

    package func drain() {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while read(&chunk) != nil {}
    }

    /// How many bytes were taken; `nil` where none are now.
    package func write(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty else { return nil }
        setNonblocking(writeEnd)
        let count = bytes.withUnsafeBytes { Glibc.write(writeEnd, $0.baseAddress, $0.count) }
        if count < 0, errno == EPIPE { isBroken = true }
        return count > 0 ? count : nil
    }

    private func setNonblocking(_ end: Int32) {
        let flags = fcntl(end, F_GETFL)
        if flags & O_NONBLOCK == 0 { _ = fcntl(end, F_SETFL, flags | O_NONBLOCK) }
    }
}
