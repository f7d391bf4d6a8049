import KubeAPI
import Support
import Synchronization

/// A server whose answers a test writes.
final class ScriptedSource: ListWatchSource {
    enum Request: Hashable {
        case list(ListRequest)
        case watch(WatchRequest)
    }

    private struct State {
        var transfers: [ScriptedTransfer] = []
        var refusal: String?
    }

    private let state = Mutex(State())

    /// The n-th transfer that was asked for, counted from 0; waits for it.
    func transfer(_ number: Int) async throws -> ScriptedTransfer {
        try await eventually("transfer \(number)") { self.requestCount > number }
        return state.withLock { $0.transfers[number] }
    }

    var requestCount: Int { state.withLock { $0.transfers.count } }

    /// Makes requests fail before they are sent; `nil` ends that.
    func refuse(_ message: String?) { state.withLock { $0.refusal = message } }

    func list(
        _ selection: Selection, _ request: ListRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer { try open(.list(request), sink) }

    func watch(
        _ selection: Selection, _ request: WatchRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer { try open(.watch(request), sink) }

    private func open(_ request: Request, _ sink: any ResponseSink) throws -> any ListWatchTransfer {
        let transfer = ScriptedTransfer(request, sink)
        try state.withLock { state in
            state.transfers.append(transfer)
            if let refusal = state.refusal { throw TransportError(.connect, refusal) }
        }
        return transfer
    }
}

/// One answer in the making.
final class ScriptedTransfer: ListWatchTransfer {
    let request: ScriptedSource.Request
    private let sink: any ResponseSink
    private let cancelled = Mutex(false)

    init(_ request: ScriptedSource.Request, _ sink: any ResponseSink) {
        self.request = request
        self.sink = sink
    }

    func cancel() { cancelled.withLock { $0 = true } }

    var isCancelled: Bool { cancelled.withLock { $0 } }

    var isInitialEvents: Bool {
        if case .watch(let request) = request { request.sendInitialEvents } else { false }
    }

    /// From where the watch goes on.
    var resourceVersion: String? {
        if case .watch(let request) = request { request.resourceVersion } else { nil }
    }

    func begin(status: Int = 200, headers: [(String, String)] = []) {
        sink.head(status: status, headers: HTTPHeaders(headers))
    }

    /// What the sink says: false once it wants no more.
    @discardableResult
    func send(_ text: String) -> Bool { text.withRawBytes { sink.body($0) } }

    func end(_ error: TransportError? = nil) { sink.end(error.map { .failure($0) } ?? .success(())) }

    /// A whole answer.
    func answer(_ text: String, status: Int = 200, headers: [(String, String)] = []) {
        begin(status: status, headers: headers)
        send(text)
        end()
    }
}
