internal import Synchronization

/// Tells users what happened, as events of events.k8s.io/v1. Never blocks, and never fails its caller: events that
/// cannot be written are dropped and counted.
package final class EventRecorder: Sendable {
    package struct Options: Sendable {
        /// A qualified name, as in `quartermaster.dev/operator`.
        package var reportingController: String
        /// The process; cut at 128 bytes.
        package var reportingInstance: String
        /// Occurrences that may wait.
        package var capacity = 1024

        package init(reportingController: String, reportingInstance: String) {
            self.reportingController = reportingController
            self.reportingInstance = reportingInstance.cut(toBytes: 128)
        }
    }

    enum DropReason: String, CaseIterable {
        case queueFull = "queue_full"
        case rateLimited = "rate_limited"
        case notLeader = "not_leader"
        /// By the server, or there was none to ask.
        case refused
    }

    let api: any ObjectAPI
    let gate: WriteGate
    let options: Options
    let logger: Logger
    let time: TimeSource
    let wallClock: @Sendable () -> Timestamp
    private let drops: MetricSeries<Counter>
    private let waiting = Mutex<[(occurrence: EventOccurrence, time: Timestamp)]>([])
    private let added = Signal()

    package init(
        api: any ObjectAPI, gate: WriteGate, options: Options, metrics: MetricRegistry = MetricRegistry(),
        logger: Logger = .disabled, time: TimeSource = TimeSource(),
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.api = api
        self.gate = gate
        self.options = options
        self.logger = logger
        self.time = time
        self.wallClock = wallClock
        drops = metrics.counter(
            MetricName.eventsDropped, help: "Events that were not written.", labels: ["reason"])
        for reason in DropReason.allCases { _ = drops(reason.rawValue) }
    }

    /// Records an occurrence; returns at once.
    package func record(_ occurrence: EventOccurrence) {
        let time = wallClock()
        let isFull = waiting.withLock { waiting in
            guard waiting.count < options.capacity else { return true }
            waiting.append((occurrence, time))
            return false
        }
        if isFull { return countDrop(.queueFull) }
        added.raise()
    }

    /// Writes events until the task is cancelled, then what still waits, for at most two seconds.
    package func run() async throws {
        var writer = EventWriter(recorder: self)
        while !Task.isCancelled {
            await writer.write(takeAll())
            await writer.writeSeries()
            await added.wait(until: writer.nextDue, on: time)
        }
        let last = writer
        let rest = takeAll()
        await shieldedFromCancellation { [time] in
            await withTaskGroup { group in
                group.addTask { [last] in
                    var writer = last
                    await writer.write(rest)
                }
                group.addTask { try? await time.sleep(for: .seconds(2)) }
                await group.next()
                group.cancelAll()
            }
        }
        throw CancellationError()
    }

    func countDrop(_ reason: DropReason) { drops(reason.rawValue).increment() }

    private func takeAll() -> [(occurrence: EventOccurrence, time: Timestamp)] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
