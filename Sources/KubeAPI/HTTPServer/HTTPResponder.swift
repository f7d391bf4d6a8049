internal import Synchronization

/// Answers one request, from any thread. What comes after the end of the answer or of the connection is dropped.
package final class HTTPResponder: Sendable {
    package typealias Headers = [(name: String, value: String)]

    private struct State {
        var isClosed = false
        var onClose: [@Sendable () -> Void] = []
    }

    private let server: HTTPServer
    let id: UInt64
    private let state = Mutex(State())
    private let buffered = Atomic<Int>(0)

    init(server: HTTPServer, id: UInt64) {
        self.server = server
        self.id = id
    }

    /// The whole answer at once.
    package func respond(status: Int, headers: Headers = [], body: [UInt8] = []) {
        server.perform(id) { $0.respond(status: status, headers: headers, body: body) }
    }

    package func respond(status: Int, contentType: String = "text/plain; charset=utf-8", text: String) {
        respond(status: status, headers: [("Content-Type", contentType)], body: Array(text.utf8))
    }

    /// Sends the head of a chunked answer; `write` and `finish` follow.
    package func start(status: Int, headers: Headers = []) {
        server.perform(id) { $0.start(status: status, headers: headers) }
    }

    /// Sends one chunk.
    package func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        buffered.add(bytes.count, ordering: .relaxed)
        server.perform(id) { $0.write(bytes) }
    }

    package func finish() {
        server.perform(id) { $0.finish() }
    }

    /// Cuts the connection. With `partialChunk` a chunk is begun first whose end never comes.
    package func abort(partialChunk: [UInt8]? = nil) {
        server.perform(id) { $0.abort(partialChunk: partialChunk) }
    }

    /// Lets the answer break off: after so many bytes of its body the connection is cut, in the middle of a chunk or
    /// short of the announced length. For tests of clients.
    package func cut(afterBytes count: Int) {
        server.perform(id) { $0.cut(afterBytes: count) }
    }

    /// Bytes that were written and that the peer has not taken yet: what a producer looks at before it writes more.
    ///
    /// Counted at the last `write` or `measure`.
    package var bufferedBytes: Int { buffered.load(ordering: .relaxed) }

    /// Counts anew, soon, how much the peer has still to take.
    package func measure() {
        server.perform(id) { $0.measure() }
    }

    /// Runs when the answer has ended or the peer has gone, once; at once where that is so already.
    package func onClose(_ action: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.onClose.append(action) }
            return state.isClosed
        }
        if isClosed { action() }
    }

    func setBuffered(_ count: Int) { buffered.store(count, ordering: .relaxed) }

    func close() {
        let actions = state.withLock { state in
            state.isClosed = true
            defer { state.onClose.removeAll() }
            return state.onClose
        }
        for action in actions { action() }
    }
}
