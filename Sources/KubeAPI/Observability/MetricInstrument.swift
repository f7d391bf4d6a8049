internal import Synchronization

/// A value that one series of a metric holds.
package protocol MetricInstrument: AnyObject, Sendable {
    /// Appends the series' sample lines.
    func write(into exposition: inout Exposition, name: String, labels: [Exposition.Label])
}

/// A number that only grows, until the process ends.
package final class Counter: MetricInstrument {
    private let total = Mutex(0.0)

    package var value: Double { total.withLock { $0 } }

    /// Adds `amount`, which must not be negative: a shrinking counter reads as a restart.
    package func increment(by amount: Double = 1) {
        precondition(amount >= 0, "a counter cannot shrink")
        total.withLock { $0 += amount }
    }

    package func write(into exposition: inout Exposition, name: String, labels: [Exposition.Label]) {
        exposition.sample(name, labels, value)
    }
}

/// A number that goes up and down.
package final class Gauge: MetricInstrument {
    private let current = Mutex(0.0)

    package var value: Double { current.withLock { $0 } }

    package func set(_ value: Double) { current.withLock { $0 = value } }
    package func add(_ amount: Double) { current.withLock { $0 += amount } }

    package func write(into exposition: inout Exposition, name: String, labels: [Exposition.Label]) {
        exposition.sample(name, labels, value)
    }
}

/// How often values fell below given bounds.
package final class Histogram: MetricInstrument {
    private struct State {
        /// Not cumulative; the last one counts what is above every bound.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: upper bounds, ascending, without infinity.
    package init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds must ascend")
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    package var count: UInt64 { state.withLock { $0.counts.reduce(0, +) } }
    package var sum: Double { state.withLock { $0.sum } }

    package func observe(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[index] += 1
            $0.sum += value
        }
    }

    /// Observes a duration in seconds, the unit of every time in our metrics.
    package func observe(_ duration: Duration) { observe(duration.inSeconds) }

    package func write(into exposition: inout Exposition, name: String, labels: [Exposition.Label]) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var cumulative: UInt64 = 0
        for (index, count) in counts.enumerated() {
            cumulative += count
            let bound = index < bounds.count ? bounds[index] : .infinity
            let label = Exposition.Label(name: "le", value: Exposition.number(bound))
            exposition.sample(name + "_bucket", labels + [label], Double(cumulative))
        }
        exposition.sample(name + "_sum", labels, sum)
        exposition.sample(name + "_count", labels, Double(cumulative))
    }
}

extension Histogram {
    /// Bounds for the time of a reconcile, in seconds: 5 ms to one minute.
    package static let reconcileBounds: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
        1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ]

    /// Bounds for times in the work queue, in seconds: 10 µs to 1000 s in powers of ten.
    package static let queueBounds: [Double] = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000]
}

extension Duration {
    /// The duration as a fraction of seconds.
    package var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
