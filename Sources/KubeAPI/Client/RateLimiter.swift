internal import Synchronization

/// Tokens that flow in at a steady rate, up to a burst. Pure: time is told as a duration since any fixed moment.
struct TokenBucket {
    private let interval: Duration
    private let tolerance: Duration
    /// When the bucket would be full again with all reservations so far (the "theoretical arrival time" of GCRA).
    private var arrival: Duration = .zero

    init(perSecond rate: Double, burst: Int) {
        interval = .seconds(1) / rate
        tolerance = interval * (max(1, burst) - 1)
    }

    /// Takes a token, from the future if need be.
    ///
    /// - Returns: how long to wait for it.
    mutating func reserve(at now: Duration) -> Duration {
        let start = max(arrival, now)
        arrival = start + interval
        return max(.zero, start - now - tolerance)
    }

    /// Gives back a token whose taker went away.
    mutating func release() { arrival -= interval }
}

/// Keeps the client's requests under a rate, in the order in which they come.
final class RateLimiter: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    init(perSecond rate: Double, burst: Int, clock: any Clock<Duration>) {
        bucket = Mutex(TokenBucket(perSecond: rate, burst: burst))
        self.clock = clock
        elapsed = stopwatch(clock)
    }

    /// Waits for its turn.
    ///
    /// - Throws: `CancellationError`.
    func acquire() async throws {
        let now = elapsed()
        let wait = bucket.withLock { $0.reserve(at: now) }
        guard wait > .zero else { return }
        do {
            try await clock.sleep(for: wait)
        } catch {
            bucket.withLock { $0.release() }
            throw error
        }
    }
}

/// The time since now, as the clock sees it.
func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
