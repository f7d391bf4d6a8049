import KubeAPI
import Support
import Synchronization

/// A wall clock and a queue's clock that move together.
final class SimulatedTime: Sendable {
    let queue = ManualClock()
    private let wall: Mutex<Timestamp>

    init(_ start: Timestamp) { wall = Mutex(start) }

    var now: Timestamp { wall.withLock { $0 } }

    func advance(by duration: Duration) {
        wall.withLock { $0 = $0 + duration }
        queue.advance(by: duration)
    }
}

extension TestOperator {
    /// How many reconciles there were.
    var reconciles: Double {
        metrics.exposition().split(separator: "\n")
            .filter { $0.hasPrefix("controller_runtime_reconcile_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
