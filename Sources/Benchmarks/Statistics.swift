internal import KubeAPI

/// Times of one kind, in milliseconds.
struct Latencies: Sendable {
    private var milliseconds: [Double] = []

    var count: Int { milliseconds.count }

    mutating func add(_ time: Duration) { milliseconds.append(time / .milliseconds(1)) }

    /// The value that so many of a hundred do not exceed; 0 where there is none.
    func percentile(_ percent: Double) -> Double {
        guard !milliseconds.isEmpty else { return 0 }
        let sorted = milliseconds.sorted()
        let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up)) - 1
        return sorted[min(max(rank, 0), sorted.count - 1)].rounded(to: 2)
    }

    /// `p50_ms`, `p99_ms` and `max_ms`, with a prefix.
    func fields(_ prefix: String = "") -> [(String, JSONValue)] {
        [
            ("\(prefix)p50_ms", .number(percentile(50))), ("\(prefix)p99_ms", .number(percentile(99))),
            ("\(prefix)max_ms", .number(percentile(100))),
        ]
    }
}

extension JSONObject {
    mutating func add(_ fields: some Sequence<(String, JSONValue)>) {
        for (name, value) in fields { self[name] = value }
    }
}

/// The middle one, or the mean of the middle two; 0 where there is none.
func median(of values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}

/// Does the work for each element, so many at a time. The first error ends it.
func forEach<Element: Sendable>(
    _ elements: some Sequence<Element> & Sendable, inFlight limit: Int,
    _ work: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for element in elements {
            if running == limit {
                try await group.next()
                running -= 1
            }
            group.addTask { try await work(element) }
            running += 1
        }
        try await group.waitForAll()
    }
}
