internal import KubeAPI
internal import Synchronization

/// Notices that the API server answers again. The lease is asked for every few seconds whatever happens, caches wait for longer
/// the longer the server is away.
final class ServerReturn: ClientObserver {
    private struct State {
        var isAway = false
        var handler: (@Sendable () -> Void)?
    }

    private let observer: (any ClientObserver)?
    private let state = Mutex(State())

    /// - Parameter observer: hears of everything, too.
    init(passingOnTo observer: (any ClientObserver)?) { self.observer = observer }

    /// Calls the handler, on any thread, where a request has an answer after one that had none.
    func notify(_ handler: @escaping @Sendable () -> Void) { state.withLock { $0.handler = handler } }

    func requestFinished(_ record: RequestRecord) {
        observer?.requestFinished(record)
        let handler = state.withLock { state -> (@Sendable () -> Void)? in
            let wasAway = state.isAway
            state.isAway = record.code == "<error>"
            return wasAway && !state.isAway ? state.handler : nil
        }
        handler?()
    }

    func serverWarned(_ message: String, request: String) { observer?.serverWarned(message, request: request) }
}
