internal import KubeAPI

/// Something that was waited for did not come true.
struct WaitFailure: Error, CustomStringConvertible {
    var description: String
}

/// Looks again and again until nothing is left to wait for.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - limit: how long at most.
///   - progress: told what is still missing, every two seconds of waiting.
///   - missing: what is still missing; `nil` where all is there.
/// - Throws: `WaitFailure` after the limit, and what `missing` throws.
func poll(
    _ what: String, within limit: Duration = .seconds(30), progress: (Duration, String) -> Void = { _, _ in },
    _ missing: () async throws -> String?
) async throws {
    let start = ContinuousClock.now
    var nextReport: Duration = .seconds(2)
    while let rest = try await missing() {
        let elapsed = ContinuousClock.now - start
        guard elapsed < limit else {
            throw WaitFailure(description: "waited \(limit.components.seconds) s until \(what): \(rest)")
        }
        if elapsed >= nextReport {
            progress(elapsed, rest)
            nextReport = elapsed + .seconds(2)
        }
        try await Task.sleep(for: .milliseconds(100))
    }
}
