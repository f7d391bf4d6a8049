internal import CEvent
internal import Glibc

/// One request under way in libevent. Lives on the loop's thread only.
final class HTTPExchange {
    let responder: HTTPResponder
    private unowned let server: HTTPServer
    /// `nil` once libevent has it back.
    private var request: OpaquePointer?
    private var isStreaming = false

    init(server: HTTPServer, responder: HTTPResponder, request: OpaquePointer) {
        self.server = server
        self.responder = responder
        self.request = request
        if let connection = evhttp_request_get_connection(request) {
            evhttp_connection_set_closecb(connection, peerClosed, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    func respond(status: Int, headers: HTTPResponder.Headers, body: [UInt8]) {
        guard let request, !isStreaming else { return }
        add(headers, to: request)
        let output = evbuffer_new()
        body.withUnsafeBytes { _ = evbuffer_add(output, $0.baseAddress, $0.count) }
        release()
        evhttp_send_reply(request, Int32(status), nil, output)
        evbuffer_free(output)
    }

    func start(status: Int, headers: HTTPResponder.Headers) {
        guard let request, !isStreaming, let connection = evhttp_request_get_connection(request) else { return }
        isStreaming = true
        add(headers, to: request)
        evhttp_send_reply_start(request, Int32(status), nil)
        // A stream may be silent for as long as it likes.
        bufferevent_set_timeouts(evhttp_connection_get_bufferevent(connection), nil, nil)
    }

    func write(_ bytes: [UInt8]) {
        guard let request, isStreaming, let connection = evhttp_request_get_connection(request) else { return }
        let output = evbuffer_new()
        bytes.withUnsafeBytes { _ = evbuffer_add(output, $0.baseAddress, $0.count) }
        evhttp_send_reply_chunk(request, output)
        evbuffer_free(output)
        let stream = evhttp_connection_get_bufferevent(connection)
        responder.setBuffered(evbuffer_get_length(bufferevent_get_output(stream)))
    }

    func finish() {
        guard let request, isStreaming else { return }
        if let connection = evhttp_request_get_connection(request) {
            var idle = timeval(server.options.idleTimeout)
            bufferevent_set_timeouts(evhttp_connection_get_bufferevent(connection), &idle, &idle)
        }
        release()
        evhttp_send_reply_end(request)
    }

    func abort(partialChunk: [UInt8]?) {
        guard let request, let connection = evhttp_request_get_connection(request) else { return }
        guard let partialChunk, isStreaming else {
            // Its close callback ends this exchange.
            evhttp_connection_free(connection)
            return
        }
        let output = bufferevent_get_output(evhttp_connection_get_bufferevent(connection))
        // One byte more is announced than comes.
        let head = Array("\(String(partialChunk.count + 1, radix: 16))\r\n".utf8) + partialChunk
        head.withUnsafeBytes { _ = evbuffer_add(output, $0.baseAddress, $0.count) }
        cutWhenSent()
    }

    private func cutWhenSent() {
        guard let request, let connection = evhttp_request_get_connection(request) else { return }
        let output = bufferevent_get_output(evhttp_connection_get_bufferevent(connection))
        if evbuffer_get_length(output) == 0 { return evhttp_connection_free(connection) }
        let id = responder.id
        server.loop.schedule(after: .milliseconds(2)) { [server] in server.exchange(id)?.cutWhenSent() }
    }

    /// The connection is gone.
    func closed() {
        guard let request else { return }
        self.request = nil
        // libevent has let go of a request that was not answered to its end; freeing it is then up to us.
        if evhttp_request_get_connection(request) == nil { evhttp_request_free(request) }
        server.remove(responder.id)
    }

    /// Gives the request back to libevent, which ends it.
    private func release() {
        if let request, let connection = evhttp_request_get_connection(request) {
            evhttp_connection_set_closecb(connection, nil, nil)
        }
        request = nil
        server.remove(responder.id)
    }

    private func add(_ headers: HTTPResponder.Headers, to request: OpaquePointer) {
        let output = evhttp_request_get_output_headers(request)
        for (name, value) in headers { evhttp_add_header(output, name, value) }
    }
}

private let peerClosed: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = { _, argument in
    guard let argument else { return }
    // Retained for the call: `closed` drops the server's reference.
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(argument).takeUnretainedValue()
    withExtendedLifetime(exchange) { exchange.closed() }
}
