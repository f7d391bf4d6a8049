internal import CEvent
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 server over libevent, plain or with TLS, on a thread of its own.
///
/// The handler runs on that thread and must not block it; it may answer later and from anywhere.
package final class HTTPServer: @unchecked Sendable {
    // Unchecked: what is variable is touched on the loop's thread only, or before it starts and after it has ended.
    package typealias Handler = @Sendable (HTTPServerRequest, HTTPResponder) -> Void

    package let options: HTTPServerOptions
    let loop: EventLoop
    private let handler: Handler
    private var http: OpaquePointer?
    private var tls: OpaquePointer?
    private var exchanges: [UInt64: HTTPExchange] = [:]
    private var nextExchange: UInt64 = 1

    /// - Throws: `HTTPServerError` for certificates and keys that cannot be read.
    package init(options: HTTPServerOptions, handler: @escaping Handler) throws(HTTPServerError) {
        self.options = options
        self.handler = handler
        loop = try EventLoop()
        if let tls = options.tls { self.tls = try Self.context(tls) }
    }

    deinit {
        qm_tls_context_destroy(tls)
    }

    /// Listens and serves. Call it once.
    ///
    /// - Returns: The port.
    /// - Throws: `HTTPServerError` where the address cannot be had.
    package func start() throws(HTTPServerError) -> UInt16 {
        guard let http = evhttp_new(loop.base) else { throw HTTPServerError("out of memory: no HTTP server") }
        self.http = http
        let methods = [
            EVHTTP_REQ_GET, EVHTTP_REQ_HEAD, EVHTTP_REQ_POST, EVHTTP_REQ_PUT, EVHTTP_REQ_PATCH, EVHTTP_REQ_DELETE,
            EVHTTP_REQ_OPTIONS,
        ]
        evhttp_set_allowed_methods(http, methods.reduce(0) { $0 | UInt16($1.rawValue) })
        evhttp_set_max_body_size(http, options.maximumBodyBytes)
        evhttp_set_max_headers_size(http, 64 << 10)
        evhttp_set_default_content_type(http, nil)
        var idle = timeval(options.idleTimeout)
        evhttp_set_timeout_tv(http, &idle)
        evhttp_set_gencb(http, requestArrived, Unmanaged.passUnretained(self).toOpaque())
        if let tls { evhttp_set_bevcb(http, qm_tls_bufferevent, UnsafeMutableRawPointer(tls)) }
        guard let socket = evhttp_bind_socket_with_handle(http, options.host, options.port) else {
            let reason = String(cString: strerror(errno))
            evhttp_free(http)
            self.http = nil
            throw HTTPServerError("cannot listen on \(options.host):\(options.port): \(reason)")
        }
        let port = Self.port(evhttp_bound_socket_get_fd(socket))
        try loop.start()
        return port
    }

    /// Cuts every connection and ends the thread.
    package func stop() async {
        loop.execute { [self] in
            for exchange in Array(exchanges.values) { exchange.abort(partialChunk: nil) }
            if let http { evhttp_free(http) }
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

    func perform(_ id: UInt64, _ action: @escaping @Sendable (HTTPExchange) -> Void) {
        loop.execute { [self] in
            if let exchange = exchanges[id] { action(exchange) }
        }
    }

    func exchange(_ id: UInt64) -> HTTPExchange? { exchanges[id] }

    func remove(_ id: UInt64) {
        exchanges.removeValue(forKey: id)?.responder.close()
    }

    fileprivate func arrived(_ request: OpaquePointer) {
        let responder = HTTPResponder(server: self, id: nextExchange)
        nextExchange += 1
        let message = HTTPServerRequest(libevent: request)
        exchanges[responder.id] = HTTPExchange(server: self, responder: responder, request: request)
        handler(message, responder)
    }

    private static func context(_ tls: HTTPServerTLS) throws(HTTPServerError) -> OpaquePointer {
        var error: UnsafePointer<CChar>?
        let authority = tls.clientAuthority ?? []
        let context = tls.certificateChain.withUnsafeBytes { chain in
            tls.privateKey.withUnsafeBytes { key in
                authority.withUnsafeBytes { authority in
                    qm_tls_context_create(
                        chain.baseAddress, chain.count, key.baseAddress, key.count,
                        tls.clientAuthority == nil ? nil : authority.baseAddress, authority.count, &error)
                }
            }
        }
        guard let context else {
            throw HTTPServerError("TLS of the HTTP server: \(error.map { String(cString: $0) } ?? "unknown error")")
        }
        return context
    }

    private static func port(_ socket: Int32) -> UInt16 {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &length) }
            // The port stands at the same place for IPv4 and IPv6.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        }
    }
}

private let requestArrived: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void = { request, argument in
    guard let request, let argument else { return }
    Unmanaged<HTTPServer>.fromOpaque(argument).takeUnretainedValue().arrived(request)
}
