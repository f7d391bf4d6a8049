import Dispatch
import Synchronization
import Testing

/// Threads for the tests of the scripts: they wait for programs, and a thread that waits must be none of the few that
/// all other tests share.
final class ScriptThreads: TaskExecutor {
    static let shared = ScriptThreads()

    private let queues = (0..<3).map { DispatchQueue(label: "backup scripts \($0)") }
    private let waiting = Mutex<[Int]>([0, 0, 0])

    func enqueue(_ job: consuming ExecutorJob) {
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

struct OnThreadsOfItsOwn: SuiteTrait, TestScoping {
    func provideScope(
        for _: Test, testCase _: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ScriptThreads.shared) { try await function() }
    }
}

extension Trait where Self == OnThreadsOfItsOwn {
    static var onThreadsOfItsOwn: Self { OnThreadsOfItsOwn() }
}
