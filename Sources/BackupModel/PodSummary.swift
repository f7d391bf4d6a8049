package import KubeAPI

/// What became of a pod, put together from the reports that its containers have left so far.
package struct PodSummary: Sendable {
    /// Those that run one after the other, and those that run after them, all at once.
    private let first: [String]
    private let last: [String]
    /// By container; `nil` where there is none.
    private let report: @Sendable (String) -> [UInt8]?

    package init(first: [String], last: [String], report: @escaping @Sendable (String) -> [UInt8]?) {
        self.first = first
        self.last = last
        self.report = report
    }

    /// Whether there is nothing more to come. After a failure of the last of those before them, none of the others
    /// begins.
    package var isComplete: Bool {
        let results = first.map(result)
        guard results.allSatisfy({ $0 != nil }) else { return false }
        if results.contains(.failed) { return true }
        return last.allSatisfy { result($0) != nil }
    }

    /// The whole in one word.
    package private(set) var outcome = RunResult.succeeded
    /// Why it is no full success.
    package private(set) var message = ""
    /// By container; `null` for one that was ended before it could report.
    package private(set) var reports = JSONObject()

    /// Adds it up: what has not reported by now never will.
    package func summedUp() -> PodSummary {
        var summary = self
        var hasBegun = true
        for container in first {
            summary.add(container, hasBegun: hasBegun)
            if summary.outcome == .failed { hasBegun = false }
        }
        for container in last { summary.add(container, hasBegun: hasBegun) }
        return summary
    }

    /// What a webhook is told.
    package func body(namespace: String, policy: String, task: String, source: String, time: Timestamp) -> JSONValue {
        let subject = "\(namespace)/\(policy), \(task)" + (source.isEmpty ? "" : " of source \(source)")
        let headline = "\(subject): \(outcome.rawValue)" + (message.isEmpty ? "" : ". \(message)")
        return .object(
            JSONObject([
                ("version", 1), ("text", .string(headline)), ("namespace", .string(namespace)),
                ("policy", .string(policy)),
                ("task", .string(task)), ("source", .string(source)), ("result", .string(outcome.rawValue)),
                ("message", .string(message)), ("time", .string(time.rfc3339)), ("reports", .object(reports)),
            ]))
    }

    /// `nil` where the container has not reported. What can't be read is no success.
    private func result(_ container: String) -> RunResult? {
        report(container).map { RunReport(terminationMessage: String(decoding: $0, as: UTF8.self))?.result ?? .failed }
    }

    private mutating func add(_ container: String, hasBegun: Bool) {
        let said: String
        let result: RunResult
        if let bytes = report(container) {
            let known = RunReport(terminationMessage: String(decoding: bytes, as: UTF8.self))
            (result, said) = (known?.result ?? .failed, known?.message ?? "its report can't be read")
            reports[container] = (try? JSONValue.parse(bytes)) ?? .null
        } else if hasBegun {
            (result, said) = (.failed, "it was ended before it could report")
            reports[container] = .null
        } else {
            // After a failure of one before it, it may well not have begun.
            return
        }
        switch result {
        case .succeeded: return
        case .partial: if outcome != .failed { outcome = .partial }
        case .failed: outcome = .failed
        }
        message += (message.isEmpty ? "" : "; ") + "\(container): \(said)"
    }
}
