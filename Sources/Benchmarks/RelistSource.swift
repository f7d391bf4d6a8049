internal import KubeAPI
internal import Synchronization

/// The client's lists and watches, with a watch that can be made to fail as if the server had forgotten its version.
final class RelistSource: ListWatchSource {
    private struct State {
        var watch: (sink: any ResponseSink, transfer: any ListWatchTransfer)?
        var syncCount = 0
    }

    private let source: any ListWatchSource
    private let state = Mutex(State())

    init(_ source: any ListWatchSource) { self.source = source }

    /// How often the whole state was asked for.
    var syncCount: Int { state.withLock { $0.syncCount } }

    /// Ends the open watch with the event by which a server says 410 Gone.
    func expire() {
        guard let watch = state.withLock({ $0.watch.take() }) else { return }
        let status = #"{"kind":"Status","status":"Failure","reason":"Expired","code":410}"#
        // The sink's lock keeps this apart from what the transport delivers.
        _ = Array("{\"type\":\"ERROR\",\"object\":\(status)}\n".utf8).withUnsafeBytes { watch.sink.body($0) }
        watch.transfer.cancel()
    }

    func list(
        _ selection: Selection, _ request: ListRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer {
        if request.continueToken == nil { state.withLock { $0.syncCount += 1 } }
        return try await source.list(selection, request, into: sink)
    }

    func watch(
        _ selection: Selection, _ request: WatchRequest, into sink: any ResponseSink
    ) async throws -> any ListWatchTransfer {
        if request.sendInitialEvents { state.withLock { $0.syncCount += 1 } }
        let transfer = try await source.watch(selection, request, into: sink)
        state.withLock { $0.watch = (sink, transfer) }
        return transfer
    }
}
