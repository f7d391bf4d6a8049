/// A clock as the runtime uses it: durations since one start instead of instants of a generic type.
package struct TimeSource: Sendable {
    private let read: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void

    /// The default clock goes on while the machine sleeps: a lease does not wait for a suspended laptop.
    package init(_ clock: some Clock<Duration> = ContinuousClock()) {
        let start = clock.now
        read = { start.duration(to: clock.now) }
        pause = { deadline in try await clock.sleep(until: start.advanced(by: deadline), tolerance: nil) }
    }

    /// The time since this source was made. Never goes back, and has nothing to do with the wall clock.
    package var now: Duration { read() }

    /// - Throws: `CancellationError`.
    package func sleep(until deadline: Duration) async throws { try await pause(deadline) }

    /// - Throws: `CancellationError`.
    package func sleep(for duration: Duration) async throws { try await pause(now + duration) }
}

/// Random numbers for jitter; tests give a fixed sequence.
package struct Randomness: Sendable {
    private let unit: @Sendable () -> Double

    /// - Parameter unit: gives numbers from 0 up to, not including, 1.
    package init(_ unit: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }) { self.unit = unit }

    /// `duration`, up to `share` longer or shorter.
    package func jittered(_ duration: Duration, by share: Double) -> Duration {
        duration * (1 + share * (2 * unit() - 1))
    }

    /// A short name for one attempt, so that its log lines can be found again.
    package func identifier() -> String {
        let digits = String(UInt64(unit() * 0x1p52), radix: 16)
        return String(repeating: "0", count: 13 - digits.count) + digits
    }
}
