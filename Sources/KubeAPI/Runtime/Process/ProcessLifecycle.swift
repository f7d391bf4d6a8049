internal import Synchronization

/// Starts the parts of a process, and stops them in the reverse order.
///
/// ```swift
/// var lifecycle = ProcessLifecycle(logger: logger)
/// lifecycle.add("lease") { try await election.run() }
/// lifecycle.add("server") { try await server.run() }
/// lifecycle.add("caches") { try await informers.run() }
/// lifecycle.add("workers", grace: .seconds(25)) { try await controllers.run() }
/// let ending = await lifecycle.run(signals: ProcessSignals.termination())
/// ```
/// Each part is cancelled only after those behind it have ended or used up their grace, so the lease is given back last.
package struct ProcessLifecycle: Sendable {
    package enum Ending: Sendable {
        /// Asked to end, and all parts did.
        case stopped
        /// A part ended of itself: with an error, or without being asked to.
        case failed(part: String, error: (any Error)?)
        /// Asked a second time, and did not wait any longer.
        case forced(signal: Int32)

        package var exitCode: Int32 {
            switch self {
            case .stopped: 0
            case .failed: 1
            case .forced(let signal): 128 + signal
            }
        }
    }

    private struct Part: Sendable {
        var name: String
        var grace: Duration
        var run: @Sendable () async throws -> Void
    }

    private let logger: Logger
    private let time: TimeSource
    private var parts: [Part] = []

    package init(logger: Logger = .disabled, time: TimeSource = TimeSource()) {
        self.logger = logger
        self.time = time
    }

    /// Adds a part, to be started after and stopped before those added so far.
    ///
    /// - Parameters:
    ///   - grace: how long its end is waited for; a part that hangs longer is left behind.
    ///   - run: ends when its task is cancelled.
    package mutating func add(
        _ name: String, grace: Duration = .seconds(5), run: @escaping @Sendable () async throws -> Void
    ) {
        parts.append(Part(name: name, grace: grace, run: run))
    }

    /// Runs everything until a signal comes, a part ends, or the task is cancelled.
    package func run(signals: AsyncStream<Int32>) async -> Ending {
        let board = Board()
        let listener = Task { for await signal in signals { board.note(signal: signal) } }
        let tasks = parts.enumerated().map { index, part in
            Task {
                do {
                    try await part.run()
                    board.note(end: index, error: nil)
                } catch {
                    board.note(end: index, error: error)
                }
            }
        }
        while board.isQuiet, !Task.isCancelled { await board.changed.wait() }
        let failure = board.firstEnd
        if let failure {
            logger.error(
                "a part of the process has ended, so the rest ends too",
                ["part": .string(parts[failure.part].name), "error": .string(failure.error.map { "\($0)" } ?? "none")])
        } else {
            logger.info("stopping")
        }
        let forced = await shieldedFromCancellation { await stop(tasks, board) }
        listener.cancel()
        if let forced { return .forced(signal: forced) }
        return failure.map { .failed(part: parts[$0.part].name, error: $0.error) } ?? .stopped
    }

    /// - Returns: the signal that cut it short.
    private func stop(_ tasks: [Task<Void, Never>], _ board: Board) async -> Int32? {
        for (index, part) in parts.enumerated().reversed() {
            tasks[index].cancel()
            let deadline = time.now + part.grace
            while !board.hasEnded(index), !board.isForced, time.now < deadline {
                await board.changed.wait(until: deadline, on: time)
            }
            if let signal = board.forcingSignal { return signal }
            if !board.hasEnded(index) {
                logger.error("left behind at shutdown: it does not end", ["part": .string(part.name)])
            }
        }
        return nil
    }
}

/// What has happened to the parts.
private final class Board: Sendable {
    private struct State {
        var ends: [(part: Int, error: (any Error)?)] = []
        var signals: [Int32] = []
    }

    let changed = Signal()
    private let state = Mutex(State())

    var isQuiet: Bool { state.withLock { $0.ends.isEmpty && $0.signals.isEmpty } }
    var firstEnd: (part: Int, error: (any Error)?)? { state.withLock { $0.signals.isEmpty ? $0.ends.first : nil } }
    var forcingSignal: Int32? { state.withLock { $0.signals.count > 1 ? $0.signals.last : nil } }
    var isForced: Bool { forcingSignal != nil }

    func hasEnded(_ part: Int) -> Bool { state.withLock { $0.ends.contains { $0.part == part } } }

    func note(end part: Int, error: (any Error)?) {
        state.withLock { $0.ends.append((part, error)) }
        changed.raise()
    }

    func note(signal: Int32) {
        state.withLock { $0.signals.append(signal) }
        changed.raise()
    }
}
