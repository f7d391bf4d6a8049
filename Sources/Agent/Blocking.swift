internal import BackupModel
internal import Glibc
internal import Synchronization

/// Waits for asynchronous work in a process that has one thread of its own and nothing else to do.
enum Blocking {
    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// Runs the work to its end; a signal or the deadline ends it, and with it the waiting.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        try Stop.check()
        let outcome = Outcome<Value>()
        let task = Task.detached {
            do {
                let value = try await work()
                outcome.result.withLock { $0 = .success(value) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
        }
        while true {
            if let result = outcome.result.withLock({ $0 }) { return try result.get() }
            do {
                try Stop.check()
            } catch {
                task.cancel()
                throw error
            }
            usleep(2000)
        }
    }
}
