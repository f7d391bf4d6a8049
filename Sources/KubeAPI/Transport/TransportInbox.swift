internal import CCurl
internal import Synchronization

/// What the transport's thread is asked to do.
enum TransportCommand: Sendable {
    case start(TransferOrder)
    case cancel(TransferID)
    case configure(TransportConfiguration)
    case shutdown
}

/// A transfer before the transport's thread has taken it.
struct TransferOrder: Sendable {
    var id: TransferID
    var request: HTTPRequest
    var kind: TransferSchedule.Kind
    var sink: any ResponseSink
}

/// The way into the transport's thread, and the only state that it shares with others.
final class TransportInbox: Sendable {
    private struct State {
        var commands: [TransportCommand] = []
        /// The multi handle to wake; `nil` before the loop has begun and after it has ended.
        var multi: UnsafeMutableRawPointer?
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Counted by the loop.
    let openedConnections = Atomic(0)
    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    func makeID() -> TransferID {
        TransferID(value: lastID.add(1, ordering: .relaxed).newValue)
    }

    /// - Returns: false when the loop has ended; the command is dropped.
    @discardableResult
    func post(_ command: TransportCommand) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            // In the lock, because `close` frees the handle after it. It writes to a socket and never waits.
            if let multi = state.multi { curl_multi_wakeup(multi) }
            return true
        }
    }

    /// Starts a transfer; where the loop has ended, the sink hears of it here.
    func start(_ order: TransferOrder) {
        if !post(.start(order)) { order.sink.end(.failure(.shutDown)) }
    }

    func untilClosed() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiters.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }
}

/// For the loop only.
extension TransportInbox {
    func open(_ multi: UnsafeMutableRawPointer) {
        // A raw pointer is not Sendable; its address is, and the lock guards the use.
        let address = UInt(bitPattern: multi)
        state.withLock { $0.multi = UnsafeMutableRawPointer(bitPattern: address) }
    }

    func takeCommands() -> [TransportCommand] {
        state.withLock { state in
            let commands = state.commands
            state.commands.removeAll(keepingCapacity: true)
            return commands
        }
    }

    /// From here on nothing is taken any more. Returns what came in since the last look.
    func close() -> [TransportCommand] {
        state.withLock { state in
            state.multi = nil
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }

    func announceClosed() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension TransportError {
    static let shutDown = TransportError(.cancelled, "the connection to the API server was shut down")
}
