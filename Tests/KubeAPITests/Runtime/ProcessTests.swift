import Glibc
import Support
import Testing

@testable import KubeAPI

@Suite("Process lifecycle")
struct ProcessLifecycleTests {
    private let clock = ManualClock()
    private let events = Recorder<String>()
    private let log = CapturedLog()

    private func lifecycle() -> ProcessLifecycle {
        ProcessLifecycle(logger: Logger(to: log), time: TimeSource(clock))
    }

    private func part(_ name: String) -> @Sendable () async throws -> Void {
        { [events] in
            events.append("\(name) starts")
            try? await Task.sleep(for: .seconds(600))
            events.append("\(name) ends")
        }
    }

    @Test("a signal stops the parts one after the other, the last one first")
    func order() async throws {
        var lifecycle = lifecycle()
        for name in ["lease", "server", "caches", "workers"] { lifecycle.add(name, run: part(name)) }
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        async let ending = lifecycle.run(signals: signals)
        try await eventually("all have started") { events.count == 4 }
        continuation.yield(SIGTERM)
        #expect(await ending.exitCode == 0)
        #expect(events.all.suffix(4) == ["workers ends", "caches ends", "server ends", "lease ends"])
    }

    @Test("a part that fails stops the others and gives its error")
    func failure() async throws {
        struct Failure: Error {}
        var lifecycle = lifecycle()
        lifecycle.add("lease", run: part("lease"))
        lifecycle.add("server") { throw Failure() }
        let ending = await lifecycle.run(signals: AsyncStream { _ in })
        guard case .failed(let part, let error) = ending else {
            Issue.record("want a failure, got \(ending)")
            return
        }
        #expect(part == "server")
        #expect(error is Failure)
        #expect(ending.exitCode == 1)
        #expect(events.last == "lease ends")
    }

    @Test("a part that does not end is left behind after its grace, and said so")
    func hung() async throws {
        let hang = AsyncStream<Void>.makeStream()
        var lifecycle = lifecycle()
        lifecycle.add("lease", run: part("lease"))
        lifecycle.add("workers", grace: .seconds(20)) {
            // Deaf to cancellation, as a stuck C call is.
            await Task { for await _ in hang.stream {} }.value
        }
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        async let ending = lifecycle.run(signals: signals)
        try await eventually("the lease has started") { events.count == 1 }
        continuation.yield(SIGTERM)
        try await eventually("the grace is set") { clock.timeToNextWake == .seconds(20) }
        #expect(events.count == 1)
        clock.advance(by: .seconds(20))
        #expect(await ending.exitCode == 0)
        #expect(events.last == "lease ends")
        #expect(log.records.contains { $0.level == .error && $0.fields.contains { $0.value == "workers" } })
        hang.continuation.finish()
    }

    @Test("a second signal does not wait any longer")
    func impatience() async throws {
        let hang = AsyncStream<Void>.makeStream()
        var lifecycle = lifecycle()
        lifecycle.add("workers", grace: .seconds(20)) { await Task { for await _ in hang.stream {} }.value }
        let (signals, continuation) = AsyncStream<Int32>.makeStream()
        async let ending = lifecycle.run(signals: signals)
        continuation.yield(SIGINT)
        try await clock.waitUntilSleeping()
        continuation.yield(SIGINT)
        #expect(await ending.exitCode == 130)
        hang.continuation.finish()
    }

    @Test("a cancelled process stops in the same order")
    func cancellation() async throws {
        var lifecycle = lifecycle()
        for name in ["lease", "workers"] { lifecycle.add(name, run: part(name)) }
        let whole = lifecycle
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = await whole.run(signals: AsyncStream { _ in }) }
            try await eventually("both have started") { events.count == 2 }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(events.all.suffix(2) == ["workers ends", "lease ends"])
    }
}

@Suite("Process signals", .serialized)
struct ProcessSignalsTests {
    @Test("signals of the system arrive in the stream, each of them")
    func arrival() async {
        // Signals that nothing else in a test process uses.
        var signals = ProcessSignals.stream(of: [SIGUSR1, SIGUSR2]).makeAsyncIterator()
        kill(getpid(), SIGUSR1)
        #expect(await signals.next() == SIGUSR1)
        kill(getpid(), SIGUSR2)
        #expect(await signals.next() == SIGUSR2)
        kill(getpid(), SIGUSR1)
        #expect(await signals.next() == SIGUSR1)
    }
}
