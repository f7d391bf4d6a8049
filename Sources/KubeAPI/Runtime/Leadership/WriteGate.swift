internal import Synchronization

/// A write was refused here, before it was sent: this process may not be the leader any more.
package struct NotLeaderError: Error, Sendable, Hashable, CustomStringConvertible {
    package init() {}

    package var description: String {
        "nothing is written: this process does not hold the leader's lease, or can no longer be sure that it does"
    }
}

/// What every write passes: it is closed where this process does not lead.
///
/// The gate closes by the clock alone. A process that was stopped for a minute and goes on finds it closed, even before
/// it has heard of the lease it lost.
package final class WriteGate: WriteAdmission {
    private enum State {
        case closed
        case open(until: Duration)
        case alwaysOpen
    }

    private let time: TimeSource
    private let state: Mutex<State>

    private init(_ state: State, time: TimeSource) {
        self.state = Mutex(state)
        self.time = time
    }

    /// A gate that leader election opens and closes.
    package convenience init(time: TimeSource = TimeSource()) { self.init(.closed, time: time) }

    /// For processes without leader election: one-shot commands, tests, a single replica.
    package static func alwaysOpen() -> WriteGate { WriteGate(.alwaysOpen, time: TimeSource()) }

    package var isOpen: Bool {
        let now = time.now
        return state.withLock { state in
            switch state {
            case .closed: false
            case .open(let end): now < end
            case .alwaysOpen: true
            }
        }
    }

    /// Called before each write is begun, so that nothing is computed and queued in vain, and by a client that has the
    /// gate as its `writeAdmission` once more at the moment of sending.
    package func check() throws(NotLeaderError) {
        guard isOpen else { throw NotLeaderError() }
    }

    /// - Parameter end: on the gate's own clock.
    func open(until end: Duration) { state.withLock { $0 = .open(until: end) } }

    func close() { state.withLock { $0 = .closed } }
}
