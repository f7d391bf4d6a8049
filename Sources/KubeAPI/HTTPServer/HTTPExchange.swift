internal import CEvent

/// One request under way in libevent. Lives on the loop's thread only.
final class HTTPExchange {
    let responder: HTTPResponder
    private unowned let server: HTTPServer
    /// `nil` once libevent has it back.
    private var request: OpaquePointer?
    private var isStreaming = false
    /// Bytes of the body that still go out before the connection is cut.
    private var bytesUntilCut: Int?

    init(server: HTTPServer, responder: HTTPResponder, request: OpaquePointer) {
        self.server = server
        self.responder = responder
        self.request = request
        qm_request_on_close(
            request,
            { _, argument in
                guard let argument else { return }
                // Retained for the call: `closed` drops the server's reference.
                let exchange = Unmanaged<HTTPExchange>.fromOpaque(argument).takeUnretainedValue()
                withExtendedLifetime(exchange) { exchange.closed() }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func respond(status: Int, headers: HTTPResponder.Headers, body: [UInt8]) {
        guard let request, !isStreaming else { return }
        if let bytesUntilCut {
            // A chunked answer, whose length is not known, breaks off like a stream.
            if bytesUntilCut == 0 { return qm_request_cut(request) }
            start(status: status, headers: headers)
            return write(body.isEmpty ? [0] : body)
        }
        for (name, value) in headers { qm_request_add_header(request, name, value) }
        release(request)
        qm_request_reply(request, Int32(status), HTTPReason.phrase(status), body, body.count)
    }

    func start(status: Int, headers: HTTPResponder.Headers) {
        guard let request, !isStreaming else { return }
        isStreaming = true
        for (name, value) in headers { qm_request_add_header(request, name, value) }
        qm_request_start(request, Int32(status), HTTPReason.phrase(status))
    }

    func write(_ bytes: [UInt8]) {
        guard let request, isStreaming else { return }
        if let left = bytesUntilCut {
            guard bytes.count < left else {
                bytesUntilCut = 0
                return abort(partialChunk: Array(bytes.prefix(left)))
            }
            bytesUntilCut = left - bytes.count
        }
        qm_request_write(request, bytes, bytes.count)
        responder.setBuffered(qm_request_unsent(request))
    }

    func finish() {
        guard let request, isStreaming else { return }
        release(request)
        qm_request_finish(request, server.options.idleTimeout.microseconds)
    }

    func cut(afterBytes count: Int) { bytesUntilCut = count }

    func abort(partialChunk: [UInt8]?) {
        guard let request else { return }
        guard let partialChunk, isStreaming else {
            // The close callback ends this exchange.
            return qm_request_cut(request)
        }
        // One byte more is announced than comes.
        let bytes = Array("\(String(partialChunk.count + 1, radix: 16))\r\n".utf8) + partialChunk
        qm_request_write_raw(request, bytes, bytes.count)
        cutWhenSent()
    }

    private func cutWhenSent() {
        guard let request else { return }
        if qm_request_unsent(request) == 0 { return qm_request_cut(request) }
        let id = responder.id
        server.loop.schedule(after: .milliseconds(2)) { [server] in server.exchange(id)?.cutWhenSent() }
    }

    /// Tells the responder how much is still to be read by the peer.
    func measure() {
        if let request { responder.setBuffered(qm_request_unsent(request)) }
    }

    private func closed() {
        guard let request else { return }
        self.request = nil
        // libevent lets go of a request that was not answered to its end; freeing it is then up to us.
        if qm_request_is_connected(request) == 0 { qm_request_free(request) }
        server.remove(responder.id)
    }

    /// Gives the request back to libevent, which ends it.
    private func release(_ request: OpaquePointer) {
        qm_request_on_close(request, nil, nil)
        self.request = nil
        server.remove(responder.id)
    }
}
