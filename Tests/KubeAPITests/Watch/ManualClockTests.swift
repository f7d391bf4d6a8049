internal import Support
internal import Testing

@Suite struct ManualClockTests {
    @Test("A sleeper wakes when the clock is advanced to its deadline, not before")
    func wakes() async throws {
        let clock = ManualClock()
        try await withThrowingTaskGroup(of: Duration.self) { group in
            group.addTask {
                try await clock.sleep(for: .seconds(75))
                return clock.now.offset
            }
            try await clock.waitUntilSleeping()
            clock.advance(by: .seconds(74))
            #expect(clock.sleeperCount == 1)
            #expect(clock.timeToNextWake == .seconds(1))
            clock.advance(by: .seconds(1))
            #expect(try await group.next() == .seconds(75))
        }
    }

    @Test("A cancelled sleeper leaves with CancellationError and is forgotten")
    func cancels() async throws {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        try await clock.waitUntilSleeping()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test("A sleep in a task that is cancelled already does not park")
    func cancelledBefore() async throws {
        let clock = ManualClock()
        let task = Task {
            try? await Task.sleep(for: .seconds(600))
            try await clock.sleep(for: .seconds(1))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }
}
