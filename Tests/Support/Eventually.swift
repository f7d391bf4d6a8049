/// A condition that a test waited for did not come true.
package struct ConditionTimeout: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

/// Polls a condition until it is true.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - interval: real time between two looks.
///   - limit: real time, ample for a machine that is busy with other things: a passing test never uses it up.
/// - Throws: `ConditionTimeout` after the limit.
package func eventually(
    _ what: String, within limit: Duration = .seconds(60), every interval: Duration = .milliseconds(1),
    _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        guard ContinuousClock.now - start < limit else {
            throw ConditionTimeout(description: "never came true: \(what)")
        }
        try await Task.sleep(for: interval)
    }
}
