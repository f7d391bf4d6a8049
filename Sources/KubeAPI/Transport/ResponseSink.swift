/// Takes a response in pieces as they come in.
///
/// The calls come one after the other on the transport's thread, which serves every other transfer too: they must not
/// block. A sink that cannot keep up says so by `false`, it does not wait. After `end` nothing is called any more;
/// `end` is called exactly once, for a transfer that never began as well (then maybe on the thread that asked for it).
package protocol ResponseSink: AnyObject, Sendable {
    /// The final status and header fields; interim (1xx) responses are passed over.
    func head(status: Int, headers: HTTPHeaders)

    /// A part of the body, valid during the call only. `false` ends the transfer with `TransportError.Code.cancelled`.
    func body(_ bytes: UnsafeRawBufferPointer) -> Bool

    /// Success means that the body is complete.
    func end(_ result: Result<Void, TransportError>)
}

/// A transfer that was started with `Transport.stream`.
package struct StreamHandle: Sendable {
    let id: TransferID
    let inbox: TransportInbox

    /// Ends the transfer; the sink's `end` follows with `.cancelled`, unless the transfer was over already.
    package func cancel() { inbox.post(.cancel(id)) }
}
