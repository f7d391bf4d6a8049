/// How soon a failed key is tried again: client-go's default controller rate limiter.
package struct BackOff: Sendable, Hashable {
    /// The delay after the first failure; doubled with each further one.
    package var initialDelay: Duration = .milliseconds(5)
    package var maximumDelay: Duration = .seconds(1000)
    /// Retries of all keys together, per second, beyond `burst`.
    package var rate: Double = 10
    package var burst = 100

    package init() {}

    /// - Parameter failures: how often the key has failed before.
    package func delay(afterFailures failures: Int) -> Duration {
        // 2^40 × 1 ns is already beyond any maximum; capped so that the power cannot overflow.
        min(initialDelay * Double(1 << min(failures, 40)), maximumDelay)
    }
}
