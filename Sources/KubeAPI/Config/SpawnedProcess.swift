internal import Glibc

/// A process that this one has started, and the group that it leads.
package struct SpawnedProcess: Sendable {
    package struct Ending: Sendable {
        /// As a shell counts it: 128 and the signal, where one has ended the program.
        package let exitCode: Int32
        package let signal: Int32?

        fileprivate init(status: Int32) {
            let number = status & 0x7F
            signal = number == 0 ? nil : number
            exitCode = number == 0 ? status >> 8 & 0xFF : 128 + number
        }
    }

    private let id: Int32

    init(id: Int32) { self.id = id }

    /// `nil` while it runs. Told once: there is no such process any more then.
    package func ending() -> Ending? {
        var status: Int32 = 0
        return waitpid(id, &status, WNOHANG) == id ? Ending(status: status) : nil
    }

    /// Blocks until the process has ended.
    @discardableResult
    package func waitForEnding() -> Ending {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return Ending(status: status)
    }

    /// - Returns: whether there is such a process.
    @discardableResult
    package func send(_ signal: Int32) -> Bool { kill(id, signal) == 0 }

    /// To the process and to all that it has started and that has left it its group.
    package func sendToGroup(_ signal: Int32) { kill(-id, signal) }
}
