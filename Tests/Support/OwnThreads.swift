internal import Dispatch
internal import Synchronization
package import Testing

/// Threads for tests that keep a thread busy or waiting for long: it must be none of the few that all other tests share.
package final class OwnThreads: TaskExecutor {
    private let queues: [DispatchQueue]
    private let waiting: Mutex<[Int]>

    package init(_ name: String, count: Int) {
        queues = (0..<count).map { DispatchQueue(label: "\(name) \($0)") }
        waiting = Mutex(Array(repeating: 0, count: count))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let index = waiting.withLock { waiting in
            let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[index] += 1
            return index
        }
        queues[index].async {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
            self.waiting.withLock { $0[index] -= 1 }
        }
    }
}

/// Runs the tests of a suite on threads of their own.
package struct OwnThreadsTrait: SuiteTrait, TestScoping {
    fileprivate static let waiting = OwnThreads("waiting tests", count: 3)
    fileprivate static let busy = OwnThreads("busy tests", count: 1)

    fileprivate let threads: OwnThreads

    package func provideScope(
        for _: Test, testCase _: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(threads) { try await function() }
    }
}

extension Trait where Self == OwnThreadsTrait {
    /// For tests that wait for programs.
    package static var onThreadsOfItsOwn: Self { OwnThreadsTrait(threads: OwnThreadsTrait.waiting) }
    /// For tests that compute for seconds: one after the other, so that others have a core.
    package static var onTheBusyThread: Self { OwnThreadsTrait(threads: OwnThreadsTrait.busy) }
}
