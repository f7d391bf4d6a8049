internal import CCurl

/// One transfer in the hands of the transport's thread: libcurl's handle and what its callbacks need.
///
/// Not `Sendable`: it is made, used and freed on that thread.
final class Transfer {
    let id: TransferID
    let sink: any ResponseSink
    let server: ServerAddress
    let startedAt: ContinuousClock.Instant
    var easy: EasyHandle
    /// The time of the last byte from the server.
    private(set) var lastActivity: ContinuousClock.Instant?
    /// Which connection it is on; `nil` before there is one.
    private(set) var localPort: Int32?
    /// Told of every byte.
    private let activity: TransportActivity
    /// Why it was ended from this side; outweighs libcurl's result.
    var stopReason: TransportError?

    private var head = ResponseHead()
    /// How often libcurl has sent the request.
    private var sendings = 0
    private let mayBeSentAgain: Bool
    private let maySend: (@Sendable () -> Bool)?

    init(_ order: TransferOrder, configuration: TransportConfiguration, activity: TransportActivity) {
        self.activity = activity
        id = order.id
        sink = order.sink
        server = configuration.server
        startedAt = .now
        mayBeSentAgain = order.request.method == "GET" || order.request.method == "HEAD"
        maySend = order.request.maySend
        easy = EasyHandle()
    }

    /// Sets every option of libcurl. The handle keeps an unretained reference to this object, which must live until
    /// the handle is out of its multi handle.
    func prepare(_ request: HTTPRequest, _ configuration: TransportConfiguration) throws(TransportError) {
        try easy.apply(configuration)
        try easy.apply(request, configuration)
        try easy.setCallbacks(
            context: Unmanaged.passUnretained(self).toOpaque(),
            header: { bytes, size, count, context in
                Transfer.from(context)?.receiveHead(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            },
            body: { bytes, size, count, context in
                Transfer.from(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
            },
            prerequest: { context, _, _, _, localPort in
                Transfer.from(context)?.admitSending(from: localPort) ?? CURL_PREREQFUNC_ABORT
            })
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // libcurl takes any count other than the given one as an error and ends the transfer.
    private func receiveHead(_ line: UnsafeRawBufferPointer) -> Int {
        noteActivity()
        if let head = head.read(line: line) { sink.head(status: head.status, headers: head.headers) }
        return line.count
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        noteActivity()
        guard !bytes.isEmpty else { return 0 }
        if sink.body(bytes) { return bytes.count }
        stopReason = TransportError(.cancelled, "the reader ended the response")
        return 0
    }

    private func noteActivity() {
        lastActivity = .now
        activity.isFresh = true
    }

    /// libcurl sends a request again by itself when a reused connection dies before the first byte of an answer. The
    /// server may have acted on the first sending all the same, so only reads pass here twice.
    private func admitSending(from localPort: Int32) -> Int32 {
        self.localPort = localPort
        sendings += 1
        if let maySend, !maySend() {
            stopReason = TransportError(.withheld, "the request was not sent: its author does not want it any more")
            return CURL_PREREQFUNC_ABORT
        }
        if sendings == 1 || mayBeSentAgain { return CURL_PREREQFUNC_OK }
        stopReason = TransportError(
            .closed, "\(server) closed the connection before it answered; the request may have been carried out")
        return CURL_PREREQFUNC_ABORT
    }
}

/// Whether bytes have come in since somebody looked.
final class TransportActivity {
    var isFresh = false

    func take() -> Bool {
        defer { isFresh = false }
        return isFresh
    }
}
