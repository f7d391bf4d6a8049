internal import Synchronization

/// Elects one of several processes by a Lease. Source: Kubernetes concepts, "Leases".
///
/// `run` takes part in the election; `whileLeading` runs what only the leader does. The gate opens and closes with the
/// lease: what does not pass it is not protected.
package final class LeaderElection: Sendable {
    package struct Options: Sendable {
        package var lease: ObjectKey
        /// Unique for each process: a host name and something random.
        package var identity: String
        package var leaseDuration: Duration = .seconds(15)
        package var renewDeadline: Duration = .seconds(10)
        package var retryPeriod: Duration = .seconds(2)

        package init(lease: ObjectKey, identity: String) {
            self.lease = lease
            self.identity = identity
        }
    }

    private struct State {
        var isLeading = false
        var holder: String?
    }

    package let gate: WriteGate
    let api: any ObjectAPI
    let options: Options
    let logger: Logger
    let time: TimeSource
    let randomness: Randomness
    let wallClock: @Sendable () -> Timestamp
    private let status: Gauge
    private let state = Mutex(State())
    private let changed = Signal()

    /// - Parameters:
    ///   - api: with a connection of its own and without a limiter: see `KubeClient.Lane.lease`.
    /// - Precondition: `retryPeriod` < `renewDeadline` < `leaseDuration`, which is in whole seconds.
    package init(
        api: any ObjectAPI, options: Options, metrics: MetricRegistry = MetricRegistry(), logger: Logger = .disabled,
        time: TimeSource = TimeSource(), randomness: Randomness = Randomness(),
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        precondition(options.retryPeriod < options.renewDeadline && options.renewDeadline < options.leaseDuration)
        self.api = api
        self.options = options
        self.logger = logger.with("lease", .string("\(options.lease)")).with("identity", .string(options.identity))
        self.time = time
        self.randomness = randomness
        self.wallClock = wallClock
        gate = WriteGate(time: time)
        status = metrics.gauge(
            MetricName.leaderStatus, help: "Whether this process is the leader (1) or stands by (0).", labels: ["name"]
        )(options.lease.name)
        status.set(0)
    }

    package var isLeading: Bool { gate.isOpen }

    /// Who holds the lease, as last seen.
    package var holder: String? { state.withLock { $0.holder } }

    /// Takes part until the task is cancelled, and then gives the lease back.
    ///
    /// - Throws: `CancellationError`. Faults of the server are waited out.
    package func run() async throws {
        var driver = LeaseDriver(election: self)
        while !Task.isCancelled { await driver.step() }
        let last = driver
        gate.close()
        await shieldedFromCancellation { await last.release() }
        publish(isLeading: false, holder: nil)
        throw CancellationError()
    }

    /// Runs `body` each time this process leads, and cancels it when it does not any more. One caller at a time.
    ///
    /// - Throws: what `body` throws of itself, or `CancellationError`. Returns where `body` returns of itself.
    package func whileLeading(_ body: @escaping @Sendable () async throws -> Void) async throws {
        while true {
            await wait(untilLeading: true)
            try Task.checkCancellation()
            let hasEnded = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await body()
                    return true
                }
                group.addTask {
                    await self.wait(untilLeading: false)
                    return false
                }
                let hasEnded = try await group.next() ?? true
                group.cancelAll()
                // The body ends in its own way; that it was cancelled is no news.
                while let _ = try? await group.next() {}
                return hasEnded
            }
            if hasEnded { return }
            try Task.checkCancellation()
        }
    }

    private func wait(untilLeading wanted: Bool) async {
        while state.withLock({ $0.isLeading }) != wanted, !Task.isCancelled { await changed.wait() }
    }

    func publish(isLeading: Bool, holder: String?) {
        let (hasChanged, hasNewHolder) = state.withLock { state in
            defer { state = State(isLeading: isLeading, holder: holder) }
            return (state.isLeading != isLeading, state.holder != holder)
        }
        if hasNewHolder, let holder, !holder.isEmpty {
            logger.info("the lease has a holder", ["holder": .string(holder)])
        }
        guard hasChanged else { return }
        status.set(isLeading ? 1 : 0)
        logger.info(isLeading ? "leading" : "not leading any more")
        changed.raise()
    }
}
