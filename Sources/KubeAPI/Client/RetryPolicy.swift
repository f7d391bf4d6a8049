/// When a request is sent again by the client itself. Pure.
///
/// Reads are repeated after errors of the network; any request is repeated when the server says 429 or 503 together
/// with a time to wait, because it has then not begun to work on it. Nothing else is: a write whose answer got lost
/// may have been carried out, and the reconcile loop knows better than the client what to do then.
package struct RetryPolicy: Sendable, Hashable {
    /// Further tries after an error of the network.
    package var networkRetries = 3
    /// Further tries after 429 and 503.
    package var throttleRetries = 10
    /// The first pause; each further one is twice as long.
    package var initialBackoff: Duration = .milliseconds(100)
    package var maxBackoff: Duration = .seconds(10)
    /// A server that asks for more gets no further try; the caller learns of it by `APIError.retryAfter`.
    package var longestRetryAfter: Duration = .seconds(60)

    package init() {}

    package static let none: RetryPolicy = {
        var policy = RetryPolicy()
        policy.networkRetries = 0
        policy.throttleRetries = 0
        return policy
    }()

    /// The pause before the next try; `nil` when there is none.
    ///
    /// - Parameters:
    ///   - tries: how many tries have failed in this way so far, at least 1.
    ///   - random: uniform in 0 ..< 1.
    func delay(after error: TransportError, method: String, tries: Int, random: Double) -> Duration? {
        guard method == "GET" || method == "HEAD", tries <= networkRetries else { return nil }
        switch error.code {
        case .connect, .closed, .timeout: break
        case .tls, .cancelled, .withheld, .protocol, .tooLarge: return nil
        }
        // Between half and all of it, so that clients that failed together do not come back together.
        return backoff(tries) * (0.5 + random / 2)
    }

    /// See `delay(after:method:tries:random:)`; for responses.
    func delay(afterStatus status: Int, retryAfter: Duration?, tries: Int, random: Double) -> Duration? {
        guard status == 429 || status == 503, let retryAfter, tries <= throttleRetries else { return nil }
        guard retryAfter <= longestRetryAfter else { return nil }
        // Never before the time that was asked for.
        return max(retryAfter, backoff(tries)) + backoff(tries) * random
    }

    private func backoff(_ tries: Int) -> Duration {
        min(maxBackoff, initialBackoff * (1 << min(tries - 1, 20)))
    }
}
