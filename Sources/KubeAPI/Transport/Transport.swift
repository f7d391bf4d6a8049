internal import Synchronization

/// Exchanges with one API server: one libcurl multi handle on a thread of its own, HTTP/2 over TLS with all transfers
/// on one connection where the server can, HTTP/1.1 elsewhere.
///
/// ```swift
/// let transport = try Transport(configuration: .init(server: ServerAddress("https://10.0.0.1:6443")))
/// let response = try await transport.send(HTTPRequest(path: "/version", timeout: .seconds(10)))
/// ```
package final class Transport: Sendable {
    private let inbox = TransportInbox()
    private let responseLimit: Int

    /// Starts the thread; no connection is made before the first request.
    ///
    /// - Throws: `TransportError` where libcurl cannot be set up.
    package init(configuration: TransportConfiguration) throws(TransportError) {
        responseLimit = configuration.responseLimit
        try CurlLibrary.prepare()
        let inbox = inbox
        startDetachedThread(named: "transport") {
            Self.serve(inbox, configuration)
            inbox.announceClosed()
        }
    }

    deinit { inbox.post(.shutdown) }

    /// How many connections were made so far. With HTTP/2 it stays near one.
    package var openedConnections: Int { inbox.openedConnections.load(ordering: .relaxed) }

    /// Exchanges one request for a whole response of at most `responseLimit` bytes. Any status is a response.
    ///
    /// Cancelling the task aborts the exchange.
    ///
    /// - Throws: `TransportError`; `.cancelled` for a cancelled task.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let id = inbox.makeID()
        let result: Result<HTTPResponse, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let sink = CollectingSink(limit: responseLimit) { continuation.resume(returning: $0) }
                inbox.start(TransferOrder(id: id, request: request, kind: .exchange, sink: sink))
                // A task that was cancelled before has had its handler run before there was anything to cancel.
                if Task.isCancelled { inbox.post(.cancel(id)) }
            }
        } onCancel: {
            inbox.post(.cancel(id))
        }
        return try result.get()
    }

    /// Begins a transfer whose response goes to the sink piece by piece, without a limit of size.
    package func stream(_ request: HTTPRequest, into sink: any ResponseSink) -> StreamHandle {
        let id = inbox.makeID()
        inbox.start(TransferOrder(id: id, request: request, kind: .stream, sink: sink))
        return StreamHandle(id: id, inbox: inbox)
    }

    /// Takes another configuration for later requests: a new certificate authority, a new client certificate. What
    /// runs goes on as it is; libcurl does not reuse a connection that was made with other certificates.
    package func update(_ configuration: TransportConfiguration) {
        inbox.post(.configure(configuration))
    }

    /// Ends all transfers with `.cancelled`, closes the connections and returns when the thread is done with them.
    package func shutdown() async {
        inbox.post(.shutdown)
        await inbox.untilClosed()
    }

    /// A function of its own, so that the loop and its connections are gone when it returns.
    @inline(never)
    private static func serve(_ inbox: TransportInbox, _ configuration: TransportConfiguration) {
        TransportLoop(inbox: inbox, configuration: configuration).run()
    }
}
