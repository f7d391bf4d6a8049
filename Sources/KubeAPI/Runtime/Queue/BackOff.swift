/// How soon a failed key is tried again: client-go's default controller rate limiter.
package struct BackOff: Sendable, Hashable {
    /// The delay after the first failure; doubled with each further one.
    package var initialDelay: Duration = .milliseconds(5)
    package var maximumDelay: Duration = .seconds(1000)
    /// Retries of all keys together, per second, beyond `burst`.
    package var rate: Double = 10
    package var burst: Double = 100

    package init() {}

    /// - Parameter failures: how often the key has failed before.
    package func delay(afterFailures failures: Int) -> Duration {
        // 2^40 × 1 ns is already beyond any maximum; capped so that the power cannot overflow.
        min(initialDelay * Double(1 << min(failures, 40)), maximumDelay)
    }
}

/// A token bucket whose takers are told when, instead of being turned away.
struct RetryBudget: Sendable {
    private let rate: Double
    private let burst: Double
    private var tokens: Double
    private var updatedAt: Duration

    init(rate: Double, burst: Double, now: Duration) {
        self.rate = rate
        self.burst = burst
        tokens = burst
        updatedAt = now
    }

    /// Takes one token, on credit where none is left; the delay until it would have been there.
    mutating func reserve(now: Duration) -> Duration {
        refill(now)
        tokens -= 1
        return tokens >= 0 ? .zero : .seconds(-tokens / rate)
    }

    /// Takes one token if there is one.
    mutating func take(now: Duration) -> Bool {
        refill(now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    private mutating func refill(_ now: Duration) {
        tokens = min(burst, tokens + (now - updatedAt).inSeconds * rate)
        updatedAt = now
    }
}
