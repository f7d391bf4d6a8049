internal import CEvent
internal import Glibc

/// An HTTP/1.1 server over libevent, plain or with TLS, on a thread of its own.
///
/// The handler runs on that thread and must not block it; it may answer later and from anywhere.
package final class HTTPServer: @unchecked Sendable {
    // Unchecked: what is variable is touched on the loop's thread only, or before it starts and after it has ended.
    package typealias Handler = @Sendable (HTTPServerRequest, HTTPResponder) -> Void

    package let options: HTTPServerOptions
    let loop: EventLoop
    private let handler: Handler
    private let tls: OpaquePointer?
    private var http: OpaquePointer?
    private var exchanges: [UInt64: HTTPExchange] = [:]
    private var nextExchange: UInt64 = 1

    /// - Throws: `HTTPServerError` for certificates and keys that cannot be read.
    package init(options: HTTPServerOptions, handler: @escaping Handler) throws(HTTPServerError) {
        self.options = options
        self.handler = handler
        loop = try EventLoop()
        tls = if let tls = options.tls { try Self.context(tls) } else { nil }
    }

    deinit {
        qm_tls_context_destroy(tls)
    }

    /// Listens and serves. Call it once.
    ///
    /// - Returns: The port.
    /// - Throws: `HTTPServerError` where the address cannot be had.
    package func start() throws(HTTPServerError) -> UInt16 {
        var port: UInt16 = 0
        http = options.host.withCString { host in
            var settings = qm_http_options(
                host: host, port: options.port, tls: tls, maximum_body: options.maximumBodyBytes,
                idle_microseconds: options.idleTimeout.microseconds)
            return qm_http_create(
                loop.handle, &settings,
                { argument, request in
                    guard let argument, let request else { return }
                    Unmanaged<HTTPServer>.fromOpaque(argument).takeUnretainedValue().arrived(request)
                }, Unmanaged.passUnretained(self).toOpaque(), &port)
        }
        guard http != nil else {
            let reason = String(cString: strerror(errno))
            throw HTTPServerError("cannot listen on \(options.host):\(options.port): \(reason)")
        }
        try loop.start()
        return port
    }

    /// Lets connections that come from now on see another certificate. Only for a server that was made with one.
    ///
    /// - Throws: `HTTPServerError` where it can't be read; the former one stays.
    package func replaceTLS(_ options: HTTPServerTLS) throws(HTTPServerError) {
        guard tls != nil else { preconditionFailure("a server without TLS has no certificate to be replaced") }
        nonisolated(unsafe) let other = try Self.context(options)
        loop.execute { [self] in qm_tls_context_replace(tls, other) }
    }

    /// Cuts every connection and ends the thread.
    package func stop() async {
        loop.execute { [self] in
            cutConnections()
            qm_http_destroy(http)
            http = nil
        }
        await loop.end()
    }

    /// Runs a job on the server's thread.
    package func execute(_ job: @escaping @Sendable () -> Void) { loop.execute(job) }

    /// Runs a job on the server's thread after a time; the number goes to `cancel`.
    @discardableResult
    package func schedule(after delay: Duration, _ job: @escaping @Sendable () -> Void) -> UInt64 {
        loop.schedule(after: delay, job)
    }

    package func cancel(timer: UInt64) { loop.cancel(timer: timer) }

    /// Cuts every connection that has a request under way. On the server's thread only.
    package func cutConnections() {
        for exchange in Array(exchanges.values) { exchange.abort(partialChunk: nil) }
    }

    func perform(_ id: UInt64, _ action: @escaping @Sendable (HTTPExchange) -> Void) {
        loop.execute { [self] in
            if let exchange = exchanges[id] { action(exchange) }
        }
    }

    func exchange(_ id: UInt64) -> HTTPExchange? { exchanges[id] }

    func remove(_ id: UInt64) {
        exchanges.removeValue(forKey: id)?.responder.close()
    }

    private func arrived(_ request: OpaquePointer) {
        let responder = HTTPResponder(server: self, id: nextExchange)
        nextExchange += 1
        let message = HTTPServerRequest(libevent: request)
        exchanges[responder.id] = HTTPExchange(server: self, responder: responder, request: request)
        handler(message, responder)
    }

    private static func context(_ tls: HTTPServerTLS) throws(HTTPServerError) -> OpaquePointer {
        var error: UnsafePointer<CChar>?
        let texts = [tls.certificateChain, tls.privateKey, tls.clientAuthority ?? []].map {
            $0.map(CChar.init(bitPattern:))
        }
        let context = qm_tls_context_create(
            texts[0], texts[0].count, texts[1], texts[1].count, tls.clientAuthority == nil ? nil : texts[2],
            texts[2].count, &error)
        guard let context else {
            throw HTTPServerError("TLS of the HTTP server: \(error.map { String(cString: $0) } ?? "unknown error")")
        }
        return context
    }
}
